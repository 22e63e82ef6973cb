package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// A request can wait for earlier requests of the same requester (docs/adr/0087-the-chain-releases-what-waits.md). This file has how it
// begins to wait and when those that it waits for have ended; waiting.go has what becomes of it then.

// awaitOthers lets the request wait for the requests that its job names, unless all of them have ended with their results. A request exists
// before it can be named, so that no requests wait for each other in a circle.
func (s *submission) awaitOthers() error {
	awaited := s.request.Job.Awaits()
	if len(awaited) == 0 {
		return nil
	}
	for i, in := range s.request.Job.Inputs {
		if in.Of != "" && in.Digest != "" {
			return types.ErrAwaited.Wrapf("inputs[%d].digest: got %s of the answer of request %s, expected none: the chain fills it in", i, in.Digest, in.Of)
		}
	}
	if s.request.Expiry == 0 {
		return types.ErrExpired.Wrap("expiry: got 0, expected a height: a request that waits for others must not wait for ever")
	}
	for _, id := range awaited {
		if err := s.awaitRequest(id); err != nil {
			return err
		}
	}
	if len(s.request.WaitsFor) > 0 {
		s.request.Status = types.REQUEST_STATUS_WAITING
		chargePlace(s.ctx, s.params) // of its release, in addition to the place in the queue
	}
	return nil
}

// awaitRequest lets the request wait for one request. If that one has ended with its results, it takes the answer at once.
func (s *submission) awaitRequest(id string) error {
	raw, r, err := s.requestByID(s.ctx, id)
	if err != nil {
		return err
	}
	if r.Requester != s.request.Requester {
		return types.ErrNotOwner.Wrapf("after: request %s belongs to %s, and only its requester can wait for it", id, r.Requester)
	}
	if s.request.Job.Reads(id) && r.Job.Size_ != 1 {
		return types.ErrAwaited.Wrapf("inputs: request %s is a bag of %d tasks, expected one task; name a bag in after", id, r.Job.Size_)
	}
	if s.request.Job.ConditionOn(id) != nil && (r.Job.Size_ != 1 || r.Job.Onchain != result.ExitStatus) {
		return types.ErrAwaited.Wrapf("when: request %s has %d tasks and %q on chain, expected one task and %q: the chain does not know its exit status", id, r.Job.Size_, r.Job.Onchain, result.ExitStatus)
	}
	if err := s.markAwaited(s.ctx, &r); err != nil {
		return err
	}
	switch end, err := s.endOf(s.ctx, r); {
	case err != nil:
		return err
	case end == endedOtherwise:
		return explainEnd(r)
	case end == endedWithResults:
		if err := s.checkCondition(s.ctx, s.request.Job, id); err != nil {
			return err
		}
		s.request.Job, err = s.takeAnswer(s.ctx, s.request.Job, id)
		return err
	}
	s.request.WaitsFor = append(s.request.WaitsFor, id)
	if err := s.RequestProgress.Set(s.ctx, raw, r.Progress()); err != nil {
		return err
	}
	return s.Dependants.Set(s.ctx, collections.Join(raw, s.id))
}

// markAwaited marks a request as one for which others wait, and its running deals likewise. The caller stores its progress.
func (k Keeper) markAwaited(ctx context.Context, r *types.Request) error {
	if r.Awaited {
		return nil
	}
	deals, results, err := k.deals.AwaitDeals(ctx, r.Id)
	if err != nil {
		return err
	}
	if deals != int(r.Deals) {
		return types.ErrEnded.Wrapf("after: %d of the %d deals of request %s were pruned", int(r.Deals)-deals, r.Deals, r.Id)
	}
	r.Awaited, r.Results = true, results
	return nil
}

// awaitedEnd says whether a request for which others wait has ended.
type awaitedEnd uint8

const (
	notEnded awaitedEnd = iota
	endedWithResults
	endedOtherwise
)

// endOf says whether an awaited request has ended, and whether each of its tasks has a result. An answer counts once it is accepted, as for
// clients: whoever wants to wait for the end of its audit submits the next request then.
func (k Keeper) endOf(ctx context.Context, r types.Request) (awaitedEnd, error) {
	switch {
	case r.Waits():
		return notEnded, nil
	case r.Left() > 0:
		return endedOtherwise, nil
	}
	running, err := k.deals.HasRunning(ctx, r.Id)
	switch {
	case err != nil || running:
		return notEnded, err
	case r.Results > 0 && r.Results == r.Job.Size_:
		return endedWithResults, nil
	}
	return endedOtherwise, nil
}

// explainEnd returns why a request that waits for r ends.
func explainEnd(r types.Request) error {
	return types.ErrAwaited.Wrapf("request %s ended as %s, with results of %d of its %d tasks", r.Id, r.Status.Word(), r.Results, max(1, r.Job.Size_))
}

// takeAnswer fills the answer of a request into the inputs of a job that reads it.
func (k Keeper) takeAnswer(ctx context.Context, job types.Job, request string) (types.Job, error) {
	if !job.Reads(request) {
		return job, nil
	}
	digest, found, err := k.deals.ResultOf(ctx, request)
	if err != nil {
		return job, err
	}
	if !found {
		return job, types.ErrAwaited.Wrapf("the result of request %s does not stand any more: the court has overturned it", request)
	}
	return job.WithAnswer(request, digest), nil
}

// checkCondition checks the condition that a job has on the exit status of a request that ended with its result. A status that no seat has proven is
// not known, and no condition on it holds.
func (k Keeper) checkCondition(ctx context.Context, job types.Job, request string) error {
	condition := job.ConditionOn(request)
	if condition == nil {
		return nil
	}
	exit, found, err := k.deals.OnchainOf(ctx, request)
	switch {
	case err != nil:
		return err
	case !found:
		return types.ErrAwaited.Wrapf("request %s ended, and its exit status is not on chain: no seat has proven it; expected %s", request, condition.Words())
	case !condition.Holds(string(exit)):
		return types.ErrAwaited.Wrapf("request %s ended with exit status %s, expected %s", request, exit, condition.Words())
	}
	return nil
}

// DealEnded implements the hook of x/deals: it counts the results of an awaited deal, and notes that its request may have ended.
func (k Keeper) DealEnded(ctx context.Context, d dealstypes.Deal) error {
	id, err := types.ParseID(d.Request)
	if err != nil {
		return err
	}
	p, err := k.RequestProgress.Get(ctx, id[:])
	if err != nil {
		return err
	}
	p.Results += d.Accepted - d.Failed
	if err := k.RequestProgress.Set(ctx, id[:], p); err != nil {
		return err
	}
	return k.noteAwaitedEnd(ctx, id[:])
}

// noteAwaitedEnd queues a request for which others wait, because it may have ended.
func (k Keeper) noteAwaitedEnd(ctx context.Context, id []byte) error {
	return k.Ends.Set(ctx, collections.Join(sdk.UnwrapSDKContext(ctx).BlockHeight(), id))
}

// dependantsOf is the range of the requests that wait for one.
func dependantsOf(awaited []byte) collections.Ranger[dependantKey] {
	return collections.NewPrefixedPairRange[[]byte, []byte](awaited)
}

// isAwaited says whether other requests wait for a request now.
func (k Keeper) isAwaited(ctx context.Context, id []byte, r types.Request) (bool, error) {
	if !r.Awaited {
		return false, nil
	}
	_, found, err := records.FirstKey(ctx, k.Dependants, dependantsOf(id))
	return found, err
}

// stopWaiting ends the waiting of a request: nobody has to tell it of an end any more.
func (k Keeper) stopWaiting(ctx context.Context, id []byte, r *types.Request) error {
	for _, awaited := range r.WaitsFor {
		raw, err := types.ParseID(awaited)
		if err != nil {
			return err
		}
		if err := k.Dependants.Remove(ctx, collections.Join(raw[:], id)); err != nil {
			return err
		}
	}
	r.WaitsFor = nil
	return nil
}

// meet takes a request off the list of those that another waits for.
func meet(r *types.Request, awaited string) {
	r.WaitsFor = slices.DeleteFunc(slices.Clone(r.WaitsFor), func(id string) bool { return id == awaited })
}
