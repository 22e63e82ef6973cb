package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
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

// findRequest reads a request that may be missing.
func (k Keeper) findRequest(ctx context.Context, raw []byte) (r types.Request, found bool, err error) {
	r, err = k.requestByKey(ctx, raw)
	if errors.Is(err, collections.ErrNotFound) {
		return r, false, nil
	}
	return r, err == nil, err
}

// CancelRequest cancels a request: all of its tasks for which no worker was drawn yet. Block hooks give the coins back from the next
// block on, so that the message costs the same for any number of deals. The matching queue refunds the tasks that wait for orders,
// cancelDueDeals those that are not opened, and x/tasks ends opened tasks that wait for a first worker. ErrNotOwner; ErrEnded when
// no task is left to cancel.
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

// takeBack queues the work of the block hooks for a request that is cancelled: the cancelling of its deals when some run, and the
// refund of a request that rests, or waits for others. The refund takes a new place in the matching queue, because the request left the
// queue when it came on the book, or is not in it yet.
func (k Keeper) takeBack(ctx context.Context, id []byte, r *types.Request, running bool) error {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if running {
		if err := k.Cancels.Set(ctx, collections.Join(height, id), fromTheFirst()); err != nil {
			return err
		}
	}
	if r.Status != types.REQUEST_STATUS_RESTING && r.Status != types.REQUEST_STATUS_WAITING {
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
	if err := k.stopWaiting(ctx, id, r); err != nil {
		return err
	}
	return k.Queue.Set(ctx, collections.Join(height+1, id))
}

// cancelUnseenRequest cancels a request by its nonce. A request that the chain has not seen cannot be used afterwards.
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

// JobFiles returns the parts of a request's job that its deals do not repeat: arguments, inputs and execution.
func (k Keeper) JobFiles(ctx context.Context, request string) (dealstypes.JobFiles, error) {
	_, r, err := getRecord(ctx, k.Requests, "request", request)
	return dealstypes.JobFiles{Args: r.Job.Args, Inputs: r.Job.Inputs, Execution: r.Job.Execution}, err
}

// Preview returns the deal that matching would make of a job now, and changes nothing. The error is the reason why there would be no
// deal. A max_price of 0 is no bound. publish is the message that would publish the job's app first; nil if the chain has the app.
func (k Keeper) Preview(ctx context.Context, requester string, job types.Job, publish *appstypes.MsgPublish) (types.Preview, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.Preview{}, err
	}
	if publish != nil {
		ctx, _ = sdk.UnwrapSDKContext(ctx).CacheContext() // never written back
		if job.App, err = k.apps.Draft(ctx, publish); err != nil {
			return types.Preview{}, err
		}
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
