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

// matching is one block's work on the book: the block's context and parameters, and what it may still spend. Three
// sources give it requests, in this order: the queue of what came in the block before, the rematches of topics into
// which an order came, and the rescan of all resting requests.
type matching struct {
	Keeper
	ctx    sdk.Context
	params types.Params
	left   int        // requests and proposed matches that the block may still match
	looks  lookBudget // what all of them together may still look at

	rematched bool // rematches have matched requests in this block
}

func (k Keeper) newMatching(ctx sdk.Context, params types.Params) *matching {
	return &matching{
		Keeper: k, ctx: ctx, params: params,
		left: int(params.MatchesPerBlock), looks: lookBudget{left: int(params.LooksPerBlock)},
	}
}

// canMatch says whether the block has looks for one matching more, which may need MaxLooks.
func (m *matching) canMatch() bool { return m.looks.left >= types.MaxLooks }

// canRematch says whether the block may match a resting request again.
func (m *matching) canRematch() bool { return m.left > 0 && m.canMatch() }

// matchQueued takes this block's requests and proposed matches off the queue and makes their deals, each alone. One that
// comes to nothing, or breaks the chain's code, is refunded; should even that fail, its escrow stays counted with it.
// Items beyond the block's budget are carried over to the next block.
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

// errNothingKept drops the writes of a matching that came to nothing.
var errNothingKept = errors.New("nothing of it is kept")

// matchRequest fills a request from the book as far as it can be, and lets the rest of it wait or refunds it:
//
//	fillRequest returns                            what it wrote   the request
//	an error, or it panics                         dropped         is refunded, with the error
//	no lack                                        kept            has nothing left
//	a lack, dropped: it is all or nothing          dropped         waits on the book, whole
//	a lack, again: it met some, and looks ran out  kept            goes on in the queue
//	a lack, and neither                            kept            waits on the book with what is left
//
// One that cannot wait, because it expires or the book does not take it, is refunded with what is left.
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
	if isolate.IsPanic(err) { // any other error is an answer, the requester's to read
		items.Report(m.ctx, "matching of request", idText(id), err)
	}
	if err != nil {
		_ = items.Do(m.ctx, "refund of request", idText(id), func(ctx sdk.Context) error { return m.refundRequest(ctx, id, err) })
	}
	m.looks.left -= dropLooks * m.dropStaleOrders(m.ctx, try.stale)
}

// keepWaiting lets a request go on that lacks something: in the queue when there was more to look at, else on the book.
// It returns why the request must end when it cannot wait.
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

// matchProposal makes the deal of a proposed match, or says in an event why there is none, and takes the looks that it
// costs: those of what is read whatever comes of it, and those of the deal.
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

// concludeProposal makes the deal of a proposed match, if everything still holds.
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

// dropProposal says in an event why a proposed match came to nothing.
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

// refundRequest ends a request that is filled no more, for a cause, and refunds what is left of it.
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
	if r.Waits() { // else its requester has taken it back
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

// endingFor returns how a request ends for a cause: as the event says it, and as its status does.
func endingFor(cause error) (what string, status types.RequestStatus) {
	if errors.Is(cause, types.ErrExpired) {
		return "expired", types.REQUEST_STATUS_EXPIRED
	}
	return "unmatched", types.REQUEST_STATUS_UNMATCHED
}

// stateReason is an error's text for the state: that of a registered error, which is the same on every node, cut to a size.
func stateReason(err error) string {
	if space, _, text := errorsmod.ABCIInfo(err, false); space != errorsmod.UndefinedCodespace {
		return strings.ToValidUTF8(text[:min(len(text), types.MaxReasonLen)], "")
	}
	return (&isolate.Panic{}).Error()
}
