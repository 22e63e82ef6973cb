package order

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// This file makes orders of apps and of datasets. Both work alike: the owner sells the use of a version at a price to anyone whom the
// order's restrictions admit.

// assetKind is what differs between the two kinds of order.
type assetKind struct {
	kind           markettypes.OrderKind
	short, example string
	priced         string // what the price is for
	other          string // kind of asset that restrictions can name besides pools
	// lookUp asks the chain about a version.
	lookUp func(ctx context.Context, l *connect.Link, ref string) (listing, error)
	// fill sets the terms in an order.
	fill func(o *markettypes.Order, ref string, t assetTerms)
}

// listing is what the chain knows of the version to be sold.
type listing struct {
	id, owner string
	price     uint64
	byOrder   bool // it is sold by order alone and has no list price
}

// assetTerms are the terms of an order of an app or a dataset.
type assetTerms struct {
	price, volume uint64
	tags          []string
	others, pools markettypes.Restriction
	requesters    orgstypes.Audience
}

var appOrders = assetKind{
	kind:  markettypes.ORDER_KIND_APP,
	short: "An order that lets an app be run",
	example: `  credenced order create app studio/app:1.0 --price 0.01CRED --only-requester lab --out app.json
  credenced order create app studio/app:1.0 --price 0 --volume 10 --expiry +1000 --only-pool public`,
	priced: "a task that ends with a result",
	other:  "dataset",
	lookUp: func(ctx context.Context, l *connect.Link, ref string) (listing, error) {
		res, err := connect.LookUpApp(ctx, l, "app", ref)
		if err != nil {
			return listing{}, err
		}
		return listing{res.App.Id, res.App.Owner, res.Version.Price, res.Version.ByOrder}, nil
	},
	fill: func(o *markettypes.Order, ref string, t assetTerms) {
		o.App = &markettypes.AppOrder{
			App: ref, Price: t.price, Volume: t.volume, Tags: t.tags, Datasets: t.others, Pools: t.pools, Requesters: t.requesters,
		}
	},
}

var datasetOrders = assetKind{
	kind:  markettypes.ORDER_KIND_DATASET,
	short: "An order that lets a dataset be read",
	example: `  credenced order create dataset studio/cities:2024 --price 0.01CRED --only-app studio/app --out dataset.json
  credenced order create dataset studio/cities:2024 --price 0 --only-requester role:requester`,
	priced: "a task that reads it and ends with a result",
	other:  "app",
	lookUp: func(ctx context.Context, l *connect.Link, ref string) (listing, error) {
		res, err := connect.LookUpDataset(ctx, l, "dataset", ref)
		if err != nil {
			return listing{}, err
		}
		return listing{res.Dataset.Id, res.Dataset.Owner, res.Version.Price, res.Version.ByOrder}, nil
	},
	fill: func(o *markettypes.Order, ref string, t assetTerms) {
		o.Dataset = &markettypes.DatasetOrder{
			Dataset: ref, Price: t.price, Volume: t.volume, Tags: t.tags, Apps: t.others, Pools: t.pools, Requesters: t.requesters,
		}
	},
}

// assetFlags are the flags of a command that makes an order of an app or a dataset.
type assetFlags struct {
	createFlags
	sale          saleFlags
	others, pools restrictFlags
	requesters    requesterFlags
}

func createAssetCmd(k assetKind) *cobra.Command {
	var a assetFlags
	cmd := &cobra.Command{
		Use:     k.kind.Word() + " ORGANISATION/NAME:VERSION",
		Short:   k.short,
		Example: k.example,
		Args:    cli.Exactly("ORGANISATION/NAME:VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.WithOrWithoutChain(cmd, func(ctx context.Context, l *connect.Link) error { return a.create(ctx, l, k, args[0]) })
		},
	}
	f := cmd.Flags()
	a.sale.addFlags(f, k.priced+" (default: the list price)", "capability that a pool must have, beside those of the version; repeatable")
	a.others.addFlags(f, k.other, "organisation/name or organisation/name:version")
	a.pools.addFlags(f, "pool", "by id")
	a.requesters.addFlags(f)
	a.addFlags(cmd)
	return cmd
}

// create makes the order. If a node can be asked, the order's owner must own the asset, and the price defaults to the list price.
func (a *assetFlags) create(ctx context.Context, l *connect.Link, k assetKind, ref string) error {
	o, err := a.beginOrder(ctx, l, k.kind, "provider")
	if err != nil {
		return err
	}
	listed := listing{byOrder: true}
	if l != nil {
		if listed, err = k.lookUp(ctx, l, ref); err != nil {
			return err
		}
		if listed.owner != o.Owner {
			return a.refuseOwner(listed.id, o.Owner, a.Describe(listed.owner))
		}
	}
	terms, err := a.readTerms(ctx, l, listed)
	if err != nil {
		return err
	}
	k.fill(&o, ref, terms)
	return a.finishOrder(ctx, l, o)
}

func (a *assetFlags) readTerms(ctx context.Context, l *connect.Link, listed listing) (t assetTerms, err error) {
	t = assetTerms{volume: a.sale.volume, tags: a.sale.tags}
	if t.price, err = a.sale.readPrice(&a.createFlags, l, listed.price, !listed.byOrder, "its list price"); err != nil {
		return t, err
	}
	if t.others, err = a.others.readRestriction(ctx, &a.createFlags, l); err != nil {
		return t, err
	}
	if t.pools, err = a.pools.readRestriction(ctx, &a.createFlags, l); err != nil {
		return t, err
	}
	t.requesters, err = a.requesters.readAudience(ctx, &a.createFlags, l)
	return t, err
}
