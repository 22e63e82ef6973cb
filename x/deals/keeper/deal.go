package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/deals/types"
)

// GetDeal returns a deal with its progress, or ErrNotFound, also for a deal that was pruned. Arguments and inputs are missing, because
// they can be large and no rule of the chain needs them. WholeDeal has them.
func (k Keeper) GetDeal(ctx context.Context, id string) (types.Deal, error) {
	_, d, err := k.dealByID(ctx, id)
	return d, err
}

func (k Keeper) dealByID(ctx context.Context, id string) (raw []byte, d types.Deal, err error) {
	key, err := ids.Parse(id)
	if err != nil {
		return nil, d, types.ErrID.Wrap(err.Error())
	}
	d, found, err := records.Find(ctx, k.Deals, key[:])
	if err == nil && !found {
		err = k.notFound(ctx, key[:])
	}
	if err != nil {
		return nil, d, err
	}
	p, err := k.Progress.Get(ctx, key[:])
	return key[:], d.With(p), err
}

func (k Keeper) dealByKey(ctx context.Context, raw []byte) (types.Deal, error) {
	d, err := k.Deals.Get(ctx, raw)
	if err != nil {
		return d, err
	}
	p, err := k.Progress.Get(ctx, raw)
	return d.With(p), err
}

// WholeDeal returns a deal with the arguments and inputs of its request, which workers need. ErrNotFound.
func (k Keeper) WholeDeal(ctx context.Context, id string) (types.Deal, error) {
	_, d, err := k.dealByID(ctx, id)
	if err != nil {
		return d, err
	}
	return k.attachJob(ctx, d)
}

func (k Keeper) attachJob(ctx context.Context, d types.Deal) (types.Deal, error) {
	files, err := k.hooks.market.JobFiles(ctx, d.Request)
	d.Args, d.Inputs, d.Execution = files.Args, files.Inputs, files.Execution
	return d, err
}

// MaxOnchain bounds the file of a result that the chain keeps, in bytes, for deals that are made now. 0 means that it keeps none.
func (k Keeper) MaxOnchain(ctx context.Context) (uint32, error) {
	params, err := k.Params.Get(ctx)
	return params.MaxOnchainResult, err
}

// MakeDeal makes a deal that the market has drafted, and returns it as made. It pins what the parameters say, takes the escrow, stores the
// deal and puts it in the opening queue. The escrow comes from the purse, or from the deal's payer when the purse is nil.
func (k Keeper) MakeDeal(ctx context.Context, d types.Deal, from types.Purse) (types.Deal, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return d, err
	}
	if d.Callback != "" {
		d.CallbackGas = params.CallbackGas
	}
	if d.Onchain != "" {
		d.MaxOnchain = params.MaxOnchainResult
	}
	if d.Escrow, err = d.WholeEscrow(); err != nil {
		return d, err
	}
	id, err := ids.Parse(d.Id)
	if err != nil {
		return d, types.ErrID.Wrap(err.Error())
	}
	if err := k.takeEscrow(ctx, d, from); err != nil {
		return d, err
	}
	if err := k.storeDeal(ctx, id[:], d); err != nil {
		return d, err
	}
	if err := k.enqueueOpening(ctx, id[:]); err != nil {
		return d, err
	}
	datasets := make([]string, len(d.Datasets))
	for i, s := range d.Datasets {
		datasets[i] = s.Order
	}
	return d, emitEvent(ctx, &types.EventDeal{
		Id: d.Id, Request: d.Request, PoolOrder: d.PoolOrder, AppOrder: d.AppOrder, DatasetOrders: datasets,
		First: d.First, Size_: d.Size_, Escrow: d.Escrow, Payer: d.Payer(),
		App: d.App, Requester: d.Requester, Pool: d.Pool,
	})
}

// storeDeal stores a deal, its progress and its index.
func (k Keeper) storeDeal(ctx context.Context, raw []byte, d types.Deal) error {
	if err := k.Deals.Set(ctx, raw, d.Stored()); err != nil {
		return err
	}
	if err := k.Progress.Set(ctx, raw, d.Progress()); err != nil {
		return err
	}
	return k.indexDeal(ctx, raw, d, types.DEAL_STATE_UNSPECIFIED)
}

// setProgress stores the progress of a deal; was is its state before. When the deal has ended, setProgress keeps the height of the end,
// moves the deal in the index, and queues it for pruning if it can be pruned.
func (k Keeper) setProgress(ctx context.Context, raw []byte, d types.Deal, was types.DealState) error {
	if d.State() == was {
		return k.Progress.Set(ctx, raw, d.Progress())
	}
	d.Done = sdk.UnwrapSDKContext(ctx).BlockHeight()
	if err := k.Progress.Set(ctx, raw, d.Progress()); err != nil {
		return err
	}
	if err := k.queuePruning(ctx, raw, d); err != nil {
		return err
	}
	if err := k.indexDeal(ctx, raw, d, was); err != nil || !d.Awaited {
		return err
	}
	return k.hooks.market.DealEnded(ctx, d)
}
