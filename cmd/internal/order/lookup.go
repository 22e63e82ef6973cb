package order

import (
	"context"
	"fmt"
	"strings"

	"github.com/credence-chain/credence/artifact"
	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file looks up on the chain the names in a file or a flag, so that a typing error is found before the order is signed.

// refuseOwner returns the error for an order whose owner does not own what it sells.
func (c *createFlags) refuseOwner(asset, account, owner string) error {
	return &cli.Problem{
		What: fmt.Sprintf("owner: %s, but %s is of %s: nobody would take the order", c.Describe(account), asset, owner),
		Next: "name the owner with --owner or --from; --offline does not ask",
	}
}

// checkOperator checks that the owner of a pool's order acts for the organisation that operates the pool. Pools of the council have no
// operator.
func (c *createFlags) checkOperator(ctx context.Context, l *connect.Link, pool workerstypes.Pool, owner string) error {
	if pool.Operator == "" {
		return nil
	}
	org, err := connect.OrganisationOf(ctx, l, owner)
	if err == nil && org != pool.Operator {
		return c.refuseOwner("pool "+pool.Id, owner, "organisation "+pool.Operator)
	}
	return err
}

// checkJob looks up what a request names.
func checkJob(ctx context.Context, l *connect.Link, job *markettypes.Job) error {
	if l == nil {
		return nil
	}
	app, err := connect.LookUpApp(ctx, l, "app", job.App)
	if err != nil {
		return err
	}
	if artifact.NamesDigest(job.App) { // the user may have given only the beginning of the digest
		job.App = app.Version.Digest
	}
	for i, d := range job.Datasets {
		data, err := connect.LookUpDataset(ctx, l, "--dataset", d)
		if err != nil {
			return err
		}
		if artifact.NamesDigest(d) {
			job.Datasets[i] = data.Version.Digest
		}
	}
	if job.Voucher != "" {
		if job.Voucher, err = completeID(ctx, l, job.Voucher, credence.KindVoucher); err != nil {
			return err
		}
	}
	if job.Pool != "" {
		if _, err := connect.LookUpPool(ctx, l, "--pool", job.Pool); err != nil {
			return err
		}
	}
	if job.Category != "" {
		if _, err := connect.LookUpCategory(ctx, l, "--category", job.Category); err != nil {
			return err
		}
	}
	return nil
}

// noteUnseen prints a note for each counterpart in a restriction that the chain does not know. That is no error, since the counterpart may
// be registered later; more often the name has a typing error.
func (c *createFlags) noteUnseen(ctx context.Context, l *connect.Link, flag string, ids []string, audience orgstypes.Audience) {
	if l == nil {
		return
	}
	for _, id := range ids {
		asset, _, _ := strings.Cut(id, ":")
		var err error
		switch flag {
		case "--only-app":
			_, err = l.Conn.Apps().App(ctx, &appstypes.QueryAppRequest{Id: asset})
		case "--only-dataset":
			_, err = l.Conn.Apps().Dataset(ctx, &appstypes.QueryDatasetRequest{Id: asset})
		case "--only-pool":
			_, err = l.Conn.Workers().Pool(ctx, &workerstypes.QueryPoolRequest{Id: id})
		}
		if connect.IsUnknown(err) {
			c.printNote("%s %s: the chain has none of that name, so that nobody is meant by it now", flag, id)
		}
	}
	if flag != "--only-requester" {
		flag += "-of"
	}
	for _, org := range audience.Organisations {
		if _, err := l.Conn.Orgs().Organisation(ctx, &orgstypes.QueryOrganisationRequest{Id: org}); connect.IsUnknown(err) {
			c.printNote("%s %s: the chain has no organisation of that name, so that nobody is meant by it now", flag, org)
		}
	}
}
