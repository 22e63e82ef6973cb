package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/tasks/types"
)

// TestGenesisIsLossless: a state with tasks in many phases, some waiting for their turn, exports and imports unchanged.
func TestGenesisIsLossless(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.open(60)
	for i := range 6 {
		f.begin()
		for j, id := range ids {
			if j%7 > i { // some lag behind, and so stand in earlier phases
				continue
			}
			o := right
			if j%5 == 0 {
				o = wrong
			}
			f.work(id, o)
		}
		f.end()
	}
	phases := map[types.Phase]int{}
	for _, id := range ids {
		phases[f.task(id).Phase]++
	}
	require.Greater(t, len(phases), 3, "%v", phases)
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate())
	require.NotEmpty(t, g.Ledgers)
	require.NotEmpty(t, g.Turns)

	other := newFixture(t, 20)
	require.NoError(t, other.k.InitGenesis(other.ctx, *g))
	again, err := other.k.ExportGenesis(other.ctx)
	require.NoError(t, err)
	require.Equal(t, g, again)
	require.Equal(t, indexes(t, f), indexes(t, other), "what is derived is derived the same")
}

// indexes lists every key that genesis does not hold.
func indexes(t *testing.T, f *fixture) (out []string) {
	t.Helper()
	note := func(name string, key any) { out = append(out, fmt.Sprint(name, " ", key)) }
	require.NoError(t, f.k.Queue.Walk(f.ctx, nil, func(k collections.Triple[uint32, uint64, string]) (bool, error) {
		note("queue", [3]any{k.K1(), k.K2(), k.K3()})
		return false, nil
	}))
	require.NoError(t, f.k.Prunes.Walk(f.ctx, nil, func(k collections.Pair[int64, string]) (bool, error) {
		note("prune", [2]any{k.K1(), k.K2()})
		return false, nil
	}))
	require.NoError(t, f.k.Assignments.Walk(f.ctx, nil, func(k collections.Pair[string, string]) (bool, error) {
		note("assignment", [2]any{k.K1(), k.K2()})
		return false, nil
	}))
	require.NoError(t, f.k.History.Walk(f.ctx, nil, func(k collections.Triple[string, uint64, string]) (bool, error) {
		note("history", [3]any{k.K1(), k.K2(), k.K3()})
		return false, nil
	}))
	require.NoError(t, f.k.States.Walk(f.ctx, nil, func(k collections.Triple[uint32, uint64, string]) (bool, error) {
		note("state", [3]any{k.K1(), k.K2(), k.K3()})
		return false, nil
	}))
	require.NoError(t, f.k.CourtLine.Walk(f.ctx, nil, func(k collections.Triple[uint64, uint64, string]) (bool, error) {
		note("court", [3]any{k.K1(), k.K2(), k.K3()})
		return false, nil
	}))
	require.NoError(t, f.k.CourtShares.Walk(f.ctx, nil, func(k collections.Triple[string, uint64, string]) (bool, error) {
		note("share", [3]any{k.K1(), k.K2(), k.K3()})
		return false, nil
	}))
	if c, err := f.k.Courts.Get(f.ctx); err == nil {
		note("courts", c)
	}
	return out
}

func TestGenesisValidate(t *testing.T) {
	f := newFixture(t, 20)
	id := f.open(1)[0]
	for f.task(id).Phase != types.PHASE_SECOND {
		f.begin()
		if f.task(id).Phase == types.PHASE_FIRST {
			f.work(id, right)
		}
		f.end()
	}
	for _, c := range []struct {
		name     string
		malleate func(*types.GenesisState)
		says     string
	}{
		{"as exported", func(*types.GenesisState) {}, ""},
		{"bad parameters", func(g *types.GenesisState) { g.Params.DuePerBlock = 0 }, "due_per_block"},
		{"a task twice", func(g *types.GenesisState) { g.Tasks = append(g.Tasks, g.Tasks[0]) }, "stands twice"},
		{"a task without id", func(g *types.GenesisState) { g.Tasks[0].Id = "" }, "64 lower-case hex"},
		{"a task without phase", func(g *types.GenesisState) { g.Tasks[0].Phase = 0 }, "no phase"},
		{"queued too early", func(g *types.GenesisState) { g.Tasks[0].Queued-- }, "expected its deadline"},
		{"forgotten", func(g *types.GenesisState) { g.Tasks[0].Queued = 0 }, "expected its deadline"},
		{"put back", func(g *types.GenesisState) { g.Tasks[0].Queued += 600 }, ""},
		{"a ledger twice", func(g *types.GenesisState) { g.Ledgers = append(g.Ledgers, g.Ledgers[0]) }, "stands twice"},
		{"a debt of three bytes", func(g *types.GenesisState) { g.Ledgers[0].Debt = []byte{1, 2, 3} }, "ledger"},
		{"a record beyond its ledger", func(g *types.GenesisState) { g.Records[0].Turn = 99 }, "lies outside"},
		{"a record of no ledger", func(g *types.GenesisState) { g.Records[0].Key = "class/7" }, "lies outside"},
		{"a turn of no task", func(g *types.GenesisState) { g.Turns[0].Task = "x" }, "not in the state"},
		{"a turn of no ledger", func(g *types.GenesisState) { g.Turns[0].ClassKey = "class/7" }, "not in the state"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := f.k.ExportGenesis(f.ctx)
			require.NoError(t, err)
			c.malleate(g)
			if c.says == "" {
				require.NoError(t, g.Validate())
				return
			}
			require.ErrorContains(t, g.Validate(), c.says)
		})
	}
}
