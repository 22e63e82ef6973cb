package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// partyOf returns an account and an organisation as restrictions see them.
func (k Keeper) partyOf(ctx context.Context, account, org string) (types.Party, error) {
	p := types.Party{Account: account, Organisation: org}
	if org == "" {
		return p, nil
	}
	roles, err := k.orgs.ActiveRoles(ctx, org)
	p.Roles = roles
	return p, err
}

// beginAgreement begins an agreement with the requester's side: its role, the job's category and assets, at list prices.
func (k Keeper) beginAgreement(ctx context.Context, params types.Params, requester string, job types.Job, left uint64, expiry int64) (a types.Agreement, err error) {
	a = types.Agreement{Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Params: params}
	addr, err := k.addresses.StringToBytes(requester)
	if err != nil {
		return a, types.ErrRequester.Wrapf("requester: %q: %s", requester, err)
	}
	org, err := k.orgs.Authorize(ctx, addr, orgstypes.ROLE_REQUESTER)
	if err != nil {
		return a, err
	}
	if job.Category != "" {
		category, found, err := records.Find(ctx, k.Categories, job.Category)
		if err != nil {
			return a, err
		}
		if !found {
			return a, types.ErrUnknownCategory.Wrapf("category: %.40q", job.Category)
		}
		a.Category = &category
		if job.FuelLimit == 0 {
			job.FuelLimit = min(category.FuelLimit, params.MaxFuel)
		}
	}
	if err := job.Validate(params); err != nil {
		return a, err
	}
	a.Request = types.RequestSide{Job: job, Left: left, Expiry: expiry}
	if a.Request.Requester, err = k.partyOf(ctx, requester, org); err != nil {
		return a, err
	}
	if err := k.resolveAssets(ctx, &a); err != nil {
		return a, err
	}
	if err := k.checkCallback(ctx, a); err != nil {
		return a, err
	}
	if job.Pool != "" {
		pool, err := k.workers.GetPool(ctx, job.Pool)
		if err != nil {
			return a, types.ErrUnknownPool.Wrapf("pool: %.40q: %s", job.Pool, err)
		}
		if pool.Runtime != a.App.Version.Runtime {
			return a, types.ErrRuntime.Wrapf("pool: %s executes %q, the app needs %q", job.Pool, pool.Runtime, a.App.Version.Runtime)
		}
	}
	return a, job.CheckApp(a.App.App, a.App.Version)
}

// checkCallback refuses a job whose callback would not take its answers, and one that wants on chain what the chain does not keep.
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

func (k Keeper) resolveAssets(ctx context.Context, a *types.Agreement) (err error) {
	job := a.Request.Job
	if a.App.App, a.App.Version, err = k.apps.Resolve(ctx, job.App); err != nil {
		return types.ErrUnknownApp.Wrapf("app: %q: %s", job.App, err)
	}
	a.App.Left = types.Unbounded
	if a.App.Owner, err = k.partyOf(ctx, a.App.App.Owner, a.App.App.Organisation); err != nil {
		return err
	}
	for i, ref := range job.Datasets {
		s := types.DatasetSide{Left: types.Unbounded}
		if s.Dataset, s.Version, err = k.apps.ResolveDataset(ctx, ref); err != nil {
			return types.ErrUnknownDataset.Wrapf("datasets[%d]: %q: %s", i, ref, err)
		}
		if s.Owner, err = k.partyOf(ctx, s.Dataset.Owner, s.Dataset.Organisation); err != nil {
			return err
		}
		a.Datasets = append(a.Datasets, s)
	}
	forgetRead(a)
	return nil
}

// forgetRead lets the datasets that are read already cost nothing and need nothing.
func forgetRead(a *types.Agreement) {
	for i := range a.Datasets {
		if s := &a.Datasets[i]; isRead(*a, i) {
			s.Version.Price, s.Version.ByOrder, s.Version.Tags, s.Dataset.Deprecated = 0, false, nil, false
			s.Owner.Roles = []orgstypes.Role{orgstypes.ROLE_PROVIDER} // it was one when it sold
		}
	}
}

// isRead says that the one task that reads a dataset of a split bag has met orders before: what is left of the bag does
// not read it, and its owner need not sell it again.
func isRead(a types.Agreement, i int) bool {
	job := a.Request.Job
	return job.DatasetsPerTask > 0 && uint64(i)/uint64(job.DatasetsPerTask) < job.Size_-a.Request.Left
}

// voucherFor returns the voucher that a request names, or nil, and says why it can not pay for the request's assets. Its
// pools are the matching's to check; whether its balance lasts is found out when it is spent.
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

// poolSideOf returns the side of a pool order.
func (k Keeper) poolSideOf(ctx context.Context, r types.OrderRecord) (s types.PoolSide, err error) {
	s = types.PoolSide{Order: r.Order, Left: r.Left()}
	if s.Pool, err = k.workers.GetPool(ctx, r.Order.Pool.Pool); err != nil {
		return s, types.ErrStale.Wrapf("pool: %s: %s", r.Order.Pool.Pool, err)
	}
	s.Owner, err = k.partyOf(ctx, r.Order.Owner, r.Organisation)
	return s, err
}

// authorizeTrade checks that an account may trade what its order is about, and returns for which organisation it does.
func (k Keeper) authorizeTrade(ctx context.Context, o types.Order) (org string, err error) {
	addr, err := k.addresses.StringToBytes(o.Owner)
	if err != nil {
		return "", types.ErrOrder.Wrapf("owner: %q: %s", o.Owner, err)
	}
	switch {
	case o.App != nil:
		app, _, err := k.apps.Resolve(ctx, o.App.App)
		if err != nil {
			return "", types.ErrUnknownApp.Wrapf("app: %q: %s", o.App.App, err)
		}
		return asOwner(k.apps.MayTrade(ctx, addr, app.Id))
	case o.Dataset != nil:
		dataset, _, err := k.apps.ResolveDataset(ctx, o.Dataset.Dataset)
		if err != nil {
			return "", types.ErrUnknownDataset.Wrapf("dataset: %q: %s", o.Dataset.Dataset, err)
		}
		return asOwner(k.apps.MayTrade(ctx, addr, dataset.Id))
	case o.Pool != nil:
		pool, err := k.workers.GetPool(ctx, o.Pool.Pool)
		if err != nil {
			return "", types.ErrUnknownPool.Wrapf("pool: %.40q: %s", o.Pool.Pool, err)
		}
		return asOwner(k.workers.MayOperate(ctx, addr, pool))
	}
	return k.orgs.Authorize(ctx, addr, orgstypes.ROLE_REQUESTER)
}

func asOwner(org string, err error) (string, error) {
	if err != nil {
		return "", types.ErrNotOwner.Wrap(err.Error())
	}
	return org, nil
}
