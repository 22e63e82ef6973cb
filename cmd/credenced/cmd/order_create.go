package cmd

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/client"

	"github.com/credence-chain/credence/app/encoding"
	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/order"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func orderCreateCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Write an order's JSON",
		Long: `Write an order's JSON, to be signed, placed or presigned. When a node is reachable, what is left out is taken from the
chain: an app's list price, a pool's stake and capabilities, the price that is recommended for a request. The nonce is
the time in microseconds unless one is given, so that newer orders have larger ones.`,
		RunE: client.ValidateCmd,
	}
	cmd.AddCommand(orderCreateAppCmd(), orderCreateDatasetCmd(), orderCreatePoolCmd(), orderCreateRequestCmd())
	return cmd
}

// createFlags are those of every kind of order.
type createFlags struct {
	orderFlags
	cmd       *cobra.Command
	owner     string
	nonce     uint64
	expiry    string
	out       string
	overwrite bool
}

func (c *createFlags) add(cmd *cobra.Command) {
	c.cmd = cmd
	f := cmd.Flags()
	c.chain(f)
	c.keys(f, "name of the owner's key in the keyring, or of a devnet's account")
	f.BoolVar(&c.offline, "offline", false, "ask no node: what is left out is not filled in")
	f.StringVar(&c.owner, "owner", "", "address or key name of the account whose order it is (default: that of --from, or the devnet's)")
	f.Uint64Var(&c.nonce, "nonce", 0, "number that the owner gave no other order of the kind (default: the time in microseconds)")
	f.StringVar(&c.expiry, "expiry", "", "first height at which it is no longer met, or +N for so many blocks from now (default: never)")
	outFlags(f, &c.out, &c.overwrite)
}

// begin fills in what every order has. part is the devnet's account that owns orders of the kind.
func (c *createFlags) begin(ctx context.Context, l *link, kind markettypes.OrderKind, part string) (o markettypes.Order, err error) {
	if c.owner != "" {
		o.Owner, err = c.parseAccount(c.cmd, "--owner", c.owner)
	} else {
		o.Owner, err = c.defaultOwner(c.cmd, part)
	}
	if err != nil {
		return o, err
	}
	o.Nonce = c.nonce
	if !c.cmd.Flags().Changed("nonce") {
		o.Nonce = order.Nonce()
		if l != nil {
			res, err := l.conn.Market().Floor(ctx, &markettypes.QueryFloorRequest{Owner: o.Owner, Kind: kind})
			if err != nil {
				return o, err
			}
			o.Nonce = max(o.Nonce, res.Below)
		}
	}
	o.Expiry, err = parseExpiry(ctx, l, c.expiry)
	return o, err
}

// parseExpiry reads a height, or a number of blocks from now.
func parseExpiry(ctx context.Context, l *link, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	blocks, relative := strings.CutPrefix(text, "+")
	n, err := strconv.ParseInt(blocks, 10, 64)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("--expiry %q: expected a height such as 5000, or blocks from now such as +1000", text)
	}
	if !relative {
		return n, nil
	}
	if l == nil {
		return 0, fmt.Errorf("--expiry %s: no node tells the height from which to count; expected a height", text)
	}
	height, _, err := l.conn.Height(ctx)
	return height + n, err
}

// finish checks the order and writes it.
func (c *createFlags) finish(ctx context.Context, l *link, o markettypes.Order) error {
	o = o.Normal()
	params := markettypes.DefaultParams()
	if l != nil {
		res, err := l.conn.Market().Params(ctx, &markettypes.QueryParamsRequest{})
		if err != nil {
			return err
		}
		params = res.Params
	}
	if err := o.Validate(encoding.Addresses(), params); err != nil {
		return err
	}
	kind, _ := o.Kind()
	what := fmt.Sprintf("%s order of %s, nonce %d", kind.Word(), c.who(o.Owner), o.Nonce)
	if kind == markettypes.ORDER_KIND_REQUEST {
		what = fmt.Sprintf("request of %s, nonce %d", c.who(o.Owner), o.Nonce)
	}
	return writeOrder(c.cmd, markettypes.SignedOrder{Order: &o}, c.out, c.overwrite, what)
}

// note says on standard error what was filled in.
func (c *createFlags) note(format string, args ...any) {
	fmt.Fprintf(c.cmd.ErrOrStderr(), "note: "+format+"\n", args...)
}

// saleFlags are what orders that sell something have in common.
type saleFlags struct {
	price  string
	volume uint64
	tags   []string
}

func (s *saleFlags) add(f *pflag.FlagSet, per, tags string) {
	f.StringVar(&s.price, "price", "", "price of "+per+", such as 0.05CRED")
	f.Uint64Var(&s.volume, "volume", 0, "tasks in all; 0 for no bound")
	f.StringSliceVar(&s.tags, "tag", nil, tags)
}

// asked reads the price, or takes the chain's.
func (s *saleFlags) asked(c *createFlags, l *link, list uint64, known bool, of string) (uint64, error) {
	if s.price != "" {
		price, err := credence.ParseCRED(s.price)
		if err != nil {
			return 0, fmt.Errorf("--%w", err)
		}
		return price, nil
	}
	if l == nil || !known {
		return 0, &credence.Problem{What: "price: missing", Next: "say it with --price, such as --price 0.05CRED; --price 0 is for nothing"}
	}
	c.note("price %s is %s", credence.FormatCRED(list), of)
	return list, nil
}

// restrictFlags are a restriction, as the command line says it.
type restrictFlags struct{ ids, of []string }

// add adds the flags of a restriction on counterparts of a kind: "app", "dataset" or "pool".
func (r *restrictFlags) add(f *pflag.FlagSet, kind, id string) {
	f.StringSliceVar(&r.ids, "only-"+kind, nil, kind+" that is taken, "+id+"; repeatable (default: any)")
	f.StringSliceVar(&r.of, "only-"+kind+"-of", nil, "whose "+kind+"s are taken: an address, an organisation's id, or role:NAME; repeatable")
}

func (r *restrictFlags) restriction() (markettypes.Restriction, error) {
	audience, err := parseAudience(r.of)
	return markettypes.Restriction{Ids: r.ids, Audience: audience}, err
}

// requesterFlag adds the flag of an audience of requesters.
func requesterFlag(f *pflag.FlagSet, who *[]string) {
	f.StringSliceVar(who, "only-requester", nil, "requester who is served: an address, an organisation's id, or role:NAME; repeatable (default: anyone)")
}

// parseAudience reads addresses, organisations and roles.
func parseAudience(texts []string) (a orgstypes.Audience, err error) {
	for _, t := range texts {
		role, isRole := strings.CutPrefix(t, "role:")
		switch {
		case isRole:
			value, known := orgstypes.Role_value["ROLE_"+strings.ToUpper(strings.ReplaceAll(role, "-", "_"))]
			if !known || value == 0 {
				return a, fmt.Errorf("role %q: expected one such as role:requester, role:provider or role:pool-operator", role)
			}
			a.Roles = append(a.Roles, orgstypes.Role(value))
		case strings.HasPrefix(t, encoding.AddressPrefix+"1"):
			a.Accounts = append(a.Accounts, t)
		default:
			a.Organisations = append(a.Organisations, t)
		}
	}
	return a, nil
}

func orderCreateAppCmd() *cobra.Command {
	var (
		c               createFlags
		s               saleFlags
		datasets, pools restrictFlags
		requesters      []string
	)
	cmd := &cobra.Command{
		Use:   "app ORGANISATION/NAME:VERSION",
		Short: "An order that lets an app be run",
		Example: `  credenced order create app studio/app:1.0 --price 0.01CRED --only-requester lab --out app.json
  credenced order create app studio/app:1.0 --price 0 --volume 10 --expiry +1000 --only-pool public`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.maybeConnected(cmd, func(ctx context.Context, l *link) error {
				o, err := c.begin(ctx, l, markettypes.ORDER_KIND_APP, "provider")
				if err != nil {
					return err
				}
				var version appstypes.Version
				if l != nil {
					res, err := l.conn.Apps().Version(ctx, &appstypes.QueryVersionRequest{Reference: args[0]})
					if err != nil {
						return lookUp("app", args[0], "apps apps", err)
					}
					version = res.Version
				}
				a := markettypes.AppOrder{App: args[0], Volume: s.volume, Tags: s.tags}
				if a.Price, err = s.asked(&c, l, version.Price, !version.ByOrder, "its list price"); err != nil {
					return err
				}
				if a.Datasets, err = datasets.restriction(); err != nil {
					return err
				}
				if a.Pools, err = pools.restriction(); err != nil {
					return err
				}
				if a.Requesters, err = parseAudience(requesters); err != nil {
					return err
				}
				o.App = &a
				return c.finish(ctx, l, o)
			})
		},
	}
	f := cmd.Flags()
	s.add(f, "a task that ends with a result (default: the list price)", "capability that a pool must have, beside those of the version; repeatable")
	datasets.add(f, "dataset", "organisation/name or organisation/name:version")
	pools.add(f, "pool", "by id")
	requesterFlag(f, &requesters)
	c.add(cmd)
	return cmd
}

func orderCreateDatasetCmd() *cobra.Command {
	var (
		c           createFlags
		s           saleFlags
		apps, pools restrictFlags
		requesters  []string
	)
	cmd := &cobra.Command{
		Use:   "dataset ORGANISATION/NAME:VERSION",
		Short: "An order that lets a dataset be read",
		Example: `  credenced order create dataset studio/cities:2024 --price 0.01CRED --only-app studio/app --out dataset.json
  credenced order create dataset studio/cities:2024 --price 0 --only-requester role:requester`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.maybeConnected(cmd, func(ctx context.Context, l *link) error {
				o, err := c.begin(ctx, l, markettypes.ORDER_KIND_DATASET, "provider")
				if err != nil {
					return err
				}
				var version appstypes.DatasetVersion
				if l != nil {
					res, err := l.conn.Apps().DatasetVersion(ctx, &appstypes.QueryDatasetVersionRequest{Reference: args[0]})
					if err != nil {
						return lookUp("dataset", args[0], "apps datasets", err)
					}
					version = res.Version
				}
				d := markettypes.DatasetOrder{Dataset: args[0], Volume: s.volume, Tags: s.tags}
				if d.Price, err = s.asked(&c, l, version.Price, !version.ByOrder, "its list price"); err != nil {
					return err
				}
				if d.Apps, err = apps.restriction(); err != nil {
					return err
				}
				if d.Pools, err = pools.restriction(); err != nil {
					return err
				}
				if d.Requesters, err = parseAudience(requesters); err != nil {
					return err
				}
				o.Dataset = &d
				return c.finish(ctx, l, o)
			})
		},
	}
	f := cmd.Flags()
	s.add(f, "a task that reads it and ends with a result (default: the list price)", "capability that a pool must have, beside those of the version; repeatable")
	apps.add(f, "app", "organisation/name or organisation/name:version")
	pools.add(f, "pool", "by id")
	requesterFlag(f, &requesters)
	c.add(cmd)
	return cmd
}

func orderCreatePoolCmd() *cobra.Command {
	var (
		c                                 createFlags
		s                                 saleFlags
		r                                 resourceFlags
		apps, datasets                    restrictFlags
		requesters                        []string
		maxFuel, trust, stake, commission string
		category                          string
	)
	cmd := &cobra.Command{
		Use:   "pool POOL",
		Short: "An order that offers executions in a pool",
		Long: `Write an order that offers executions in a pool. It is met only while the pool's terms are what the order says: its
stake must be the pool's, its commission at most the pool's largest, its price at least the pool's least, its tags among
the pool's capabilities.`,
		Example: `  credenced order create pool public --price 0.04CRED --volume 100 --expiry +5000 --out pool.json
  credenced order create pool public --price 0.04CRED --category xs --trust 99.99% --memory 2GiB --cpu 1`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.maybeConnected(cmd, func(ctx context.Context, l *link) error {
				o, err := c.begin(ctx, l, markettypes.ORDER_KIND_POOL, "operator")
				if err != nil {
					return err
				}
				p := markettypes.PoolOrder{Pool: args[0], Volume: s.volume, Tags: s.tags, Category: category}
				var pool workerstypes.Pool
				if l != nil {
					res, err := l.conn.Workers().Pool(ctx, &workerstypes.QueryPoolRequest{Id: args[0]})
					if err != nil {
						return lookUp("pool", args[0], "workers pools", err)
					}
					pool = res.Pool
				}
				if p.Price, err = s.asked(&c, l, pool.MinPrice, pool.MinPrice > 0, "the pool's least"); err != nil {
					return err
				}
				if !cmd.Flags().Changed("tag") {
					p.Tags = pool.Capabilities
				}
				if err := c.stake(&p, stake, l, pool); err != nil {
					return err
				}
				p.CommissionBps = pool.MaxCommissionBps
				if commission != "" {
					if p.CommissionBps, err = parseShare(commission); err != nil {
						return err
					}
				} else if p.CommissionBps > 0 {
					c.note("commission %s is the pool's largest", formatShare(p.CommissionBps))
				}
				if p.MaxFuel, err = c.maxFuel(ctx, l, maxFuel, category); err != nil {
					return err
				}
				if p.Trust, err = parseTrustFlag(trust); err != nil {
					return err
				}
				if p.Resources, err = r.resources(); err != nil {
					return err
				}
				if p.Apps, err = apps.restriction(); err != nil {
					return err
				}
				if p.Datasets, err = datasets.restriction(); err != nil {
					return err
				}
				if p.Requesters, err = parseAudience(requesters); err != nil {
					return err
				}
				o.Pool = &p
				if l != nil {
					if err := markettypes.CheckPoolTerms(pool, p); err != nil {
						return err
					}
				}
				return c.finish(ctx, l, o)
			})
		},
	}
	f := cmd.Flags()
	s.add(f, "a right replica, the operator's share included (default: the pool's least, if it has one)", "tag that is promised, a capability of the pool; repeatable (default: all its capabilities)")
	f.StringVar(&maxFuel, "max-fuel", "", "largest fuel limit, such as 100G (default: the category's, or the chain's)")
	f.StringVar(&category, "category", "", "category of the requests that are taken, such as xs (default: those without one)")
	f.StringVar(&trust, "trust", "", "largest trust that is taken, as a percentage or a number (default: any)")
	f.StringVar(&stake, "stake", "", "stake locked for each assignment: the pool's (default: as the chain says)")
	f.StringVar(&commission, "commission", "", "the operator's share of the price, such as 5% (default: the pool's largest)")
	r.add(f, "that one execution may use at most, such as", "none promised")
	apps.add(f, "app", "organisation/name or organisation/name:version")
	datasets.add(f, "dataset", "organisation/name or organisation/name:version")
	requesterFlag(f, &requesters)
	c.add(cmd)
	return cmd
}

// stake reads the stake, or takes the pool's.
func (c *createFlags) stake(p *markettypes.PoolOrder, text string, l *link, pool workerstypes.Pool) (err error) {
	switch {
	case text != "":
		if p.Stake, err = credence.ParseCRED(text); err != nil {
			return fmt.Errorf("--stake: %w", err)
		}
	case l == nil:
		return &credence.Problem{What: "stake: missing, expected the pool's", Next: "say it with --stake, such as --stake 10CRED, or name a node, which knows it"}
	default:
		p.Stake = pool.Stake
	}
	return nil
}

// maxFuel reads the largest fuel limit, or takes the category's or the chain's.
func (c *createFlags) maxFuel(ctx context.Context, l *link, text, category string) (uint64, error) {
	if text != "" {
		fuel, err := credence.ParseFuel(text)
		if err != nil {
			return 0, fmt.Errorf("--max-%w", err)
		}
		return fuel, nil
	}
	if l == nil {
		return markettypes.DefaultParams().MaxFuel, nil
	}
	res, err := l.conn.Market().Params(ctx, &markettypes.QueryParamsRequest{})
	if err != nil || category == "" {
		return res.GetParams().MaxFuel, err
	}
	cat, err := l.conn.Market().Category(ctx, &markettypes.QueryCategoryRequest{Id: category})
	if err != nil {
		return 0, lookUp("--category", category, "market categories", err)
	}
	return min(cat.Category.FuelLimit, res.Params.MaxFuel), nil
}
