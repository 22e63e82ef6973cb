package order

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/jobflags"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/steps"
	markettypes "github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// poolFlags are the flags of an order that offers executions in a pool.
type poolFlags struct {
	createFlags
	sale                               saleFlags
	needs                              jobflags.ResourceFlags
	apps, datasets                     restrictFlags
	requesters                         requesterFlags
	mostFuel, trust, stake, commission string
	category                           string
	use                                useFlags
}

func orderCreatePoolCmd() *cobra.Command {
	var p poolFlags
	cmd := &cobra.Command{
		Use:   "pool POOL",
		Short: "An order that offers executions in a pool",
		Long: `Write an order that offers executions in a pool. It is met only while the pool's terms are what the order says: its
stake must be the pool's, its commission at most the pool's largest, its price at least the pool's least, its tags among
the pool's capabilities.

With --price-per-gfuel, or for containers --price-per-second, a replica is paid the base and the rate times what it uses,
and --price is the most for one. Orders are compared by it, and requests lock it; what is not used goes back to them.`,
		Example: `  credenced order create pool public --price 0.04CRED --volume 100 --expiry +5000 --out pool.json
  credenced order create pool public --price 0.04CRED --category xs --trust 99.99% --memory 2GiB --cpu 1
  credenced order create pool public --price-per-gfuel 0.0004CRED --base-price 0.04CRED --max-fuel 100G`,
		Args: cli.Exactly("POOL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.WithOrWithoutChain(cmd, func(ctx context.Context, l *connect.Link) error { return p.createOrder(ctx, l, args[0]) })
		},
	}
	f := cmd.Flags()
	p.use.addFlags(f)
	p.sale.addFlags(f, "a right replica, the operator's share included; the most with a price by use (default: the pool's least, if it has one; by Gfuel what --max-fuel costs)", "tag that is promised, a capability of the pool; repeatable (default: all its capabilities)")
	f.StringVar(&p.mostFuel, "max-fuel", "", "largest fuel limit, such as 100G (default: the category's, or the chain's)")
	f.StringVar(&p.category, "category", "", "category of the requests that are taken, such as xs (default: those without one)")
	f.StringVar(&p.trust, "trust", "", "largest trust that is taken, as a percentage or a number (default: any)")
	f.StringVar(&p.stake, "stake", "", "stake locked for each assignment: the pool's (default: as the chain says)")
	f.StringVar(&p.commission, "commission", "", "the operator's share of the price, such as 5% (default: the pool's largest)")
	p.needs.Add(f, "that one execution may use at most, such as", "none promised")
	p.apps.addFlags(f, "app", "organisation/name or organisation/name:version")
	p.datasets.addFlags(f, "dataset", "organisation/name or organisation/name:version")
	p.requesters.addFlags(f)
	p.addFlags(cmd)
	return cmd
}

// createOrder writes the order. Without a node the pool's terms are unknown, and the flags have to state them.
func (p *poolFlags) createOrder(ctx context.Context, l *connect.Link, id string) error {
	o, err := p.beginOrder(ctx, l, markettypes.ORDER_KIND_POOL, "operator")
	if err != nil {
		return err
	}
	var pool workerstypes.Pool
	if l != nil {
		if pool, err = connect.LookUpPool(ctx, l, "pool", id); err != nil {
			return err
		}
		if err := p.checkOperator(ctx, l, pool, o.Owner); err != nil {
			return err
		}
	}
	order := markettypes.PoolOrder{Pool: id, Volume: p.sale.volume, Tags: p.sale.tags, Category: p.category}
	if !p.cmd.Flags().Changed("tag") {
		order.Tags = pool.Capabilities
	}
	if err := p.readOrder(ctx, l, pool, &order); err != nil {
		return err
	}
	o.Pool = &order
	if err := checkPoolOrder(l, pool, order); err != nil {
		return err
	}
	return p.finishOrder(ctx, l, o)
}

// readOrder reads the flags. It takes from the pool whatever the flags leave out.
func (p *poolFlags) readOrder(ctx context.Context, l *connect.Link, pool workerstypes.Pool, o *markettypes.PoolOrder) error {
	c := &p.createFlags
	return steps.Run(
		func() error { return c.readStake(o, p.stake, l, pool) },
		func() (err error) {
			o.CommissionBps, err = c.readCommission(p.commission, pool.MaxCommissionBps)
			return
		},
		func() (err error) { o.MaxFuel, err = c.readMaxFuel(ctx, l, p.mostFuel, p.category); return },
		func() (err error) { o.UsePrice, err = p.use.read(c, pool.MinPrice); return },
		func() (err error) { o.Price, err = p.readPrice(l, pool.MinPrice, *o); return },
		func() (err error) { o.Trust, err = parseTrustFlag(p.trust); return },
		func() (err error) { o.Resources, err = p.needs.Read(); return },
		func() (err error) { o.Apps, err = p.apps.readRestriction(ctx, c, l); return },
		func() (err error) { o.Datasets, err = p.datasets.readRestriction(ctx, c, l); return },
		func() (err error) { o.Requesters, err = p.requesters.readAudience(ctx, c, l); return },
	)
}

// checkPoolOrder compares the order with its pool, if a node was asked for the pool.
func checkPoolOrder(l *connect.Link, pool workerstypes.Pool, o markettypes.PoolOrder) error {
	if l == nil {
		return nil
	}
	if err := markettypes.CheckPoolTerms(pool, o); err != nil {
		return &cli.Problem{
			What: formatStale(err), Err: err,
			Next: "an order has to be what its pool is now: credenced show pool " + pool.Id,
		}
	}
	return nil
}

// readCommission reads the operator's share; by default it is the pool's maximum.
func (c *createFlags) readCommission(text string, most uint32) (uint32, error) {
	if text != "" {
		return parseShare(text)
	}
	if most > 0 {
		c.printNote("commission %s is the pool's largest", formatShare(most))
	}
	return most, nil
}

// readStake reads the stake; by default it is the pool's.
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

// readMaxFuel reads the largest fuel limit; by default it is the category's or the chain's.
func (c *createFlags) readMaxFuel(ctx context.Context, l *connect.Link, text, category string) (uint64, error) {
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
