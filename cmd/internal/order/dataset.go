package order

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/internal/connect"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"

	"github.com/credence-chain/credence/internal/cli"
)

func orderCreateDatasetCmd() *cobra.Command {
	var (
		c           createFlags
		s           saleFlags
		apps, pools restrictFlags
		requesters  requesterFlags
	)
	cmd := &cobra.Command{
		Use:   "dataset ORGANISATION/NAME:VERSION",
		Short: "An order that lets a dataset be read",
		Example: `  credenced order create dataset studio/cities:2024 --price 0.01CRED --only-app studio/app --out dataset.json
  credenced order create dataset studio/cities:2024 --price 0 --only-requester role:requester`,
		Args: cli.Exactly("ORGANISATION/NAME:VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.WithOrWithoutChain(cmd, func(ctx context.Context, l *connect.Link) error {
				o, err := c.beginOrder(ctx, l, markettypes.ORDER_KIND_DATASET, "provider")
				if err != nil {
					return err
				}
				var version appstypes.DatasetVersion
				if l != nil {
					res, err := connect.LookUpDataset(ctx, l, "dataset", args[0])
					if err != nil {
						return err
					}
					if version = res.Version; res.Dataset.Owner != o.Owner {
						return c.notOwner(res.Dataset.Id, o.Owner, c.Describe(res.Dataset.Owner))
					}
				}
				d := markettypes.DatasetOrder{Dataset: args[0], Volume: s.volume, Tags: s.tags}
				if d.Price, err = s.readPrice(&c, l, version.Price, !version.ByOrder, "its list price"); err != nil {
					return err
				}
				if d.Apps, err = apps.readRestriction(ctx, &c, l); err != nil {
					return err
				}
				if d.Pools, err = pools.readRestriction(ctx, &c, l); err != nil {
					return err
				}
				if d.Requesters, err = requesters.readAudience(ctx, &c, l); err != nil {
					return err
				}
				o.Dataset = &d
				return c.finishOrder(ctx, l, o)
			})
		},
	}
	f := cmd.Flags()
	s.addFlags(f, "a task that reads it and ends with a result (default: the list price)", "capability that a pool must have, beside those of the version; repeatable")
	apps.addFlags(f, "app", "organisation/name or organisation/name:version")
	pools.addFlags(f, "pool", "by id")
	requesters.addFlags(f)
	c.addFlags(cmd)
	return cmd
}
