package keeper

import (
	"cmp"
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// concludeDeal makes a drafted deal. It takes the deal's tasks off its orders' volumes, has x/deals store the deal with its escrow,
// and counts the tasks as filled in the request. It returns the deal as made.
func (k Keeper) concludeDeal(ctx sdk.Context, id []byte, r *types.Request, d dealstypes.Deal) (dealstypes.Deal, error) {
	from, refunded, err := k.releaseBudget(ctx, r, d)
	if err != nil {
		return d, err
	}
	for _, f := range d.Fills() {
		if err := k.fillOrder(ctx, f.Order, f.Tasks, d.Id); err != nil {
			return d, err
		}
	}
	if d, err = k.deals.MakeDeal(ctx, d, from); err != nil {
		return d, err
	}
	if err := k.countDeal(ctx, id, r, d); err != nil {
		return d, err
	}
	return d, emitEvent(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: "matched", Deal: d.Id, Refunded: refunded, Tasks: d.Size_, Left: r.Left()})
}

// releaseBudget takes the deal's part out of the escrow of its request, and refunds the difference between max_price and what the
// orders ask. It returns the purse from which the deal's escrow comes. The purse is nil for a signed request, for which nothing
// is locked.
func (k Keeper) releaseBudget(ctx context.Context, r *types.Request, d dealstypes.Deal) (from dealstypes.Purse, refunded uint64, err error) {
	if r.Status == types.REQUEST_STATUS_SIGNED {
		return nil, 0, nil
	}
	escrow, err := d.WholeEscrow()
	if err != nil {
		return nil, 0, err
	}
	// max_price was locked for each task. Its product with the bag fits 64 bits, and a task's escrow is at most max_price.
	locked := r.Job.MaxPrice * d.Size_
	r.Escrow -= locked
	return k.purse, locked - escrow, k.refundRequester(ctx, *r, locked-escrow)
}

// countDeal counts a deal's tasks as filled, and ends the request when no task of it is left.
func (k Keeper) countDeal(ctx context.Context, id []byte, r *types.Request, d dealstypes.Deal) error {
	was := r.Status
	if r.Filled += d.Size_; r.Left() == 0 {
		if err := k.leaveBook(ctx, id, r); err != nil {
			return err
		}
		r.Status = types.REQUEST_STATUS_MATCHED
	}
	if r.Deal == "" {
		r.Deal = d.Id
	}
	r.Deals++
	return k.setRequest(ctx, id, *r, was)
}

// draftDeal returns the deal that an agreement makes, without its escrow. Everything that decides trust or money is pinned in it.
func (k Keeper) draftDeal(ctx context.Context, r types.Request, a agreed, relayer string) (d dealstypes.Deal, err error) {
	job := a.Request.Job
	work, err := a.Work()
	if err != nil {
		return d, err
	}
	terms, err := types.NewTerms(a.Params, job, a.Category, a.Prices(), work)
	if err != nil {
		return d, err
	}
	if terms, err = types.LeaveOutCourt(terms, a.App.Version); err != nil {
		return d, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	request, err := types.ParseID(r.Id)
	if err != nil {
		return d, err
	}
	d = dealstypes.Deal{
		Id: types.FormatID(poco.DealID(request, r.Filled)), Request: r.Id, PoolOrder: a.poolOrder.Id, AppOrder: a.appOrder, Pool: a.Pool.Pool.Id,
		Requester: r.Requester, RequesterOrganisation: a.Request.Requester.Organisation,
		App: a.App.App.Id, AppVersion: a.App.Version.Version, AppOwner: a.App.App.Owner, AppOrganisation: a.App.App.Organisation,
		Digest: a.App.Version.Digest, ModuleSize: a.App.Version.Size_, Runtime: a.App.Version.Runtime, Locators: a.App.Version.Locators, OutputPath: cmp.Or(job.Execution.Contract().OutputPath, a.App.Version.OutputPath), OkExit: a.App.Version.OkExit, Verifier: a.App.Version.Verifier, Program: a.App.Version.Program, Measurements: a.App.Version.Measurements,
		Args: job.Args, Inputs: job.Inputs, Execution: job.Execution, Terms: terms, Size_: a.Volume(), First: r.Filled, Bag: r.Job.Size_,
		DatasetsPerTask: job.DatasetsPerTask, PoolOwner: a.poolOrder.Order.Owner, Voucher: job.Voucher, Sponsor: job.Sponsor,
		Beneficiary: job.Beneficiary, Callback: job.Callback, Onchain: job.Onchain, Category: job.Category, Tags: a.Tags(), Resources: a.Resources(),
		Relayer: relayer, Awaited: r.Awaited, Height: sdkCtx.BlockHeight(), Time: sdkCtx.BlockTime().Unix(),
	}
	if d.Beneficiary == "" {
		d.Beneficiary = r.Requester
	}
	for i, s := range a.Datasets {
		pinned := dealstypes.PinnedDataset{
			Dataset: s.Dataset.Id, Version: s.Version.Version, Digest: s.Version.Digest, Size_: s.Version.Size_, Locators: s.Version.Locators,
			Owner: s.Dataset.Owner, Organisation: s.Dataset.Organisation, Price: s.Price(),
		}
		if i < len(a.datasetOrders) {
			pinned.Order = a.datasetOrders[i]
		}
		d.Datasets = append(d.Datasets, pinned)
	}
	return d, nil
}
