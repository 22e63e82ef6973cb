package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/artifact"
	credence "github.com/credence-chain/credence/client"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// defaultFuel of a request without a category: about a minute of one core.
const defaultFuel = "50G"

// requestFlags are a job of things that are published already, as the command line says it.
type requestFlags struct {
	inputs, locators, args, datasets, tags []string
	trust, policy, category, pool          string
	maxPrice, maxAppPrice, maxDatasetPrice string
	maxPoolPrice, value, fuel              string
	minReplicas, datasetsPerTask           uint32
	bag                                    uint64
	static, partial                        bool
	pools                                  restrictFlags
	sponsor, voucher                       string
	beneficiary                            string
	r                                      resourceFlags
	e                                      executionFlags
}

func (r *requestFlags) add(f *pflag.FlagSet) {
	f.StringArrayVar(&r.inputs, "input", nil, "input FILE or NAME=FILE: put into the store, unless --locator says where it is served; repeatable")
	f.StringSliceVar(&r.locators, "locator", nil, "base URL of a store that serves the inputs already; repeatable (default: the stores they are put into)")
	argsFlags(f, &r.args)
	r.e.add(f)
	f.StringArrayVar(&r.datasets, "dataset", nil, "dataset organisation/name:version or sha256:DIGEST; repeatable")
	f.Uint32Var(&r.datasetsPerTask, "datasets-per-task", 0, "give each task of the bag so many of the datasets; 0 gives all to each")
	f.StringVar(&r.trust, "trust", "99.9%", "demanded trust: a percentage, a number T (one wrong result expected in T), or bits")
	f.StringVar(&r.policy, "policy", "", "credence (default) or court")
	f.Uint32Var(&r.minReplicas, "min-replicas", 0, "least number of replicas; 0 leaves it to the plan")
	f.BoolVar(&r.static, "static-credibility", false, "ask for replicas until their records' evidence reaches the trust as well")
	f.StringVar(&r.maxPrice, "max-price", "", "the most that one task may cost, such as 5CRED (default: what the chain recommends)")
	f.StringVar(&r.maxAppPrice, "max-app-price", "", "the most for the app, a task (default: what --max-price leaves)")
	f.StringVar(&r.maxDatasetPrice, "max-dataset-price", "", "the most for all datasets of a task (default: what --max-price leaves)")
	f.StringVar(&r.maxPoolPrice, "max-pool-price", "", "the most for one replica (default: what --max-price leaves)")
	f.StringVar(&r.value, "value", "", "value at risk: the harm that a wrong result does, such as 100CRED (default: the price)")
	f.StringVar(&r.fuel, "fuel", "", "fuel limit of one execution (default: the category's, or "+defaultFuel+")")
	f.Uint64Var(&r.bag, "bag", 1, "number of tasks")
	f.BoolVar(&r.partial, "partial", false, "let a match take whatever part of the bag it can fill")
	f.StringVar(&r.category, "category", "", "category, such as xs (default: limits of its own)")
	f.StringSliceVar(&r.tags, "tag", nil, "capability that the pool must have, such as tee; repeatable")
	f.StringVar(&r.pool, "pool", "", "the one pool to use (default: any)")
	r.pools.add(f, "pool", "by id")
	f.StringVar(&r.sponsor, "sponsor", "", "account that pays in the requester's place: it must relay the match itself")
	f.StringVar(&r.voucher, "voucher", "", "id of a voucher that pays in the requester's place")
	f.StringVar(&r.beneficiary, "beneficiary", "", "account that the results are for (default: the requester)")
	r.r.add(f, "of one execution, such as", "the app's requirement")
}

// job reads the flags; the price is 0 when none is given.
func (r *requestFlags) job(ctx context.Context, c *createFlags, l *link, app string, args []string) (job markettypes.Job, err error) {
	if r.bag == 0 {
		return job, errors.New("--bag 0: expected at least one task")
	}
	job = markettypes.Job{
		App: app, Args: slices.Concat(r.args, args), Policy: r.policy, MinReplicas: r.minReplicas,
		StaticCredibility: r.static, Partial: r.partial, Size_: r.bag, Category: r.category, Tags: r.tags, Pool: r.pool,
		Datasets: r.datasets, DatasetsPerTask: r.datasetsPerTask, Voucher: strings.ToLower(r.voucher),
	}
	if n, k := uint64(len(r.datasets)), uint64(r.datasetsPerTask); k > 0 && !c.cmd.Flags().Changed("bag") {
		job.Size_ = (n + k - 1) / k
	}
	if job.Trust, err = parseTrustFlag(r.trust); err != nil {
		return job, err
	}
	const noBound = "no such bound"
	for _, p := range []struct {
		flag, text string
		out        *uint64
		without    string
	}{
		{"max-price", r.maxPrice, &job.MaxPrice, "what the chain recommends"}, {"max-app-price", r.maxAppPrice, &job.MaxAppPrice, noBound},
		{"max-dataset-price", r.maxDatasetPrice, &job.MaxDatasetPrice, noBound}, {"max-pool-price", r.maxPoolPrice, &job.MaxPoolPrice, noBound},
		{"value", r.value, &job.Value, "the price"},
	} {
		if p.text == "" {
			continue
		}
		if *p.out, err = credence.ParseCRED(p.text); err != nil {
			return job, fmt.Errorf("--%s: %w", p.flag, err)
		}
		if *p.out == 0 {
			return job, fmt.Errorf("--%s 0: expected an amount of at least 1ucred; leave it out for %s", p.flag, p.without)
		}
	}
	fuel := r.fuel
	if fuel == "" && r.category == "" {
		fuel = defaultFuel
	}
	if fuel != "" {
		if job.FuelLimit, err = credence.ParseFuel(fuel); err != nil {
			return job, fmt.Errorf("--%w", err)
		}
	}
	if job.Resources, err = r.r.resources(); err != nil {
		return job, err
	}
	if job.Pools, err = r.pools.restriction(ctx, c, l); err != nil {
		return job, err
	}
	for _, a := range []struct {
		flag, text string
		out        *string
	}{{"--sponsor", r.sponsor, &job.Sponsor}, {"--beneficiary", r.beneficiary, &job.Beneficiary}} {
		if a.text == "" {
			continue
		}
		if *a.out, err = c.parseAccount(c.cmd, a.flag, a.text); err != nil {
			return job, err
		}
	}
	return job, nil
}

// fill puts the inputs into the store, and names them in the job.
func (r *requestFlags) fill(ctx context.Context, l *link, stores []string, job *markettypes.Job) error {
	if l != nil && len(stores) == 0 {
		stores = l.stores
	}
	locators := r.locators
	if len(locators) == 0 {
		locators = stores
	}
	if (len(r.inputs) > 0 || r.e.stdin != "") && len(locators) == 0 {
		return &credence.Problem{What: "--input: no store is known to put it into", Next: "name one with --store URL, or with --locator URL where it is served already"}
	}
	execution, inputs, err := r.e.withInputs(r.inputs)
	if err != nil {
		return err
	}
	job.Execution = markettypes.NewExecution(execution)
	for _, text := range inputs {
		name, file, named := strings.Cut(text, "=")
		if !named {
			name, file = filepath.Base(text), text
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("--input: %w", err)
		}
		digest := artifact.Sum(data)
		if len(r.locators) == 0 {
			if digest, err = (&artifact.Client{BaseURLs: stores}).Upload(ctx, data); err != nil {
				return fmt.Errorf("--input %s: %w", file, err)
			}
		}
		job.Inputs = append(job.Inputs, &markettypes.Input{Name: name, Digest: digest.String(), Size_: uint64(len(data)), Locators: locators})
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
("credenced run" publishes, submits, and fetches the result; "credenced tx market submit-task" puts a job on the book.)`,
		Example: `  credenced order create request studio/app:1.0 --trust 99.99% --max-price 1CRED --expiry +1000 --out job.json
  credenced order create request studio/app:1.0 --input data.csv --bag 16 --partial --out job.json -- -width 640`,
		Args: between(1, -1, "APP"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.maybeConnected(cmd, func(ctx context.Context, l *link) error {
				o, err := c.begin(ctx, l, markettypes.ORDER_KIND_REQUEST, "requester")
				if err != nil {
					return err
				}
				job, err := r.job(ctx, &c, l, args[0], args[1:])
				if err != nil {
					return err
				}
				if err := checkJob(ctx, l, &job); err != nil {
					return err
				}
				if err := r.fill(ctx, l, c.c.stores, &job); err != nil {
					return err
				}
				if job.MaxPrice == 0 {
					if err := c.recommend(ctx, l, o.Owner, &job); err != nil {
						return err
					}
				}
				o.Request = &job
				return c.finish(ctx, l, o)
			})
		},
	}
	r.add(cmd.Flags())
	cmd.Flags().StringSliceVar(&c.c.stores, "store", nil, "base URL of an artifact store for --input; repeatable (default: the devnet's)")
	c.add(cmd)
	return cmd
}

// recommend asks the chain for a price.
func (c *createFlags) recommend(ctx context.Context, l *link, requester string, job *markettypes.Job) error {
	missing := &credence.Problem{What: "max_price: missing, expected the most that one task may cost", Next: "say it with --max-price, such as --max-price 1CRED"}
	if l == nil {
		return missing
	}
	res, err := l.conn.Tasks().Quote(ctx, &taskstypes.QueryQuoteRequest{Requester: requester, Job: job.Normal()})
	if err != nil {
		missing.Err = err
		if refused := credence.Refused(err); refused != nil {
			missing.What = "max_price: missing, and the chain recommends none: " + refused.Log
		}
		return missing
	}
	job.MaxPrice = max(res.MaxPrice, res.ExpectedPrice)
	c.note("max price %s is what the chain recommends with the orders on the book", credence.FormatCRED(job.MaxPrice))
	return nil
}
