package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// GetRequest returns a request, or ErrNotFound.
func (k Keeper) GetRequest(ctx context.Context, id string) (types.Request, error) {
	_, r, err := get(ctx, k.Requests, "request", id)
	return r, err
}

// SubmitTask locks the most that a job can cost and queues it for the next block's matching. Everything that can be
// refused without the book is refused here, so that nothing is locked for a job that no offer could ever meet.
func (k Keeper) SubmitTask(ctx context.Context, requester string, nonce uint64, job types.Job) (types.Request, error) {
	job = job.Normal()
	r := types.Request{Requester: requester, Nonce: nonce, Job: job, Status: types.REQUEST_STATUS_QUEUED}
	addr, err := k.addresses.StringToBytes(requester)
	if err != nil {
		return r, types.ErrRequester.Wrapf("requester: %q: %s", requester, err)
	}
	if k.bank.BlockedAddr(addr) {
		return r, types.ErrRequester.Wrapf("requester: %s may receive no coins, and could not be refunded", requester)
	}
	if r.Organisation, err = k.orgs.Authorize(ctx, addr, orgstypes.ROLE_REQUESTER); err != nil {
		return r, err
	}
	if r.Escrow, err = job.Budget(); err != nil {
		return r, err
	}
	if _, _, err := k.check(ctx, job); err != nil {
		return r, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	id := poco.RequestID(sdkCtx.ChainID(), requester, nonce)
	if used, err := k.Requests.Has(ctx, id[:]); err != nil {
		return r, err
	} else if used {
		return r, types.ErrNonce.Wrapf("nonce: %d was used for request %s", nonce, types.FormatID(id))
	}
	r.Id, r.Height = types.FormatID(id), sdkCtx.BlockHeight()
	if err := k.lock(ctx, addr, r.Height+1, id[:], r.Escrow); err != nil {
		return r, err
	}
	if err := k.setRequest(ctx, id[:], addr, r); err != nil {
		return r, err
	}
	return r, emit(ctx, &types.EventRequest{Id: r.Id, Requester: requester, What: "queued"})
}

func (k Keeper) setRequest(ctx context.Context, id []byte, requester sdk.AccAddress, r types.Request) error {
	if err := k.RequestsByAccount.Set(ctx, collections.Join(requester, id)); err != nil {
		return err
	}
	return k.Requests.Set(ctx, id, r)
}

// check refuses a normal job whose fields, app or pool no matching can accept, the price aside where it is unbounded.
func (k Keeper) check(ctx context.Context, job types.Job) (app appstypes.App, version appstypes.Version, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return app, version, err
	}
	if err := job.Validate(params); err != nil {
		return app, version, err
	}
	if app, version, err = k.apps.Resolve(ctx, job.App); err != nil {
		return app, version, types.ErrUnknownApp.Wrapf("app: %q: %s", job.App, err)
	}
	if err := job.CheckApp(app, version); err != nil || job.Pool == "" {
		return app, version, err
	}
	pool, err := k.workers.GetPool(ctx, job.Pool)
	if err != nil {
		return app, version, types.ErrUnknownPool.Wrapf("pool: %.40q: %s", job.Pool, err)
	}
	if pool.Runtime != version.Runtime {
		return app, version, types.ErrRuntime.Wrapf("pool: %s executes %q, the app needs %q", job.Pool, pool.Runtime, version.Runtime)
	}
	return app, version, nil
}

// CancelRequest takes back what no worker was drawn for. Coins come back in the next block's hook: a queued request's
// when its turn comes, a deal's unopened tasks' likewise; opened tasks that wait for a first worker are ended by x/tasks.
// ErrNotOwner; ErrEnded when there is nothing left to take back.
func (k Keeper) CancelRequest(ctx context.Context, requester, id string) error {
	raw, r, err := get(ctx, k.Requests, "request", id)
	if err != nil {
		return err
	}
	if r.Requester != requester {
		return types.ErrNotOwner.Wrapf("request %s belongs to %s", id, r.Requester)
	}
	switch r.Status {
	case types.REQUEST_STATUS_QUEUED:
	case types.REQUEST_STATUS_MATCHED:
		if err := k.cancelDeal(ctx, r.Deal); err != nil {
			return err
		}
	default:
		return types.ErrEnded.Wrapf("request %s is %s", id, r.Status)
	}
	r.Status = types.REQUEST_STATUS_CANCELLED
	return k.Requests.Set(ctx, raw, r)
}

// cancelDeal marks a deal and queues the refund of its unopened tasks.
func (k Keeper) cancelDeal(ctx context.Context, id string) error {
	raw, d, err := get(ctx, k.Deals, "deal", id)
	if err != nil {
		return err
	}
	if d.Unended() == 0 {
		return types.ErrEnded.Wrapf("every task of deal %s has ended", id)
	}
	d.Cancelled = true
	if err := k.Deals.Set(ctx, raw, d); err != nil {
		return err
	}
	position, err := k.Positions.Get(ctx, raw)
	if errors.Is(err, collections.ErrNotFound) {
		return nil // every task is open
	} else if err != nil {
		return err
	}
	return k.Cancels.Set(ctx, position)
}
