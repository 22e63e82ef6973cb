package keeper

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// beginAgreement returns an agreement with the request's side: the requester, the job with its category, and the app and datasets at
// their list prices. It fails when the job could not be matched with any orders.
func (k Keeper) beginAgreement(ctx context.Context, params types.Params, r types.Request) (a types.Agreement, err error) {
	a = types.Agreement{Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Params: params}
	a.Request = types.RequestSide{Job: r.Job, Left: r.Left(), Expiry: r.Expiry}
	if a.Request.Requester, err = k.requesterParty(ctx, r.Requester); err != nil {
		return a, err
	}
	if a.Seats, err = k.seats.ActiveCount(ctx); err != nil {
		return a, err
	}
	job := &a.Request.Job
	if a.Category, err = k.categoryOf(ctx, *job); err != nil {
		return a, err
	}
	job.FuelLimit = job.Fuel(a.Category, params)
	if err := job.Validate(params); err != nil {
		return a, err
	}
	if err := k.resolveAssets(ctx, &a); err != nil {
		return a, err
	}
	if err := k.checkCallback(ctx, a); err != nil {
		return a, err
	}
	if err := k.checkNamedPool(ctx, *job, a.App.Version); err != nil {
		return a, err
	}
	if err := job.CheckApp(a.App.App, a.App.Version, params); err != nil {
		return a, err
	}
	return a, k.checkEvidence(ctx, *job, a.App.Version)
}

// checkEvidence refuses a job whose policy asks for evidence that the chain would accept from nobody now. Its tasks could only be
// refunded.
func (k Keeper) checkEvidence(ctx context.Context, job types.Job, version appstypes.Version) error {
	switch job.Evidence() {
	case poco.EvidenceProof:
		app := verifierstypes.App{Runtime: version.Runtime}
		var err error
		if app.Program, err = ids.Parse(version.Program); err != nil {
			return types.ErrPolicy.Wrapf("app: the program of %s: %s", version.Reference(), err)
		}
		if app.Digest, err = artifact.ParseDigest(version.Digest); err != nil {
			return types.ErrPolicy.Wrapf("app: the digest of %s: %s", version.Reference(), err)
		}
		return k.proofs.CheckApp(ctx, version.Verifier, app)
	case poco.EvidenceAttestation:
		return k.words.CheckListing(ctx, enclavestypes.Listing{Runtime: version.Runtime, Measurements: version.Measurements})
	}
	return nil
}

// categoryOf returns the category that a job names, or nil when it names none.
func (k Keeper) categoryOf(ctx context.Context, job types.Job) (*types.Category, error) {
	if job.Category == "" {
		return nil, nil
	}
	category, found, err := records.Find(ctx, k.Categories, job.Category)
	if err == nil && !found {
		err = types.ErrUnknownCategory.Wrapf("category: %.40q", job.Category)
	}
	return &category, err
}

// checkCallback refuses a job whose callback would not take its answers, and a job that wants a file on chain when the chain keeps none.
func (k Keeper) checkCallback(ctx context.Context, a types.Agreement) error {
	job := a.Request.Job
	if job.Onchain != "" {
		if most, err := k.deals.MaxOnchain(ctx); err != nil {
			return err
		} else if most == 0 {
			return types.ErrOnchain.Wrapf("onchain: got %.40q, expected none: this chain keeps no results (max_onchain_result is 0)", job.Onchain)
		}
	}
	if job.Callback == "" {
		return nil
	}
	if !k.deals.HasCallback(job.Callback) {
		return types.ErrCallback.Wrapf("callback: %.40q is the name of no hook of this chain", job.Callback)
	}
	trust, err := poco.QuantiseTrust(job.Trust)
	if err != nil {
		return types.ErrTrust.Wrap(err.Error())
	}
	return k.deals.CheckCallback(ctx, dealstypes.CallbackJob{
		Callback: job.Callback, Requester: a.Request.Requester.Account, Organisation: a.Request.Requester.Organisation,
		App: a.App.Version.Reference(), Trust: trust, Policy: job.Policy, Onchain: job.Onchain,
	})
}

// checkNamedPool checks that the chain has the pool that a job names, and that the pool executes the app.
func (k Keeper) checkNamedPool(ctx context.Context, job types.Job, app appstypes.Version) error {
	if job.Pool == "" {
		return nil
	}
	pool, err := k.workers.GetPool(ctx, job.Pool)
	if err != nil {
		return missingPool(job.Pool, err)
	}
	if pool.Runtime != app.Runtime {
		return types.ErrRuntime.Wrapf("pool: %s executes %q, the app needs %q", job.Pool, pool.Runtime, app.Runtime)
	}
	return nil
}

func (k Keeper) resolveAssets(ctx context.Context, a *types.Agreement) (err error) {
	job := a.Request.Job
	if a.App.App, a.App.Version, err = k.apps.Resolve(ctx, job.App); err != nil {
		return missing(types.ErrUnknownApp, "app", job.App, "an app that the chain has", err)
	}
	a.App.Left = types.Unbounded
	if a.App.Owner, err = k.partyOf(ctx, a.App.App.Owner, a.App.App.Organisation); err != nil {
		return err
	}
	for i, ref := range job.Datasets {
		s := types.DatasetSide{Offer: types.Offer{Left: types.Unbounded}}
		if s.Dataset, s.Version, err = k.apps.ResolveDataset(ctx, ref); err != nil {
			return missing(types.ErrUnknownDataset, fmt.Sprintf("datasets[%d]", i), ref, "a dataset that the chain has", err)
		}
		if s.Owner, err = k.partyOf(ctx, s.Dataset.Owner, s.Dataset.Organisation); err != nil {
			return err
		}
		a.Datasets = append(a.Datasets, s)
	}
	forgetRead(a)
	return nil
}

// forgetRead clears the price and the requirements of the datasets whose tasks have met orders already (isRead).
func forgetRead(a *types.Agreement) {
	for i := range a.Datasets {
		if s := &a.Datasets[i]; isRead(*a, i) {
			s.Version.Price, s.Version.ByOrder, s.Version.Tags, s.Dataset.Deprecated = 0, false, nil, false
			s.Owner.Roles = []orgstypes.Role{orgstypes.ROLE_PROVIDER} // it was one when it sold
		}
	}
}

// isRead says whether dataset i of a split bag belongs to a task that has met orders already. The rest of the bag does not read
// that dataset, so its owner need not sell it again.
func isRead(a types.Agreement, i int) bool {
	job := a.Request.Job
	return job.DatasetsPerTask > 0 && uint64(i)/uint64(job.DatasetsPerTask) < job.Size_-a.Request.Left
}

// voucherFor returns the voucher that a request names, or nil when it names none. It fails when the voucher may not pay for the
// request's app and datasets. The matching checks the pool later, and SpendVoucher checks the balance.
func (k Keeper) voucherFor(ctx context.Context, a types.Agreement) (*voucherstypes.Voucher, error) {
	id := a.Request.Job.Voucher
	if id == "" {
		return nil, nil
	}
	v, err := k.vouchers.GetVoucher(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := v.CheckSpender(a.Request.Requester.Account, a.Height); err != nil {
		return nil, err
	}
	if err := v.CheckApp(a.App.Version.Reference()); err != nil {
		return nil, err
	}
	for _, d := range a.Datasets {
		if err := v.CheckDataset(d.Version.Reference()); err != nil {
			return nil, err
		}
	}
	return &v, nil
}

// poolSideOf returns the pool's side of an agreement under a pool order.
func (k Keeper) poolSideOf(ctx context.Context, r types.OrderRecord) (s types.PoolSide, err error) {
	s = types.PoolSide{Order: r.Order, Left: r.Left()}
	if s.Pool, err = k.workers.GetPool(ctx, r.Order.Pool.Pool); err != nil {
		return s, types.ErrStale.Wrapf("pool: %s: %s", r.Order.Pool.Pool, err)
	}
	s.Owner, err = k.partyOf(ctx, r.Order.Owner, r.Organisation)
	return s, err
}

// checkStaffed refuses a pool whose workers belong to too few organisations for the request's policy. Parties to a task do not
// count, because their workers are not drawn for it. Without this check an empty pool with the lowest price would attract requests,
// and bags would be stored whose tasks could never be drawn. Busy workers count: they are free again soon, and tasks wait for them.
func (k Keeper) checkStaffed(ctx context.Context, a types.Agreement) error {
	need := a.Request.Job.Staff()
	if need == 0 {
		return nil
	}
	n, err := k.workers.Registered(ctx, a.Pool.Pool.Id)
	if err != nil {
		return err
	}
	parties := a.Parties()
	for _, org := range parties {
		serves, err := k.workers.Serves(ctx, a.Pool.Pool.Id, org)
		if err != nil {
			return err
		}
		if serves {
			n--
		}
	}
	if n < need {
		return types.ErrTooFew.Wrapf("pool: %s has workers of %d organisations that are no party to the task, expected at least %d", a.Pool.Pool.Id, n, need)
	}
	return nil
}
