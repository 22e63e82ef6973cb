package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/workers/types"
)

// TestAbsences: an organisation declines as often as the quota says. Then each time costs, for longer each time and with whichever of
// its workers, and its record is gone. Silences of one outage are one absence. An export keeps the count.
func TestAbsences(t *testing.T) {
	const cooling = 10
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.CoolingBlocks, p.AbsenceQuota, p.AbsenceBlocks = cooling, 3, 1_000 })
	f.pool("main", 10)
	one, two := f.worker("alpha", 4, 100, "main"), f.worker("alpha", 4, 100, "main")
	away := func(worker string, fault poco.Fault) int64 {
		t.Helper()
		require.NoError(t, f.k.Lock(f.ctx, worker, 10))
		require.NoError(t, f.k.Release(f.ctx, worker, 10, fault))
		f.check()
		if until := f.get(worker).CoolingUntil; until != 0 {
			return until - f.ctx.BlockHeight()
		}
		return 0
	}
	require.NoError(t, f.k.Lock(f.ctx, one, 10))
	require.NoError(t, f.k.Settle(f.ctx, "t", []types.SeatSettlement{{Worker: one, Unlock: 10, Right: true, Confirmed: true}}, nil, 0))
	for _, worker := range []string{one, two, one} {
		require.Zero(t, away(worker, poco.FaultNone), "the quota is free")
	}
	require.EqualValues(t, 1, f.get(one).Record.Confirmations)
	require.EqualValues(t, 2*cooling, away(one, poco.FaultNone))
	require.Zero(t, f.get(one).Record.Confirmations)
	require.ErrorIs(t, f.k.Lock(f.ctx, one, 10), types.ErrNotDrawable)
	require.EqualValues(t, 4*cooling, away(two, poco.FaultNone), "another machine of the organisation is no other quota")
	f.block(4 * cooling)
	require.EqualValues(t, 8*cooling, away(one, poco.FaultSilent))
	require.EqualValues(t, 8*cooling, away(two, poco.FaultSilent), "one outage")
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Equal(t, []types.Absences{{Organisation: "alpha", Count: 6, Since: 10, Silent: f.ctx.BlockHeight()}}, g.Absences)
	again := newFixture(t)
	require.NoError(t, again.k.Absences.Set(again.ctx, "alpha", g.Absences[0]))
	back, err := again.k.ExportGenesis(again.ctx)
	require.NoError(t, err)
	require.Equal(t, g.Absences, back.Absences)

	f.block(1_000)
	require.Zero(t, away(one, poco.FaultNone), "it is forgotten")
	beta := f.worker("beta", 1, 100, "main")
	require.Zero(t, away(beta, poco.FaultNone))
}

// TestTheFloorOfJails: convictions at one moment jail a pool down to its floor and not below, whichever workers are convicted. Stakes
// are taken all the same, and whoever was spared is jailed by its next strike once others are back.
func TestTheFloorOfJails(t *testing.T) {
	const floor = 3
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.JailFloor = floor })
	f.pool("main", 10)
	var workers []string
	for i := range 6 {
		workers = append(workers, f.worker(fmt.Sprintf("org%d", i), 8, 1_000, "main"))
	}
	second := f.worker("org5", 8, 1_000, "main") // two workers are one organisation
	convict := func(worker string, times int) {
		t.Helper()
		for range times {
			f.block(1)
			if f.get(worker).Cooling() {
				f.block(f.get(worker).CoolingUntil - f.ctx.BlockHeight())
			}
			require.NoError(t, f.k.Lock(f.ctx, worker, 10))
			require.NoError(t, f.k.Settle(f.ctx, "t", []types.SeatSettlement{{Worker: worker, Unlock: 10, Slash: 10, Fault: poco.FaultWrong}}, nil, 10))
			f.check()
		}
	}
	jailed := func() (n int) {
		for _, w := range append(workers, second) {
			if f.get(w).Jailed {
				n++
			}
		}
		return n
	}
	for _, w := range workers[:5] {
		convict(w, 2)
		require.EqualValues(t, 980, f.get(w).Bonded, "the stakes are gone")
	}
	require.Equal(t, 3, jailed(), "org3, org4 and org5 are left")
	convict(second, 2)
	require.Equal(t, 3, jailed(), "org5's other worker does not make it two organisations")
	require.NoError(t, f.k.Unjail(f.ctx, workers[0]))
	convict(workers[3], 1)
	require.True(t, f.get(workers[3]).Jailed, "org0, org4 and org5 are left without it")
	require.Equal(t, 3, jailed())
}
