package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// examine challenges an accepted answer, or asks for its bytes, and has the seats of the court say so until the challenge is decided. An
// empty outcome is silence.
func (f *fixture) examine(id string, bytes bool, answers ...poco.Outcome) types.Task {
	f.t.Helper()
	_, err := f.msgs.Challenge(f.ctx, &types.MsgChallenge{Challenger: addressOf("checker"), Task: id, MaxBond: 1 << 40, Bytes: bytes})
	require.NoError(f.t, err)
	for range 100 {
		f.end()
		f.begin()
		task := f.task(id)
		if task.Final() || task.Phase == types.PHASE_AUDIT && task.Audit.Cause == types.AUDIT_CAUSE_UNSPECIFIED {
			return task
		}
		for i, s := range task.Court {
			switch {
			case answers[i].Kind == poco.KindUnspecified || task.From > f.ctx.BlockHeight():
			case s.State == types.SEAT_STATE_DRAWN && task.Phase == types.PHASE_COURT_COMMIT:
				require.NoError(f.t, f.commit(id, s.Who, types.BENCH_COURT, answers[i]))
			case s.State == types.SEAT_STATE_COMMITTED && task.Phase == types.PHASE_COURT_REVEAL:
				require.NoError(f.t, f.reveal(id, s.Who, types.BENCH_COURT))
			}
		}
	}
	require.Fail(f.t, "the court decides nothing")
	return types.Task{}
}

func (f *fixture) auditCount(cause types.AuditCause) types.AuditCount {
	f.t.Helper()
	c, err := f.k.AuditCounts.Get(f.ctx, uint32(cause))
	require.NoError(f.t, err)
	return c
}

// TestWhatAnAuditNotes: what a court of an audit brings besides money. Its seats' faults are counted, an app that gives two answers is
// flagged, and the counts know the cause, and whether a pair answered.
func TestWhatAnAuditNotes(t *testing.T) {
	unsaid := poco.Outcome{}
	for _, tc := range []struct {
		name     string
		bytes    bool
		replicas uint32
		court    []poco.Outcome
		count    types.AuditCount
		faults   []string
		flagged  uint64
	}{
		{"one seat is silent", false, 2, []poco.Outcome{right, right, right, unsaid}, types.AuditCount{Called: 1, Upheld: 1, Pairs: 1}, []string{"val-3"}, 0},
		{"one seat is wrong", false, 3, []poco.Outcome{right, wrong, right, right}, types.AuditCount{Called: 1, Upheld: 1}, []string{"val-1"}, 0},
		{"two answers", false, 2, []poco.Outcome{right, right, wrong, wrong}, types.AuditCount{Called: 1, Undecided: 1}, nil, 1},
		{"another answer", false, 2, []poco.Outcome{wrong, wrong, wrong, wrong}, types.AuditCount{Called: 1, Overturned: 1, Pairs: 1, PairsOverturned: 1}, nil, 0},
		{"the bytes are there", true, 2, []poco.Outcome{right, right, right, right}, types.AuditCount{Called: 1, Upheld: 1, Pairs: 1}, nil, 0},
		{"a seat says nothing of the bytes", true, 2, []poco.Outcome{right, right, right, {Kind: poco.KindAbstain}}, types.AuditCount{Called: 1, Upheld: 1, Pairs: 1}, []string{"val-3"}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 20)
			f.setParams(func(p *types.Params) { p.PatrolPerMille = 0 })
			id := f.open(1, audits, func(d *dealstypes.Deal) { d.Terms.MinReplicas = tc.replicas })[0]
			f.accept(right, id)
			require.GreaterOrEqual(t, len(f.task(id).Seats), int(tc.replicas))
			task := f.examine(id, tc.bytes, tc.court...)
			tc.count.Cause = types.AUDIT_CAUSE_CHALLENGE
			if tc.bytes {
				tc.count.Cause = types.AUDIT_CAUSE_BYTES
			}
			require.Equal(t, tc.count, f.auditCount(tc.count.Cause))
			var faults []string
			for _, seat := range task.Court {
				if has, err := f.k.CourtSilences.Has(f.ctx, seat.Organisation); err == nil && has {
					faults = append(faults, seat.Organisation)
				}
			}
			require.Equal(t, tc.faults, faults)
			require.EqualValues(t, tc.flagged, f.books.get(f.ctx, "flagged/studio/paint"))
			for _, seat := range task.Seats {
				require.EqualValues(t, tc.count.Overturned, f.books.get(f.ctx, "overturned/"+seat.Who))
			}
			f.check()
		})
	}
}
