package keeper_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// drawn is a chain with one task whose first worker was drawn.
func drawn(t *testing.T) (*fixture, string, string) {
	f := newFixture(t, 20)
	id := f.open(1, func(d *dealstypes.Deal) { d.Terms.MinReplicas = 3 })[0]
	f.begin()
	return f, id, f.task(id).Seats[0].Who
}

func TestBadMessages(t *testing.T) {
	f, id, who := drawn(t)
	hash := bytes.Repeat([]byte{1}, 32)
	commit := func(edit func(*types.MsgCommit)) func() error {
		return func() error {
			m := &types.MsgCommit{Who: who, Task: id, Attempt: 1, Bench: types.BENCH_WORKERS, Commitment: hash}
			edit(m)
			_, err := f.msgs.Commit(f.ctx, m)
			return err
		}
	}
	reveal := func(edit func(*types.MsgReveal)) func() error {
		return func() error {
			m := &types.MsgReveal{
				Who: who, Task: id, Attempt: 1, Bench: types.BENCH_WORKERS, Outcome: types.OutcomeFromPoco(right), Salt: salt(who),
			}
			edit(m)
			_, err := f.msgs.Reveal(f.ctx, m)
			return err
		}
	}
	decline := func(edit func(*types.MsgDecline)) func() error {
		return func() error {
			m := &types.MsgDecline{Who: who, Task: id, Attempt: 1, Reason: types.DECLINE_REASON_OTHER}
			edit(m)
			_, err := f.msgs.Decline(f.ctx, m)
			return err
		}
	}
	for _, c := range []struct {
		name   string
		msg    func() error
		expErr error
		says   string
	}{
		{"task id of letters", commit(func(m *types.MsgCommit) { m.Task = "nonsense" }), types.ErrInvalid, "64 lower-case hexadecimal digits"},
		{"task id in capitals", commit(func(m *types.MsgCommit) { m.Task = strings.ToUpper(id) }), types.ErrInvalid, "lower-case"},
		{"unknown task", commit(func(m *types.MsgCommit) { m.Task = strings.Repeat("0", 64) }), types.ErrNotFound, ""},
		{"short commitment", commit(func(m *types.MsgCommit) { m.Commitment = hash[:31] }), types.ErrInvalid, "got 31 bytes"},
		{"long commitment", commit(func(m *types.MsgCommit) { m.Commitment = append(hash[:32:32], 1) }), types.ErrInvalid, "got 33 bytes"},
		{"empty commitment", commit(func(m *types.MsgCommit) { m.Commitment = nil }), types.ErrInvalid, "got 0 bytes"},
		{"zero commitment", commit(func(m *types.MsgCommit) { m.Commitment = make([]byte, 32) }), types.ErrInvalid, "not all zero"},
		{"no bench", commit(func(m *types.MsgCommit) { m.Bench = 0 }), types.ErrInvalid, "bench"},
		{"court bench before there is a court", commit(func(m *types.MsgCommit) { m.Bench = types.BENCH_COURT }), types.ErrNotDrawn, ""},
		{"not drawn", commit(func(m *types.MsgCommit) { m.Who = addressOf("somebody") }), types.ErrNotDrawn, ""},
		{"another attempt", commit(func(m *types.MsgCommit) { m.Attempt = 2 }), types.ErrWrongAttempt, "got attempt 2, expected 1"},
		{"reveal before its phase", reveal(func(*types.MsgReveal) {}), types.ErrTooEarly, "FIRST"},
		{"reveal of an unknown task", reveal(func(m *types.MsgReveal) { m.Task = strings.Repeat("0", 64) }), types.ErrNotFound, ""},
		{"reveal of a digest that is none", reveal(func(m *types.MsgReveal) { m.Outcome.Digest = "sha256:12" }), types.ErrInvalid, "digest"},
		{"reveal of an unknown kind", reveal(func(m *types.MsgReveal) { m.Outcome.Kind = 9 }), types.ErrInvalid, "outcome.kind"},
		{"reveal on no bench", reveal(func(m *types.MsgReveal) { m.Bench = 7 }), types.ErrInvalid, "bench"},
		{"no reason", decline(func(m *types.MsgDecline) { m.Reason = types.DECLINE_REASON_UNSPECIFIED }), types.ErrInvalid, "reason: got 0, expected 1 (INPUT) to 10 (OTHER)"},
		{"reason below all", decline(func(m *types.MsgDecline) { m.Reason = -1 }), types.ErrInvalid, "reason: got -1"},
		{"reason beyond all", decline(func(m *types.MsgDecline) { m.Reason = 256 }), types.ErrInvalid, "reason: got 256"},
		{"decline by somebody", decline(func(m *types.MsgDecline) { m.Who = addressOf("somebody") }), types.ErrNotDrawn, ""},
		{"decline another attempt", decline(func(m *types.MsgDecline) { m.Attempt = 9 }), types.ErrWrongAttempt, ""},
		{"decline an unknown task", decline(func(m *types.MsgDecline) { m.Task = strings.Repeat("0", 64) }), types.ErrNotFound, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := f.task(id)
			err := c.msg()
			require.ErrorIs(t, err, c.expErr)
			require.ErrorContains(t, err, c.says)
			require.Equal(t, before, f.task(id), "a refused message changed the state")
		})
	}
}

// TestBadRevealsAndSecondCommits are refusals that need a task on its way.
func TestBadRevealsAndSecondCommits(t *testing.T) {
	f, id, first := drawn(t)
	require.NoError(t, f.commit(id, first, types.BENCH_WORKERS, right))
	require.ErrorIs(t, f.commit(id, first, types.BENCH_WORKERS, wrong), types.ErrAlready)
	f.secrets[id+first] = right
	for f.task(id).Phase != types.PHASE_SECOND {
		f.begin()
	}
	require.ErrorIs(t, f.reveal(id, first, types.BENCH_WORKERS), types.ErrTooEarly)
	blind := f.task(id).Seats[1:]
	for _, s := range blind {
		require.NoError(t, f.commit(id, s.Who, types.BENCH_WORKERS, right))
	}
	require.ErrorIs(t, f.reveal(id, first, types.BENCH_WORKERS), types.ErrTooEarly, "the block of the last commit")
	f.end()
	f.begin()
	f.secrets[id+blind[0].Who] = wrong
	require.ErrorIs(t, f.reveal(id, blind[0].Who, types.BENCH_WORKERS), types.ErrCommitment)
	f.secrets[id+blind[0].Who] = poco.Outcome{Kind: poco.KindResult}
	require.ErrorIs(t, f.reveal(id, blind[0].Who, types.BENCH_WORKERS), types.ErrInvalidOutcome)
	f.secrets[id+blind[0].Who] = right
	require.NoError(t, f.reveal(id, blind[0].Who, types.BENCH_WORKERS))
	require.ErrorIs(t, f.reveal(id, blind[0].Who, types.BENCH_WORKERS), types.ErrAlready)
	_, err := f.msgs.Decline(f.ctx, &types.MsgDecline{Who: first, Task: id, Attempt: 1, Reason: types.DECLINE_REASON_INPUT})
	require.ErrorIs(t, err, types.ErrWrongPhase)
	f.end()
	for f.task(id).Phase == types.PHASE_REVEAL {
		f.begin()
		if f.ctx.BlockHeight() >= f.task(id).Deadline {
			break
		}
	}
	require.NoError(t, f.reveal(id, first, types.BENCH_WORKERS), "late, until the court reveals")
	require.ErrorIs(t, f.reveal(id, first, types.BENCH_WORKERS), types.ErrAlready)
	f.finish(id)
	require.ErrorIs(t, f.commit(id, first, types.BENCH_WORKERS, right), types.ErrWrongPhase, "it has ended")
}

func TestParams(t *testing.T) {
	f := newFixture(t, 3)
	for _, c := range []struct {
		name     string
		malleate func(*types.Params)
		says     string
	}{
		{"default", func(*types.Params) {}, ""},
		{"half collude", func(p *types.Params) { p.QNum, p.QDen = 1, 2 }, "q_num/q_den"},
		{"no denominator", func(p *types.Params) { p.QDen = 0 }, "q_num/q_den"},
		{"allowance above a quarter", func(p *types.Params) { p.Allowance = poco.QuarterQ64.Add(poco.Q64{Lo: 1}).Bytes() }, "allowance"},
		{"allowance of three bytes", func(p *types.Params) { p.Allowance = []byte{1, 2, 3} }, "allowance"},
		{"no window", func(p *types.Params) { p.WindowBlocks = 0 }, "window_blocks"},
		{"nothing due", func(p *types.Params) { p.DuePerBlock = 0 }, "due_per_block"},
		{"everything due", func(p *types.Params) { p.DuePerBlock = 10_001 }, "due_per_block"},
		{"no strikes", func(p *types.Params) { p.CourtStrikes = 0 }, "court_strikes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := types.DefaultParams()
			c.malleate(&p)
			_, err := f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: addressOf("council"), Params: p})
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidParams)
			require.ErrorContains(t, err, c.says)
		})
	}
}
