package order

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/jobflags"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func orderCreatePoolCmd() *cobra.Command {
	var (
		c                                 createFlags
		s                                 saleFlags
		r                                 jobflags.ResourceFlags
		apps, datasets                    restrictFlags
		requesters                        requesterFlags
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
		Args: cli.Exactly("POOL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.WithOrWithoutChain(cmd, func(ctx context.Context, l *connect.Link) error {
				o, err := c.beginOrder(ctx, l, markettypes.ORDER_KIND_POOL, "operator")
				if err != nil {
					return err
				}
				p := markettypes.PoolOrder{Pool: args[0], Volume: s.volume, Tags: s.tags, Category: category}
				var pool workerstypes.Pool
				if l != nil {
					if pool, err = connect.LookUpPool(ctx, l, "pool", args[0]); err != nil {
						return err
					}
					if err := c.checkOperator(ctx, l, pool, o.Owner); err != nil {
						return err
					}
				}
				if p.Price, err = s.readPrice(&c, l, pool.MinPrice, pool.MinPrice > 0, "the pool's least"); err != nil {
					return err
				}
				if !cmd.Flags().Changed("tag") {
					p.Tags = pool.Capabilities
				}
				if err := c.readStake(&p, stake, l, pool); err != nil {
					return err
				}
				p.CommissionBps = pool.MaxCommissionBps
				if commission != "" {
					if p.CommissionBps, err = parseShare(commission); err != nil {
						return err
					}
				} else if p.CommissionBps > 0 {
					c.printNote("commission %s is the pool's largest", formatShare(p.CommissionBps))
				}
				if p.MaxFuel, err = c.maxFuel(ctx, l, maxFuel, category); err != nil {
					return err
				}
				if p.Trust, err = parseTrustFlag(trust); err != nil {
					return err
				}
				if p.Resources, err = r.Read(); err != nil {
					return err
				}
				if p.Apps, err = apps.readRestriction(ctx, &c, l); err != nil {
					return err
				}
				if p.Datasets, err = datasets.readRestriction(ctx, &c, l); err != nil {
					return err
				}
				if p.Requesters, err = requesters.readAudience(ctx, &c, l); err != nil {
					return err
				}
				o.Pool = &p
				if l != nil {
					if err := markettypes.CheckPoolTerms(pool, p); err != nil {
						return &cli.Problem{
							What: whyStale(err), Err: err,
							Next: "an order has to be what its pool is now: credenced query workers pool " + pool.Id,
						}
					}
				}
				return c.finishOrder(ctx, l, o)
			})
		},
	}
	f := cmd.Flags()
	s.addFlags(f, "a right replica, the operator's share included (default: the pool's least, if it has one)", "tag that is promised, a capability of the pool; repeatable (default: all its capabilities)")
	f.StringVar(&maxFuel, "max-fuel", "", "largest fuel limit, such as 100G (default: the category's, or the chain's)")
	f.StringVar(&category, "category", "", "category of the requests that are taken, such as xs (default: those without one)")
	f.StringVar(&trust, "trust", "", "largest trust that is taken, as a percentage or a number (default: any)")
	f.StringVar(&stake, "stake", "", "stake locked for each assignment: the pool's (default: as the chain says)")
	f.StringVar(&commission, "commission", "", "the operator's share of the price, such as 5% (default: the pool's largest)")
	r.Add(f, "that one execution may use at most, such as", "none promised")
	apps.addFlags(f, "app", "organisation/name or organisation/name:version")
	datasets.addFlags(f, "dataset", "organisation/name or organisation/name:version")
	requesters.addFlags(f)
	c.addFlags(cmd)
	return cmd
}

// readStake reads the stake, or takes the pool's.
func (c *createFlags) readStake(p *markettypes.PoolOrder, text string, l *connect.Link, pool workerstypes.Pool) (err error) {
	switch {
	case text != "":
		if p.Stake, err = cli.ParseCRED(text); err != nil {
			return fmt.Errorf("--stake: %w", err)
		}
	case l == nil:
		return &cli.Problem{What: "stake: missing, expected the pool's", Next: "say it with --stake, such as --stake 10CRED, or name a node, which knows it"}
	default:
		p.Stake = pool.Stake
	}
	return nil
}

// maxFuel reads the largest fuel limit, or takes the category's or the chain's.
func (c *createFlags) maxFuel(ctx context.Context, l *connect.Link, text, category string) (uint64, error) {
	most := markettypes.DefaultParams().MaxFuel
	if l != nil {
		res, err := l.Conn.Market().Params(ctx, &markettypes.QueryParamsRequest{})
		if err != nil {
			return 0, err
		}
		most = res.Params.MaxFuel
		if category != "" {
			cat, err := connect.LookUpCategory(ctx, l, "--category", category)
			if err != nil {
				return 0, err
			}
			most = min(most, cat.FuelLimit)
		}
	}
	if text == "" {
		return most, nil
	}
	fuel, err := cli.ParseFuel(text)
	if err != nil {
		return 0, fmt.Errorf("--max-%w", err)
	}
	return fuel, nil
}
