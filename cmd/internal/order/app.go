package order

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/internal/connect"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"

	"github.com/credence-chain/credence/internal/cli"
)

func orderCreateAppCmd() *cobra.Command {
	var (
		c               createFlags
		s               saleFlags
		datasets, pools restrictFlags
		requesters      requesterFlags
	)
	cmd := &cobra.Command{
		Use:   "app ORGANISATION/NAME:VERSION",
		Short: "An order that lets an app be run",
		Example: `  credenced order create app studio/app:1.0 --price 0.01CRED --only-requester lab --out app.json
  credenced order create app studio/app:1.0 --price 0 --volume 10 --expiry +1000 --only-pool public`,
		Args: cli.Exactly("ORGANISATION/NAME:VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.WithOrWithoutChain(cmd, func(ctx context.Context, l *connect.Link) error {
				o, err := c.beginOrder(ctx, l, markettypes.ORDER_KIND_APP, "provider")
				if err != nil {
					return err
				}
				var version appstypes.Version
				if l != nil {
					res, err := connect.LookUpApp(ctx, l, "app", args[0])
					if err != nil {
						return err
					}
					if version = res.Version; res.App.Owner != o.Owner {
						return c.notOwner(res.App.Id, o.Owner, c.Describe(res.App.Owner))
					}
				}
				a := markettypes.AppOrder{App: args[0], Volume: s.volume, Tags: s.tags}
				if a.Price, err = s.readPrice(&c, l, version.Price, !version.ByOrder, "its list price"); err != nil {
					return err
				}
				if a.Datasets, err = datasets.readRestriction(ctx, &c, l); err != nil {
					return err
				}
				if a.Pools, err = pools.readRestriction(ctx, &c, l); err != nil {
					return err
				}
				if a.Requesters, err = requesters.readAudience(ctx, &c, l); err != nil {
					return err
				}
				o.App = &a
				return c.finishOrder(ctx, l, o)
			})
		},
	}
	f := cmd.Flags()
	s.addFlags(f, "a task that ends with a result (default: the list price)", "capability that a pool must have, beside those of the version; repeatable")
	datasets.addFlags(f, "dataset", "organisation/name or organisation/name:version")
	pools.addFlags(f, "pool", "by id")
	requesters.addFlags(f)
	c.addFlags(cmd)
	return cmd
}
