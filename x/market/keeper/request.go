package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// GetRequest returns a request, or ErrNotFound.
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
		return raw, r, err
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

// SubmitTask locks the most that a job can cost and queues it for the next block's matching. Everything that can be
// refused without the book is refused here, so that nothing is locked for a job that no order could ever meet.
func (k Keeper) SubmitTask(ctx context.Context, requester string, nonce uint64, job types.Job, expiry int64) (types.Request, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.Request{}, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	height := sdkCtx.BlockHeight()
	o := types.Order{Owner: requester, Nonce: nonce, Expiry: expiry, Request: &job}.Normal()
	job = *o.Request
	r := types.Request{
		Requester: requester, Nonce: nonce, Job: job, Expiry: expiry, Status: types.REQUEST_STATUS_QUEUED, Height: height,
	}
	addr, err := k.addresses.StringToBytes(requester)
	if err != nil {
		return r, types.ErrRequester.Wrapf("requester: %q: %s", requester, err)
	}
	if k.bank.BlockedAddr(addr) {
		return r, types.ErrRequester.Wrapf("requester: %s may receive no coins, and could not be refunded", requester)
	}
	if err := o.Validate(k.addresses, params); err != nil {
		return r, err
	}
	switch {
	case job.Sponsor != "":
		return r, types.ErrSponsor.Wrap("sponsor: pays matches that it proposes itself; sign the request and let the sponsor match it")
	case expiry > 0 && expiry <= height+1:
		return r, types.ErrExpired.Wrapf("expiry: got %d, expected a height after the next, %d, or 0", expiry, height+1)
	case expiry > height+params.MaxRestBlocks:
		return r, types.ErrExpired.Wrapf("expiry: got %d, expected at most %d blocks from now, %d", expiry, params.MaxRestBlocks, height+params.MaxRestBlocks)
	}
	if r.Escrow, err = job.Budget(); err != nil {
		return r, err
	}
	if err := k.checkFloor(ctx, types.ORDER_KIND_REQUEST, requester, nonce); err != nil {
		return r, err
	}
	a, err := k.beginAgreement(ctx, params, requester, job, job.Size_, expiry)
	if err != nil {
		return r, err
	}
	if v, err := k.voucherFor(ctx, a); err != nil {
		return r, err
	} else if v != nil && expiry > v.Expiry {
		return r, voucherstypes.ErrExpired.Wrapf("expiry: got %d, expected at most that of the voucher, %d: its credit goes back then", expiry, v.Expiry)
	}
	r.Organisation = a.Request.Requester.Organisation
	id := poco.RequestID(sdkCtx.ChainID(), requester, nonce)
	r.Id = types.FormatID(id)
	if used, err := k.Requests.Has(ctx, id[:]); err != nil {
		return r, err
	} else if used {
		return r, types.ErrNonce.Wrapf("nonce: %d was used for request %s", nonce, r.Id)
	}
	chargePlace(ctx, params)
	due := collections.Join(height+1, id[:])
	if err := k.Queue.Set(ctx, due); err != nil {
		return r, err
	}
	if err := k.lockBudget(ctx, id[:], addr, r); err != nil {
		return r, err
	}
	if err := k.setRequest(ctx, id[:], r, types.REQUEST_STATUS_UNSPECIFIED); err != nil {
		return r, err
	}
	return r, emitEvent(ctx, &types.EventRequest{Id: r.Id, Requester: requester, What: "queued", Left: r.Left()})
}

// CancelRequest takes back what no worker was drawn for. Coins come back in block hooks, from the next block on: what waits
// for orders when its turn comes, the deals' unopened tasks likewise, so that a message costs the same however many deals
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
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if !r.Waits() && (!running || r.Status == types.REQUEST_STATUS_CANCELLED) {
		return types.ErrEnded.Wrapf("request %s is %s", id, r.Status)
	}
	if r.Status == types.REQUEST_STATUS_RESTING {
		chargePlace(ctx, params) // its own was over: it is refunded in another
	}
	if running {
		if err := k.Cancels.Set(ctx, collections.Join(sdk.UnwrapSDKContext(ctx).BlockHeight(), raw), fromTheFirst()); err != nil {
			return err
		}
	}
	was := r.Status
	if was == types.REQUEST_STATUS_RESTING {
		if err := k.removeRequestFromBook(ctx, raw, &r); err != nil {
			return err
		}
		due := collections.Join(sdk.UnwrapSDKContext(ctx).BlockHeight()+1, raw)
		if err := k.Queue.Set(ctx, due); err != nil {
			return err
		}
	}
	r.Status = types.REQUEST_STATUS_CANCELLED
	if err := k.setRequest(ctx, raw, r, was); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventRequest{Id: r.Id, Requester: requester, What: "cancelled", Left: r.Left()})
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
	search, err := k.newSearch(ctx, params, r, &lookBudget{left: types.MaxLooks}, &staleOrders{})
	if err != nil {
		return types.Preview{}, err
	}
	a, lacks, err := search.findBest(ctx, r.Left())
	if err != nil {
		return types.Preview{}, err
	}
	if lacks != nil {
		return types.Preview{}, lacks.reason
	}
	d, err := k.draftDeal(ctx, r, a, "")
	return types.Preview{Order: a.poolOrder, Deal: d}, err
}
