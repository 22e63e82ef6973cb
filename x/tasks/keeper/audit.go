package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	"github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// The end of an audit window (poco/audit.go). A task waits in the queue of deadlines for the height at which its window ends, so
// that a block reads only the tasks that are due. A conviction starts no search for the other answers of the convicted
// organisation. Instead, when the window of a task ends, it is checked whether an organisation that answered was convicted since
// the task was opened.

// askAudit carries out an AskAudit effect: it decides whether the chain itself calls the court on an answer that nobody challenged. A
// court about replicas' answers sits even if the budget cannot pay it. A court about an enclave's answer, which it may be unable to run,
// sits only if the budget holds its whole cost.
func (k Keeper) askAudit(ctx context.Context, it *item) (poco.Event, error) {
	ev := poco.AuditDrawn{Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}
	var err error
	if ev.Cause, err = k.findAuditCause(ctx, it); err != nil || ev.Cause == poco.AuditNone {
		return ev, err
	}
	bench, err := k.seats.ActiveCount(ctx)
	if err != nil {
		return nil, err
	}
	cost := it.state.Terms.Exposure(bench).CourtCost
	if !it.state.AuditsReplicas() {
		if budget, err := k.auditBudget(ctx); err != nil || budget < cost {
			return poco.AuditDrawn{Height: ev.Height}, err
		}
	}
	if ev.Bond, err = k.setAside(ctx, cost); err != nil {
		return nil, err
	}
	return ev, emitEvent(ctx, &types.EventAudit{Task: it.stored.Id, Cause: types.AuditCause(ev.Cause), Bond: ev.Bond})
}

// findAuditCause returns why the chain itself calls the court, or AuditNone.
func (k Keeper) findAuditCause(ctx context.Context, it *item) (poco.AuditCause, error) {
	if convicted, err := k.isOfConvicted(ctx, it); err != nil || convicted {
		return poco.AuditConviction, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil || params.PatrolPerMille == 0 {
		return poco.AuditNone, err
	}
	seed, err := k.beacon.SeedAt(ctx, it.state.Audit.DrawHeight())
	if errors.Is(err, beacontypes.ErrNoSeed) { // the task could not be processed for so long that the seed was pruned
		seed, err = k.beacon.Seed(ctx)
	}
	if err != nil { // a defect: no other seed may decide the draw
		return poco.AuditNone, err
	}
	if poco.DrawPatrol(seed, it.state.ID, params.PatrolPerMille) {
		return poco.AuditPatrol, nil
	}
	return poco.AuditNone, nil
}

// isOfConvicted says whether an answer of replicas is of an organisation that a court convicted since the task was opened. A conviction
// does not lead to audits of an enclave's answers: its machine is frozen, and the court could not read files that are released to
// enclaves alone, so that it would find nothing.
func (k Keeper) isOfConvicted(ctx context.Context, it *item) (bool, error) {
	if !it.state.AuditsReplicas() {
		return false, nil
	}
	for _, seat := range it.state.Seats {
		convicted, found, err := records.Find(ctx, k.Convicted, seat.Org)
		if err != nil || found && convicted >= it.stored.Opened {
			return err == nil, err
		}
	}
	return false, nil
}

// finishAudit carries out a FinishAudit effect: it settles the audit, flags the app, records convictions and counts what the court
// found.
func (k Keeper) finishAudit(ctx context.Context, it *item, s poco.AuditSettlement) error {
	record, err := k.settleAudit(ctx, it, s)
	if err != nil {
		return err
	}
	if s.FlagApp {
		if err := k.apps.FlagNonDeterministic(ctx, it.deal.App); err != nil {
			return err
		}
	}
	if s.Result == poco.AuditOverturned {
		k.convictSigner(ctx, it)
	}
	if err := k.noteConvictions(ctx, it, s.Seats); err != nil {
		return err
	}
	if err := k.countAudit(ctx, it, it.state.Audit.Cause, s.Result); err != nil {
		return err
	}
	audit := types.AuditFromPoco(it.state.Audit)
	audit.Settlement = &record
	it.stored.Audit = &audit
	verdict := types.OutcomeFromPoco(it.state.Verdict)
	return emitEvent(ctx, &types.EventFinal{Task: it.stored.Id, Deal: it.stored.Deal, Index: it.stored.Index, Audit: &audit, Verdict: &verdict})
}

// finishBytes carries out a FinishBytes effect: the court has looked for the answer's bytes, and the audit goes on.
func (k Keeper) finishBytes(ctx context.Context, it *item, s poco.AuditSettlement) error {
	record, err := k.settleAudit(ctx, it, s)
	if err != nil {
		return err
	}
	if err := k.countAudit(ctx, it, poco.AuditBytes, s.Result); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventBytes{Task: it.stored.Id, Result: types.AuditResult(s.Result), Settlement: &record, End: it.state.Audit.End})
}

// settleAudit carries out the settlement of an accepted answer that the court has judged: stakes and records through x/workers, the
// bond, and the court's faults. It returns the settlement's record.
func (k Keeper) settleAudit(ctx context.Context, it *item, s poco.AuditSettlement) (record types.AuditSettlement, err error) {
	payees := k.newPayees(it)
	pays, err := payees.payFromStake(ctx, s.FromStake)
	if err != nil {
		return record, err
	}
	var court []sdk.AccAddress
	for _, p := range s.FromBond {
		to, err := payees.notePayment(ctx, p, "bond")
		if err != nil {
			return record, err
		}
		court = append(court, to)
	}
	record = types.AuditSettlement{
		Payments: payees.payments, BondBack: s.BondBack, BondKept: s.BondKept, Seats: seatEndsToStore(s.Seats),
		CourtSilent: s.CourtSilent, CourtWrong: s.CourtWrong,
	}
	if err := k.workers.SettleHeld(ctx, it.stored.Id, heldSeatsOf(s.Seats), pays); err != nil {
		return record, err
	}
	if err := k.fundFromStake(ctx, payees.audits); err != nil {
		return record, err
	}
	if err := k.endBond(ctx, s, court); err != nil {
		return record, err
	}
	for _, seat := range it.state.Court {
		if err := k.unassignSeat(ctx, it, seat.Who); err != nil {
			return record, err
		}
	}
	return record, k.noteCourtFaults(ctx, it, s.CourtSilent, s.CourtWrong)
}

// heldSeatsOf returns, in the form that x/workers takes, the ends of seats whose stakes were locked for an audited answer.
func heldSeatsOf(ends []poco.SeatEnd) (out []workerstypes.SeatSettlement) {
	for _, e := range ends {
		out = append(out, workerstypes.SeatSettlement{
			Worker: e.Who, Unlock: e.Unlock, Slash: e.Slash, Fault: e.Fault, Outage: e.Outage, Overturned: e.Fault == poco.FaultWrong,
		})
	}
	return out
}

// countAudit counts what a court found of an accepted answer, under the cause that called it. Only answers under a policy with
// ledgers are counted: the bounds on errors and on colluders are computed from the counts, and an enclave's answers say nothing
// about replicas.
func (k Keeper) countAudit(ctx context.Context, it *item, cause poco.AuditCause, found poco.AuditResult) error {
	if cause == poco.AuditNone || !it.state.AuditsReplicas() {
		return nil
	}
	count, _, err := records.Find(ctx, k.AuditCounts, uint32(cause))
	if err != nil {
		return err
	}
	count.Cause = types.AuditCause(cause)
	count.Note(found, len(it.state.Seats) == 2)
	return k.AuditCounts.Set(ctx, uint32(cause), count)
}

// listAuditCounts returns the counts, one for each cause.
func (k Keeper) listAuditCounts(ctx context.Context) (out []types.AuditCount, err error) {
	err = k.AuditCounts.Walk(ctx, nil, func(_ uint32, c types.AuditCount) (bool, error) {
		out = append(out, c)
		return false, nil
	})
	return out, err
}
