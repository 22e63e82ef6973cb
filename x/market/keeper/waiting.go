package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/internal/records"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// waitingParts divides a block's budget. The requests that one block releases take at most this part of the places in the queue, so that those
// of the block's own transactions are matched in time. Those that wait for one request take at most this part of that, and then the next
// request's have their turn: a request for which 10^5 wait delays the others by no more than its turns.
const waitingParts = 4

// tellLooks is what it costs to tell a waiting request of an end, in addition to the bytes of its record where an answer is filled in.
const tellLooks = 4

// serveWaiting tells waiting requests of the ends of those that they wait for, in the order in which these ended, until the block's budget is
// spent. A request that ends by it is queued like any other, so that a chain of them needs no recursion.
func (m *matching) serveWaiting() error {
	budget := max(1, int(m.params.MatchesPerBlock)/waitingParts)
	part := max(1, budget/waitingParts)
	mine := m.looks.partOf(m.params)
	before := mine.left
	for budget > 0 && mine.left > 0 {
		key, found, err := records.FirstKey(m.ctx, m.Ends, nil)
		if err != nil {
			return err
		}
		if !found {
			break
		}
		if err := m.Ends.Remove(m.ctx, key); err != nil {
			return err
		}
		n, err := m.serveDependants(key.K2(), min(part, budget), &mine)
		if err != nil {
			return err
		}
		budget -= max(1, n)
		mine.left--
	}
	m.looks.left -= before - mine.left
	return nil
}

// serveDependants tells up to limit of those that wait for a request that it has ended, if it has, and returns how many. If more wait, the
// request goes to the end of the queue.
func (m *matching) serveDependants(awaited []byte, limit int, looks *lookBudget) (n int, err error) {
	r, found, err := m.findRequest(m.ctx, awaited)
	if err != nil || !found {
		return 0, err
	}
	end, err := m.endOf(m.ctx, r)
	if err != nil || end == notEnded {
		return 0, err // its last deal, or the request itself, queues it again when it ends
	}
	for ; n < limit && looks.left > 0; n++ {
		key, found, err := records.FirstKey(m.ctx, m.Dependants, dependantsOf(awaited))
		if err != nil || !found {
			return n, err
		}
		if err := m.Dependants.Remove(m.ctx, key); err != nil {
			return n, err
		}
		m.tellDependant(key.K2(), r, end, looks)
	}
	return n, m.noteAwaitedEnd(m.ctx, awaited)
}

// tellDependant tells one request of the end of one that it waits for. A request that cannot have what it waits for is refunded.
func (m *matching) tellDependant(id []byte, awaited types.Request, end awaitedEnd, looks *lookBudget) {
	looks.left -= tellLooks
	err := isolate.Run(m.ctx, func(ctx sdk.Context) error {
		if end == endedOtherwise {
			return explainEnd(awaited)
		}
		return m.meetAwaited(ctx, id, awaited.Id, looks)
	})
	if isolate.IsPanic(err) {
		items.Report(m.ctx, "release of request", idText(id), err)
	}
	if err != nil {
		_ = items.Do(m.ctx, "refund of request", idText(id), func(ctx sdk.Context) error { return m.refundRequest(ctx, id, err) })
	}
}

// meetAwaited gives a waiting request what it waited for in another one, and queues it for the next block once it waits for none.
func (m *matching) meetAwaited(ctx sdk.Context, id []byte, awaited string, looks *lookBudget) error {
	r, err := m.requestByKey(ctx, id)
	if err != nil || r.Status != types.REQUEST_STATUS_WAITING {
		return err
	}
	if err := m.checkCondition(ctx, r.Job, awaited); err != nil {
		return err
	}
	was := r.Status
	meet(&r, awaited)
	if r.Job.Reads(awaited) {
		if r.Job, err = m.takeAnswer(ctx, r.Job, awaited); err != nil {
			return err
		}
		stored := r.With(types.RequestProgress{})
		looks.left -= stored.Size() / bytesPerLook
		if err := m.Requests.Set(ctx, id, stored); err != nil {
			return err
		}
	}
	if len(r.WaitsFor) > 0 {
		return m.setRequest(ctx, id, r, was)
	}
	r.Status = types.REQUEST_STATUS_QUEUED
	if err := m.Queue.Set(ctx, collections.Join(ctx.BlockHeight()+1, id)); err != nil {
		return err
	}
	if err := m.setRequest(ctx, id, r, was); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: "queued", Left: r.Left()})
}

// checkWaiting checks that each waiting request stands with each request that it lacks, and with no other; that these are queued if they have
// ended; and that the running deals of an awaited request are marked.
func (k Keeper) checkWaiting(ctx context.Context, g *types.GenesisState) error {
	stands, awaited := map[[2]string]bool{}, map[string]bool{}
	err := k.Dependants.Walk(ctx, nil, func(key dependantKey) (bool, error) {
		stands[[2]string{idText(key.K1()), idText(key.K2())}] = true
		return false, nil
	})
	if err != nil {
		return err
	}
	for _, r := range g.Requests {
		for _, of := range r.WaitsFor {
			key := [2]string{of, r.Id}
			if awaited[of] = true; !stands[key] {
				return types.ErrInsolvent.Wrapf("dependants: request %s waits for %s and does not stand there", r.Id, of)
			}
			delete(stands, key)
		}
	}
	if len(stands) != 0 {
		return types.ErrInsolvent.Wrapf("dependants: %d stand where no request waits", len(stands))
	}
	return k.checkAwaited(ctx, g, awaited)
}

// checkAwaited checks the requests for which others wait.
func (k Keeper) checkAwaited(ctx context.Context, g *types.GenesisState, awaited map[string]bool) error {
	queued, waitedFor := map[string]bool{}, map[string]bool{}
	err := k.Ends.Walk(ctx, nil, func(key queueKey) (bool, error) { queued[idText(key.K2())] = true; return false, nil })
	if err != nil {
		return err
	}
	for _, r := range g.Requests {
		waitedFor[r.Id] = r.Awaited
		end, err := k.endOf(ctx, r)
		if err != nil {
			return err
		}
		if awaited[r.Id] && end != notEnded && !queued[r.Id] {
			return types.ErrInsolvent.Wrapf("ends: request %s has ended, others wait for it, and it is not queued", r.Id)
		}
	}
	return k.deals.WalkDeals(ctx, func(d dealstypes.Deal) error {
		if d.State() == dealstypes.DEAL_STATE_RUNNING && d.Awaited != waitedFor[d.Request] {
			return types.ErrInsolvent.Wrapf("deal %s: awaited is %t, that of its request %t", d.Id, d.Awaited, waitedFor[d.Request])
		}
		return nil
	})
}
