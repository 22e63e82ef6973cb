package scenario

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func shortWindows(p *markettypes.Params) {
	p.CommitBlocks, p.RevealBlocks, p.WaitBlocks, p.MaxAttempts, p.OpensPerBlock = 10, 5, 12, 3, 6
}

func smallMarket() testutil.Option {
	return testutil.WithParams(nil, shortWindows, func(p *workerstypes.Params) { p.CoolingBlocks = 20 })
}

// habits makes each task its own mixture of truth, lies, silence and failure, the same on every chain.
func habits(t taskstypes.Task, seat taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool) {
	n := poco.Entropy{Beacon: []byte("habits"), Task: [32]byte{t.Id[0], t.Id[1], t.Id[2]}}.Below(uint32(len(seat.Organisation))+uint32(seat.Organisation[len(seat.Organisation)-1]), 16)
	switch {
	case bench == taskstypes.BENCH_COURT && n == 0:
		return poco.Outcome{}, false
	case bench == taskstypes.BENCH_COURT:
		return testutil.Truth, true
	case n < 3:
		return testutil.Lie, true
	case n == 3:
		return poco.Outcome{}, false
	case n == 4:
		return testutil.NoInput, true
	}
	return testutil.Truth, true
}

// TestOpenTasksSurviveAnImport: a chain with tasks in all phases is exported and imported. The export of the import is the
// same JSON, two imports agree on the app hash, and from then on both chains live the same life: every task ends with the
// same verdict, every account with the same balance, every worker with the same stake and record, every ledger alike.
func TestOpenTasksSurviveAnImport(t *testing.T) {
	t.Parallel()
	old := testutil.NewCompute(t, testutil.ComputeOptions{Workers: 9, Slots: 12}, smallMarket())
	var ids []string
	submit := func(edit func(*markettypes.Job)) {
		job := old.Job()
		edit(&job)
		ids = append(ids, old.QueueSubmit(job)...)
	}
	submit(func(j *markettypes.Job) { j.Size_ = 40 }) // opened by six a block: some are still to be opened
	submit(func(j *markettypes.Job) { j.Policy = poco.PolicyCourt })
	submit(func(j *markettypes.Job) { j.MinReplicas, j.Trust = 9, 100 }) // waits for enough organisations
	for i := range 14 {
		if i == 6 || i == 10 {
			submit(func(j *markettypes.Job) { j.MinReplicas = 3 })
		}
		for j, id := range ids {
			if old.HasTask(id) && (i+j)%3 > 0 { // not everybody is equally quick
				old.QueueWork(id, habits)
			}
		}
		if i == 13 {
			submit(func(*markettypes.Job) {}) // queued at the moment of the export
		}
		old.Next()
		old.CheckBooks()
	}
	phases := map[taskstypes.Phase]int{}
	for _, id := range ids {
		if old.HasTask(id) {
			phases[old.Task(id).Phase]++
		}
	}
	require.GreaterOrEqual(t, len(phases), 6, "%v", phases)

	exported := old.Export()
	one, two := old.Resume(), old.Resume()
	sameState(t, exported.AppState, one.Export().AppState, "export, import, export")
	one.Next()
	two.Next()
	require.Equal(t, one.AppHash(), two.AppHash(), "two imports")
	old.Next()
	one.CheckBooks()

	for range 80 {
		for _, c := range []*testutil.Compute{old, one} {
			for _, id := range ids {
				if c.HasTask(id) {
					c.QueueWork(id, habits)
				}
			}
			c.Next()
		}
		require.Equal(t, old.Height(), one.Height())
	}
	one.CheckBooks()
	endings := map[taskstypes.Ending]int{}
	for i, id := range ids {
		a, b := old.Task(id), one.Task(id)
		require.Equal(t, taskstypes.PHASE_DONE, a.Phase, "task %d", i)
		require.Equal(t, a, b, "task %d", i)
		endings[a.Ending]++
	}
	require.Greater(t, endings[taskstypes.ENDING_ACCEPTED], 20, "%v", endings)
	sameState(t, old.Export().AppState, one.Export().AppState, "the whole state at the end")
}

// sameState demands that two exported states are the same JSON, module by module.
func sameState(t *testing.T, want, got json.RawMessage, when string) {
	t.Helper()
	a, b := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal(want, &a))
	require.NoError(t, json.Unmarshal(got, &b))
	for _, name := range []string{"auth", "bank", "orgs", "poa", "beacon", "apps", "workers", "market", "tasks"} {
		require.Contains(t, a, name)
		x, y := string(a[name]), string(b[name])
		at := 0
		for at < min(len(x), len(y)) && x[at] == y[at] {
			at++
		}
		from := max(0, at-200)
		require.True(t, x == y, "%s: state of %s differs at byte %d:\n%s\n%s", when, name, at, x[from:min(len(x), at+200)], y[from:min(len(y), at+200)])
	}
}
