package keeper

import (
	"context"
	"math/bits"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/types"
)

// concludeDeal makes a drafted deal: the escrow, the orders' volumes, the record and its place in the queue of openings.
func (k Keeper) concludeDeal(ctx sdk.Context, id []byte, r *types.Request, d types.Deal) error {
	each, err := d.Terms.Escrow()
	if err != nil {
		return err
	}
	hi, escrow := bits.Mul64(each, d.Size_)
	if hi != 0 {
		return types.ErrPrice.Wrapf("price: %d times %d tasks exceeds 64 bits", each, d.Size_)
	}
	d.Escrow = escrow
	dealID, err := types.ParseID(d.Id)
	if err != nil {
		return err
	}
	refunded := uint64(0)
	if r.Status == types.REQUEST_STATUS_SIGNED {
		if err := k.lockEscrow(ctx, d, escrow); err != nil {
			return err
		}
	} else {
		// max_price for each task was locked; each <= max_price, whose product with the bag fits.
		locked := r.Job.MaxPrice * d.Size_
		refunded = locked - escrow
		r.Escrow -= locked
		if err := k.refundPayer(ctx, payerOfRequest(*r), refunded); err != nil {
			return err
		}
	}
	for _, f := range d.Fills() {
		if err := k.fillOrder(ctx, f.Order, f.Tasks, d.Id); err != nil {
			return err
		}
	}
	if err := k.setDeal(ctx, dealID[:], d); err != nil {
		return err
	}
	was := r.Status
	if r.Filled += d.Size_; r.Left() == 0 {
		if was == types.REQUEST_STATUS_RESTING {
			if err := k.removeRequestFromBook(ctx, id, r); err != nil {
				return err
			}
		}
		r.Status = types.REQUEST_STATUS_MATCHED
	}
	if r.Deal == "" {
		r.Deal = d.Id
	}
	r.Deals++
	if err := k.setRequest(ctx, id, *r, was); err != nil {
		return err
	}
	datasets := make([]string, len(d.Datasets))
	for i, s := range d.Datasets {
		datasets[i] = s.Order
	}
	if err := emit(ctx, &types.EventDeal{
		Id: d.Id, Request: r.Id, PoolOrder: d.PoolOrder, AppOrder: d.AppOrder, DatasetOrders: datasets,
		First: d.First, Size_: d.Size_, Escrow: escrow, Payer: d.Payer(),
	}); err != nil {
		return err
	}
	return emit(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: "matched", Deal: d.Id, Refunded: refunded, Tasks: d.Size_, Left: r.Left()})
}

// draftDeal writes a deal down, with everything pinned that decides trust or money, but without its escrow.
func (k Keeper) draftDeal(ctx context.Context, r types.Request, a agreed, relayer string) (d types.Deal, err error) {
	job := a.Request.Job
	work, err := a.Work()
	if err != nil {
		return d, err
	}
	terms, err := types.NewTerms(a.Params, job, a.Category, a.Prices(), work)
	if err != nil {
		return d, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	request, err := types.ParseID(r.Id)
	if err != nil {
		return d, err
	}
	d = types.Deal{
		Id: types.FormatID(poco.DealID(request, r.Filled)), Request: r.Id, PoolOrder: a.poolOrder.Id, AppOrder: a.appOrder, Pool: a.Pool.Pool.Id,
		Requester: r.Requester, RequesterOrganisation: a.Request.Requester.Organisation,
		App: a.App.App.Id, AppVersion: a.App.Version.Version, AppOwner: a.App.App.Owner, AppOrganisation: a.App.App.Organisation,
		Digest: a.App.Version.Digest, ModuleSize: a.App.Version.Size_, Runtime: a.App.Version.Runtime, Locators: a.App.Version.Locators, OutputPath: a.App.Version.OutputPath,
		Args: job.Args, Inputs: job.Inputs, Execution: job.Execution, Terms: terms, Size_: a.Volume(), First: r.Filled, Bag: r.Job.Size_,
		DatasetsPerTask: job.DatasetsPerTask, PoolOwner: a.poolOrder.Order.Owner, Voucher: job.Voucher, Sponsor: job.Sponsor,
		Beneficiary: job.Beneficiary, Callback: job.Callback, Category: job.Category, Tags: a.Tags(), Resources: a.Resources(),
		Relayer: relayer, Height: sdkCtx.BlockHeight(), Time: sdkCtx.BlockTime().Unix(),
	}
	if d.Beneficiary == "" {
		d.Beneficiary = r.Requester
	}
	if d.Callback != "" {
		d.CallbackGas = a.Params.CallbackGas
	}
	for i, s := range a.Datasets {
		pinned := types.PinnedDataset{
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
