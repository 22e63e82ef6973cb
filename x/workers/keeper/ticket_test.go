package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/workers/keeper"
	"github.com/credence-chain/credence/x/workers/types"
)

// tickets lists a pool's tickets by holder.
func (f *fixture) tickets(pool string) (orgs []string) {
	n, err := f.k.Tickets(f.ctx, pool)
	require.NoError(f.t, err)
	for i := range n {
		org, found, err := f.k.TicketHolderAt(f.ctx, pool, i)
		require.NoError(f.t, err)
		require.True(f.t, found)
		orgs = append(orgs, org)
	}
	_, found, err := f.k.TicketHolderAt(f.ctx, pool, n)
	require.NoError(f.t, err)
	require.False(f.t, found)
	return orgs
}

// TestTicketsStay: an organisation has one ticket of a pool, from its first worker on, and keeps it whatever it does.
func TestTicketsStay(t *testing.T) {
	f := newFixture(t)
	f.pool("main", 10)
	f.pool("side", 10)
	require.Empty(t, f.tickets("main"))
	gamma := f.worker("gamma", 2, 100, "main")
	f.worker("alpha", 1, 100, "main", "side")
	f.worker("gamma", 1, 100, "main", "side")
	f.worker("beta", 1, 100, "main")
	want := []string{"gamma", "alpha", "beta"}
	require.Equal(t, want, f.tickets("main"))
	require.Equal(t, []string{"alpha", "gamma"}, f.tickets("side"), "each pool counts for itself")

	change := func(edit func(*types.MsgUpdate)) {
		t.Helper()
		w := f.get(gamma)
		m := &types.MsgUpdate{Owner: w.Owner, Worker: w.Address, Pools: w.Pools, Slots: w.Slots, Endpoint: w.Endpoint}
		edit(m)
		_, err := keeper.NewMsgServer(f.k).Update(f.ctx, m)
		require.NoError(t, err)
		require.Equal(t, want, f.tickets("main"))
		f.check()
	}
	change(func(m *types.MsgUpdate) { m.Paused = true })
	change(func(m *types.MsgUpdate) { m.Paused = false })
	change(func(m *types.MsgUpdate) { m.Pools = nil })
	change(func(m *types.MsgUpdate) { m.Pools = []string{"main"} })
	f.grant("alpha", false)
	require.NoError(t, f.k.Refresh(f.ctx, "alpha"))
	require.Equal(t, want, f.tickets("main"))
}
