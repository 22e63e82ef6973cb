package keeper

import (
	"errors"
	"strings"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/internal/records"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// matching is one block's work on the book: the block's context and parameters, and the budget that is left. Its requests come from
// three sources, in this order: the queue of requests and matches of the block before, the rematches of topics under which an order
// came, and the rescan of all resting requests.
type matching struct {
	Keeper
	ctx    sdk.Context
	params types.Params
	left   int        // requests and proposed matches that the block may still match
	looks  lookBudget // the looks that all of them together may still take

	rematched bool // rematches have matched requests in this block
}

func (k Keeper) newMatching(ctx sdk.Context, params types.Params) *matching {
	return &matching{
		Keeper: k, ctx: ctx, params: params,
		left: int(params.MatchesPerBlock), looks: lookBudget{left: int(params.LooksPerBlock)},
	}
}

// canMatch says whether the block has enough looks left for one more matching, which may need MaxLooks.
func (m *matching) canMatch() bool { return m.looks.left >= types.MaxLooks }

// canRematch says whether the block may match a resting request again.
func (m *matching) canRematch() bool { return m.left > 0 && m.canMatch() }

// matchQueued takes this block's requests and proposed matches off the queue and makes their deals, each on its own cache of the
// state. A request that cannot be matched, or whose matching panics, is refunded. If the refund fails too, the escrow stays in the
// request's record and is still counted as owed. Items beyond the block's budget are carried over to the next block.
func (m *matching) matchQueued() error {
	due, err := m.dueForMatching(m.ctx, m.left)
	if err != nil {
		return err
	}
	for _, q := range due {
		if !m.canMatch() {
			return nil
		}
		if err := m.Queue.Remove(m.ctx, collections.Join(q.height, q.id)); err != nil {
			return err
		}
		m.left--
		proposal, proposed, err := records.Find(m.ctx, m.Matches, q.id)
		if err != nil {
			return err
		}
		if proposed {
			m.matchProposal(q.id, proposal)
		} else {
			m.matchRequest(q.id)
		}
	}
	return nil
}

// errNothingKept makes isolate.Run drop the writes of a matching of which nothing is kept.
var errNothingKept = errors.New("nothing of it is kept")

// matchRequest fills as much of a request from the book as it can. The rest waits or is refunded:
//
//	fillRequest returns                                   its writes   the request
//	an error, or it panics                                dropped      is refunded, with the error
//	no lack                                               kept         has no task left
//	a lack, dropped: it must be filled whole              dropped      waits on the book, whole
//	a lack, again: it met some orders, looks ran out      kept         waits in the queue for the next block
//	a lack, neither dropped nor again                     kept         waits on the book with the rest of its bag
//
// A request that cannot wait, because it has no later expiry or its requester has no room on the book, is refunded for the rest.
func (m *matching) matchRequest(id []byte) {
	var found fillResult
	try := m.newAttempt(m.ctx, m.params)
	err := isolate.Run(m.ctx, func(ctx sdk.Context) (err error) {
		try.ctx = ctx
		if found, err = try.fillRequest(id); err == nil && found.dropped {
			err = errNothingKept
		}
		return err
	})
	m.looks.left -= types.MaxLooks - try.looks.left
	if err == nil || errors.Is(err, errNothingKept) {
		err = m.keepWaiting(id, found)
	}
	if isolate.IsPanic(err) { // any other error is for the requester, and becomes the reason of the request's end
		items.Report(m.ctx, "matching of request", idText(id), err)
	}
	if err != nil {
		_ = items.Do(m.ctx, "refund of request", idText(id), func(ctx sdk.Context) error { return m.refundRequest(ctx, id, err) })
	}
	m.looks.left -= dropLooks * m.dropStaleOrders(m.ctx, try.stale)
}

// keepWaiting lets a request wait that lacks something: in the queue when its looks ran out, otherwise on the book. When the request
// cannot wait it returns the reason why it must end.
func (m *matching) keepWaiting(id []byte, found fillResult) error {
	if found.lacks == nil {
		return nil
	}
	if found.again {
		return isolate.Run(m.ctx, func(ctx sdk.Context) error { return m.requeueRequest(ctx, id) })
	}
	r, err := m.requestByKey(m.ctx, id)
	if err != nil || r.Expiry <= m.ctx.BlockHeight() {
		return found.lacks.reason
	}
	return isolate.Run(m.ctx, func(ctx sdk.Context) error { return m.addRequestToBook(ctx, id, *found.lacks) })
}

// matchProposal makes the deal of a proposed match, or emits an event that says why there is none. It takes the looks of the proposal
// in any case, and those of the deal when there is one.
func (m *matching) matchProposal(id []byte, proposal types.Match) {
	var deal *dealstypes.Deal
	err := isolate.Run(m.ctx, func(ctx sdk.Context) error {
		request, r, err := m.requestByID(ctx, proposal.Request)
		m.looks.left -= proposalCost(proposal, r)
		if err != nil {
			return err
		}
		d, err := m.concludeProposal(ctx, id, proposal, request, r)
		if err == nil {
			deal = &d
		}
		return err
	})
	if err != nil {
		m.dropProposal(id, err)
		return
	}
	m.looks.left -= dealCost(*deal)
}

// concludeProposal makes the deal of a proposed match, if its orders still make one.
func (m *matching) concludeProposal(ctx sdk.Context, id []byte, proposal types.Match, request []byte, r types.Request) (d dealstypes.Deal, err error) {
	agreed, err := m.composeAgreement(ctx, proposal, r)
	if err != nil {
		return d, err
	}
	if d, err = m.draftDeal(ctx, r, agreed, proposal.Relayer); err != nil {
		return d, err
	}
	if d, err = m.concludeDeal(ctx, request, &r, d); err != nil {
		return d, err
	}
	return d, m.Matches.Remove(ctx, id)
}

// dropProposal removes a proposed match and emits an event that says why there is no deal.
func (m *matching) dropProposal(id []byte, cause error) {
	if isolate.IsPanic(cause) {
		items.Report(m.ctx, "match", idText(id), cause)
	}
	_ = items.Do(m.ctx, "dropping of match", idText(id), func(ctx sdk.Context) error {
		if err := m.Matches.Remove(ctx, id); err != nil {
			return err
		}
		return emitEvent(ctx, &types.EventMatch{Id: idText(id), Reason: stateReason(cause)})
	})
}

// refundRequest ends a request and refunds its escrow. cause is why no more of it is matched.
func (k Keeper) refundRequest(ctx sdk.Context, id []byte, cause error) error {
	r, err := k.requestByKey(ctx, id)
	if err != nil {
		return err
	}
	if !r.Waits() && r.Escrow == 0 {
		return nil // it ended before it was matched
	}
	was, what, back := r.Status, "refunded", r.Escrow
	if err := k.leaveBook(ctx, id, &r); err != nil {
		return err
	}
	if err := k.stopWaiting(ctx, id, &r); err != nil {
		return err
	}
	if r.Waits() { // otherwise its requester has cancelled it
		what, r.Status = endingFor(cause)
		r.Reason = stateReason(cause)
	}
	r.Escrow = 0
	if err := k.refundRequester(ctx, r, back); err != nil {
		return err
	}
	if err := k.setRequest(ctx, id, r, was); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: what, Reason: r.Reason, Refunded: back, Left: r.Left()})
}

// endingFor returns how a request ends for a cause: the word of the event, and the status.
func endingFor(cause error) (what string, status types.RequestStatus) {
	switch {
	case errors.Is(cause, types.ErrExpired):
		return "expired", types.REQUEST_STATUS_EXPIRED
	case errors.Is(cause, types.ErrAwaited):
		return "skipped", types.REQUEST_STATUS_SKIPPED
	}
	return "unmatched", types.REQUEST_STATUS_UNMATCHED
}

// stateReason returns the text of an error for the state, of at most MaxReasonLen bytes. Only the text of a registered error is the
// same on every node; any other error has the fixed text of a panic.
func stateReason(err error) string {
	if space, _, text := errorsmod.ABCIInfo(err, false); space != errorsmod.UndefinedCodespace {
		return strings.ToValidUTF8(text[:min(len(text), types.MaxReasonLen)], "")
	}
	return (&isolate.Panic{}).Error()
}
