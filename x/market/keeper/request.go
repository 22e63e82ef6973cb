package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// GetRequest returns a request, ErrEnded for one that was pruned, or ErrNotFound.
func (k Keeper) GetRequest(ctx context.Context, id string) (types.Request, error) {
	_, r, err := k.requestByID(ctx, id)
	return r, err
}

// requestByKey reads a request with its progress.
func (k Keeper) requestByKey(ctx context.Context, raw []byte) (types.Request, error) {
	r, err := k.Requests.Get(ctx, raw)
	if err != nil {
		return r, err
	}
	p, err := k.RequestProgress.Get(ctx, raw)
	return r.With(p), err
}

func (k Keeper) requestByID(ctx context.Context, id string) (raw []byte, r types.Request, err error) {
	raw, r, err = getRecord(ctx, k.Requests, "request", id)
	if err != nil {
		return raw, r, k.explainAbsence(ctx, id, err)
	}
	p, err := k.RequestProgress.Get(ctx, raw)
	return raw, r.With(p), err
}

// findRequest reads a request that need not be there.
func (k Keeper) findRequest(ctx context.Context, raw []byte) (r types.Request, found bool, err error) {
	r, err = k.requestByKey(ctx, raw)
	if errors.Is(err, collections.ErrNotFound) {
		return r, false, nil
	}
	return r, err == nil, err
}

// CancelRequest takes back what no worker was drawn for. Coins come back in block hooks, from the next block on: what waits
// for orders when the queue reaches it, the deals' unopened tasks likewise, so that a message costs the same however many deals
// there are; opened tasks that wait for a first worker are ended by x/tasks.
// ErrNotOwner; ErrEnded when there is nothing left to take back.
func (k Keeper) CancelRequest(ctx context.Context, requester, id string) error {
	raw, r, err := k.requestByID(ctx, id)
	if err != nil {
		return err
	}
	if r.Requester != requester {
		return types.ErrNotOwner.Wrapf("request %s belongs to %s", id, r.Requester)
	}
	running, err := k.deals.HasRunning(ctx, r.Id)
	if err != nil {
		return err
	}
	if !r.Waits() && (!running || r.Status == types.REQUEST_STATUS_CANCELLED) {
		return types.ErrEnded.Wrapf("request %s is %s", id, r.Status)
	}
	was := r.Status
	if err := k.takeBack(ctx, raw, &r, running); err != nil {
		return err
	}
	r.Status = types.REQUEST_STATUS_CANCELLED
	if err := k.setRequest(ctx, raw, r, was); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventRequest{Id: r.Id, Requester: requester, What: "cancelled", Left: r.Left()})
}

// takeBack queues what the block hooks have to do for a request that is taken back: the cancelling of its deals when some
// run, and the refund of one that rests, which needs another place in the queue, for its own was over.
func (k Keeper) takeBack(ctx context.Context, id []byte, r *types.Request, running bool) error {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if running {
		if err := k.Cancels.Set(ctx, collections.Join(height, id), fromTheFirst()); err != nil {
			return err
		}
	}
	if r.Status != types.REQUEST_STATUS_RESTING {
		return nil
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	chargePlace(ctx, params)
	if err := k.leaveBook(ctx, id, r); err != nil {
		return err
	}
	return k.Queue.Set(ctx, collections.Join(height+1, id))
}

// cancelUnseenRequest cancels a request by its nonce; one that the chain has not seen can not be used afterwards.
func (k Keeper) cancelUnseenRequest(ctx context.Context, requester string, nonce uint64, id []byte) error {
	_, found, err := k.findRequest(ctx, id)
	if err != nil {
		return err
	}
	if found {
		return k.CancelRequest(ctx, requester, idText(id))
	}
	if err := k.checkUnpruned(ctx, id, types.PrunedOrder.Gone); err != nil {
		return err
	}
	r := types.Request{
		Id: idText(id), Requester: requester, Nonce: nonce, Status: types.REQUEST_STATUS_CANCELLED,
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	}
	if err := k.setRequest(ctx, id, r, types.REQUEST_STATUS_UNSPECIFIED); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventRequest{Id: r.Id, Requester: requester, What: "cancelled"})
}

// JobFiles returns what of a request its deals do not repeat.
func (k Keeper) JobFiles(ctx context.Context, request string) (dealstypes.JobFiles, error) {
	_, r, err := getRecord(ctx, k.Requests, "request", request)
	return dealstypes.JobFiles{Args: r.Job.Args, Inputs: r.Job.Inputs, Execution: r.Job.Execution}, err
}

// Preview returns what matching would make of a job now, without changing anything; the error is the reason why there
// would be no deal. A max_price of 0 is no bound.
func (k Keeper) Preview(ctx context.Context, requester string, job types.Job) (types.Preview, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.Preview{}, err
	}
	job = job.Normal()
	if job.MaxPrice > 0 {
		if _, err := job.Budget(); err != nil {
			return types.Preview{}, err
		}
	}
	r := types.Request{Id: types.FormatID(poco.RequestID("", requester, 0)), Requester: requester, Job: job}
	search, err := k.newAttempt(sdk.UnwrapSDKContext(ctx), params).newSearch(r)
	if err != nil {
		return types.Preview{}, err
	}
	a, lacks, err := search.findBest(r.Left())
	if err != nil {
		return types.Preview{}, err
	}
	if lacks != nil {
		return types.Preview{}, lacks.reason
	}
	d, err := k.draftDeal(ctx, r, a, "")
	return types.Preview{Order: a.poolOrder, Deal: d}, err
}
