package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// SubmitTask locks the most that a job can cost and queues the request for the next block's matching. It refuses everything that can be
// refused without the book, so that nothing is locked for a job that no order could ever meet.
func (k Keeper) SubmitTask(ctx context.Context, requester string, nonce uint64, job types.Job, expiry int64) (types.Request, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.Request{}, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	id := poco.RequestID(sdkCtx.ChainID(), requester, nonce)
	s := &submission{Keeper: k, ctx: sdkCtx, params: params, id: id[:], request: types.Request{
		Id: types.FormatID(id), Requester: requester, Nonce: nonce, Job: job.Normal(), Expiry: expiry,
		Status: types.REQUEST_STATUS_QUEUED, Height: sdkCtx.BlockHeight(),
	}}
	err = steps.Run(s.checkRequester, s.checkFields, s.checkExpiry, s.checkUncancelled, s.checkMatchable, s.checkUnused, s.awaitOthers, s.enqueue)
	return s.request, err
}

// submission is a request on its way into the queue.
type submission struct {
	Keeper
	ctx     sdk.Context
	params  types.Params
	account sdk.AccAddress // the requester's
	id      []byte
	request types.Request
}

// checkRequester refuses an account that could not be refunded.
func (s *submission) checkRequester() (err error) {
	requester := s.request.Requester
	if s.account, err = s.addresses.StringToBytes(requester); err != nil {
		return types.ErrRequester.Wrapf("requester: %q: %s", requester, err)
	}
	if s.bank.BlockedAddr(s.account) {
		return types.ErrRequester.Wrapf("requester: %s may receive no coins, and could not be refunded", requester)
	}
	return nil
}

// checkFields checks the request by itself, and sets its escrow to the most that it can cost.
func (s *submission) checkFields() (err error) {
	if err := s.request.Order().Validate(s.addresses, s.params); err != nil {
		return err
	}
	if s.request.Job.Sponsor != "" {
		return types.ErrSponsor.Wrap("sponsor: pays matches that it proposes itself; sign the request and let the sponsor match it")
	}
	s.request.Escrow, err = s.request.Job.Budget()
	return err
}

// checkExpiry checks that the request lives until it is matched once, and rests for no longer than the parameters allow.
func (s *submission) checkExpiry() error {
	next, last := s.ctx.BlockHeight()+1, s.ctx.BlockHeight()+s.params.MaxRestBlocks
	if s.request.Expired(next) {
		return types.ErrExpired.Wrapf("expiry: got %d, expected a height after the next, %d, or 0", s.request.Expiry, next)
	}
	if s.request.Expiry > last {
		return types.ErrExpired.Wrapf("expiry: got %d, expected at most %d blocks from now, %d", s.request.Expiry, s.params.MaxRestBlocks, last)
	}
	return nil
}

func (s *submission) checkUncancelled() error {
	return s.checkFloor(s.ctx, types.ORDER_KIND_REQUEST, s.request.Requester, s.request.Nonce)
}

// checkMatchable refuses a request that no order could meet, because of the requester, the job or the voucher that is to pay.
func (s *submission) checkMatchable() error {
	a, err := s.beginAgreement(s.ctx, s.params, s.request)
	if err != nil {
		return err
	}
	s.request.Organisation = a.Request.Requester.Organisation
	v, err := s.voucherFor(s.ctx, a)
	if err != nil || v == nil {
		return err
	}
	if s.request.Expiry > v.Expiry {
		return voucherstypes.ErrExpired.Wrapf("expiry: got %d, expected at most that of the voucher, %d: its credit goes back then", s.request.Expiry, v.Expiry)
	}
	return nil
}

func (s *submission) checkUnused() error {
	used, err := s.Requests.Has(s.ctx, s.id)
	if err != nil {
		return err
	}
	if used {
		return types.ErrNonce.Wrapf("nonce: %d was used for request %s", s.request.Nonce, s.request.Id)
	}
	return s.checkUnpruned(s.ctx, s.id, types.PrunedOrder.Used)
}

// enqueue locks the escrow, and queues the request for the next block unless it waits for others.
func (s *submission) enqueue() error {
	chargePlace(s.ctx, s.params)
	what := "waiting"
	if s.request.Status == types.REQUEST_STATUS_QUEUED {
		what = "queued"
		if err := s.Queue.Set(s.ctx, collections.Join(s.request.Height+1, s.id)); err != nil {
			return err
		}
	}
	if err := s.lockBudget(s.ctx, s.id, s.account, s.request); err != nil {
		return err
	}
	if err := s.setRequest(s.ctx, s.id, s.request, types.REQUEST_STATUS_UNSPECIFIED); err != nil {
		return err
	}
	return emitEvent(s.ctx, &types.EventRequest{Id: s.request.Id, Requester: s.request.Requester, What: what, Left: s.request.Left(), WaitsFor: s.request.WaitsFor})
}
