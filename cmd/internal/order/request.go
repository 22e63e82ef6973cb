package order

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/artifact"
	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/jobflags"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/steps"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// requestFlags are the flags of a request. Its app and datasets are published already.
type requestFlags struct {
	jobflags.Flags
	locators []string
	pool     string
	static   bool
	pools    restrictFlags
	sponsor  string
	files    []credence.InputFile
}

func (r *requestFlags) addFlags(f *pflag.FlagSet) {
	r.Flags.Add(f)
	f.StringSliceVar(&r.locators, "locator", nil, "base URL of a store that serves the inputs already; repeatable (default: the stores they are put into)")
	f.BoolVar(&r.static, "static-credibility", false, "ask for replicas until their records' evidence reaches the trust as well")
	f.StringVar(&r.pool, "pool", "", "the one pool to use (default: any)")
	r.pools.addFlags(f, "pool", "by id")
	f.StringVar(&r.sponsor, "sponsor", "", "account that pays in the requester's place: it must relay the match itself")
}

// readJob reads the flags. The price is 0 if none is given.
func (r *requestFlags) readJob(ctx context.Context, c *createFlags, l *connect.Link, app string, args []string) (job markettypes.Job, err error) {
	asked, _, err := r.ReadJob(app, args, c.cmd.Flags().Changed("bag"))
	if err != nil {
		return job, err
	}
	if err = asked.Prepare(); err != nil {
		return job, err
	}
	r.files, job = asked.Inputs, asked.OrderFor(app)
	job.Datasets, job.Pool, job.StaticCredibility = asked.Datasets, r.pool, r.static
	return job, steps.Run(
		func() (err error) { job.FuelLimit, err = proposeFuel(ctx, l, job); return },
		func() (err error) { job.Pools, err = r.pools.readRestriction(ctx, c, l); return },
		func() (err error) { job.Sponsor, err = c.readAccount("--sponsor", r.sponsor); return },
		func() (err error) { job.Beneficiary, err = c.readAccount("--beneficiary", r.Beneficiary); return },
	)
}

// readAccount returns the account that a flag names; "" if the flag is empty.
func (c *createFlags) readAccount(flag, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	return c.ParseAccount(c.cmd, flag, text)
}

// proposeFuel returns the fuel limit of a job. If neither the flags nor a category state one, it is the limit that the app's version
// proposes or, without a node, the default.
func proposeFuel(ctx context.Context, l *connect.Link, job markettypes.Job) (uint64, error) {
	switch {
	case job.FuelLimit > 0 || job.Category != "":
		return job.FuelLimit, nil
	case l == nil:
		return credence.DefaultFuel, nil
	}
	return credence.ProposedFuel(ctx, l.Conn, job.App)
}

// uploadInputs uploads the inputs to the store, and names them in the job.
func (r *requestFlags) uploadInputs(ctx context.Context, l *connect.Link, stores []string, job *markettypes.Job) error {
	if l != nil && len(stores) == 0 {
		stores = l.Stores
	}
	locators := r.locators
	if len(locators) == 0 {
		locators = stores
	}
	if len(r.files) > 0 && len(locators) == 0 {
		return &cli.Problem{What: "--input: no store is known to put it into", Next: "name one with --store URL, or with --locator URL where it is served already"}
	}
	for _, in := range r.files {
		content, digest, err := in.Blob()
		if err != nil {
			return fmt.Errorf("--input: %w", err)
		}
		if len(r.locators) == 0 {
			if err := (&artifact.Client{BaseURLs: stores}).UploadContent(ctx, digest, content); err != nil {
				return fmt.Errorf("--input %s: %w", in.Path, err)
			}
		}
		job.Inputs = append(job.Inputs, &dealstypes.Input{
			Name: in.Name, Digest: digest.String(), Size_: uint64(content.Size()), Locators: locators, Tree: in.Folder,
		})
	}
	return nil
}

func orderCreateRequestCmd() *cobra.Command {
	var (
		c createFlags
		r requestFlags
	)
	cmd := &cobra.Command{
		Use:   "request APP [-- ARGS...]",
		Short: "A request: a job that its owner wants done",
		Long: `Write a request: a job that its owner wants done, to be signed and matched by anyone, or presigned. Nothing is locked
before it is matched. APP is on the chain already: organisation/name:version or sha256:DIGEST.
("credenced run" publishes, submits, and fetches the result.)`,
		Example: `  credenced order create request studio/app:1.0 --trust 99.99% --max-price 1CRED --expiry +1000 --out job.json
  credenced order create request studio/app:1.0 --input data.csv --bag 16 --partial --out job.json -- -width 640`,
		Args: cli.Between(1, -1, "APP"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.WithOrWithoutChain(cmd, func(ctx context.Context, l *connect.Link) error {
				o, err := c.beginOrder(ctx, l, markettypes.ORDER_KIND_REQUEST, "requester")
				if err != nil {
					return err
				}
				job, err := r.readJob(ctx, &c, l, args[0], args[1:])
				if err != nil {
					return err
				}
				if err := checkJob(ctx, l, &job); err != nil {
					return err
				}
				if err := r.uploadInputs(ctx, l, c.Chain.Stores, &job); err != nil {
					return err
				}
				if job.MaxPrice == 0 {
					if err := c.recommendPrice(ctx, l, o.Owner, &job); err != nil {
						return err
					}
				}
				o.Request = &job
				return c.finishOrder(ctx, l, o)
			})
		},
	}
	r.addFlags(cmd.Flags())
	cmd.Flags().StringSliceVar(&c.Chain.Stores, "store", nil, "base URL of an artifact store for --input; repeatable (default: the devnet's)")
	c.addFlags(cmd)
	jobflags.Group(cmd)
	return cmd
}

// recommendPrice asks the chain for a price.
func (c *createFlags) recommendPrice(ctx context.Context, l *connect.Link, requester string, job *markettypes.Job) error {
	missing := &cli.Problem{What: "max_price: missing, expected the most that one task may cost", Next: "say it with --max-price, such as --max-price 1CRED"}
	if l == nil {
		return missing
	}
	res, err := l.Conn.Quote(ctx, requester, job.Normal())
	if err != nil {
		missing.Err = err
		if refused := credence.Refused(err); refused != nil {
			missing.What = "max_price: missing, and the chain recommends none: " + refused.Log
		}
		return missing
	}
	job.MaxPrice = max(res.MaxPrice, res.ExpectedPrice)
	c.printNote("max price %s is what the chain recommends with the orders on the book", cli.FormatCRED(job.MaxPrice))
	return nil
}
