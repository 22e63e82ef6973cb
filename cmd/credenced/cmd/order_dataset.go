package cmd

import (
	"context"

	"github.com/spf13/cobra"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

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
