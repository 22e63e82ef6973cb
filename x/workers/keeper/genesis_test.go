package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/keeper"
	"github.com/credence-chain/credence/x/workers/types"
)

// lived returns a fixture whose state holds something of everything: arrays out of order, queues, a jailed worker, a
// revoked organisation, an invitation, a pass halfway over a pool, terms that wait and terms that came into force, a worker
// evicted from its only pool, and evictions that wait, one of them moot.
func lived(t *testing.T) *fixture {
	f := newFixture(t)
	f.pool("main", 10)
	f.pool("side", 40)
	var workers []string
	for _, org := range []string{"delta", "alpha", "gamma", "beta", "epsilon"} {
		for range 3 {
			workers = append(workers, f.worker(org, 2, 100, "main", "side"))
		}
	}
	for i, w := range workers {
		require.NoError(t, f.k.Lock(f.ctx, w, 10))
		switch i % 5 {
		case 0:
			require.NoError(t, f.k.Settle(f.ctx, "t", []types.SeatSettlement{{Worker: w, Unlock: 10, Slash: 6, Fault: poco.FaultWrong}}, nil, 6))
		case 1:
			require.NoError(t, f.k.Release(f.ctx, w, 10, poco.FaultNone))
			_, err := f.k.Unbond(f.ctx, w, 70)
			require.NoError(t, err)
		}
	}
	require.NoError(t, f.k.Lock(f.ctx, workers[3], 10))
	require.NoError(t, f.k.Settle(f.ctx, "t", []types.SeatSettlement{{Worker: workers[3], Unlock: 10, Fault: poco.FaultWrong}}, nil, 0))
	f.block(1)
	require.NoError(t, f.k.Settle(f.ctx, "t", []types.SeatSettlement{{Worker: workers[3], Unlock: 10, Fault: poco.FaultUnrevealed}}, nil, 0))
	f.grant("gamma", false)
	require.NoError(t, f.k.Refresh(f.ctx, "gamma"))

	f.setParams(func(p *types.Params) { p.NoticeBlocks, p.DuePerBlock, p.DefaultPool = 10, 4, "main" })
	operator, srv := text(f.account("ops")), keeper.NewMsgServer(f.k)
	_, err := srv.CreatePool(f.ctx, &types.MsgCreatePool{
		Operator: operator, Id: "club", Runtime: "wasm", Stake: 10, Invited: true, Capabilities: []string{"gpu"},
		Requesters: orgstypes.Audience{Roles: []orgstypes.Role{orgstypes.ROLE_REQUESTER}},
	})
	require.NoError(t, err)
	for _, org := range []string{"delta", "beta"} {
		_, err = srv.Invite(f.ctx, &types.MsgInvite{Operator: operator, Pool: "club", Organisation: org})
		require.NoError(t, err)
	}
	owner, hot := text(f.account("beta")), text(f.account(""))
	_, err = srv.Register(f.ctx, &types.MsgRegister{
		Owner: owner, Worker: hot, Endpoint: "http://w", Slots: 1, Pools: []string{"club"}, Stake: 90, Capabilities: []string{"gpu"},
	})
	require.NoError(t, err)
	f.setParams(func(p *types.Params) { p.EvictBlocks = 1 })
	f.evict(operator, "club", hot)
	f.setParams(func(p *types.Params) { p.EvictBlocks = 15 })
	for _, e := range []struct{ worker, pool string }{{workers[4], "side"}, {workers[0], "main"}, {workers[4], "main"}} {
		_, err = srv.Evict(f.ctx, &types.MsgEvict{Operator: operator, Pool: e.pool, Worker: e.worker})
		require.NoError(t, err)
	}
	left := f.get(workers[0]) // its turn is moot
	_, err = srv.Update(f.ctx, &types.MsgUpdate{Owner: left.Owner, Worker: left.Address, Endpoint: left.Endpoint, Slots: left.Slots, Pools: []string{"side"}})
	require.NoError(t, err)
	_, err = srv.TransferPool(f.ctx, &types.MsgTransferPool{Operator: operator, Pool: "side", To: "alpha"})
	require.NoError(t, err)
	set := func(pool string, stake, price uint64) {
		_, err := srv.SetPool(f.ctx, &types.MsgSetPool{Operator: operator, Id: pool, Invited: pool == "club", Terms: &types.PoolTerms{Stake: stake, MinPrice: price}})
		require.NoError(t, err)
	}
	set("club", 20, 1) // in force when the others wait
	for range 7 {
		f.block(1)
	}
	set("side", 40, 5)
	set("main", 60, 2)
	for range 4 {
		f.block(1)
	}
	f.check()
	return f
}

func TestGenesisIsLossless(t *testing.T) {
	f := lived(t)
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate(codecOf))
	exported := f.cdc.MustMarshalJSON(g)
	require.NotEmpty(t, g.Unbondings)
	require.Len(t, g.Invitations, 2)
	require.Len(t, g.Evictions, 3)
	require.Len(t, g.Rechecks, 1)
	require.True(t, g.Rechecks[0].Begun())
	require.NotZero(t, g.Rechecks[0].Left)

	// The organisations of the arrays are not in the order of their names, which a rebuilt array would have.
	orgs, _ := f.drawable("main")
	require.NotContains(t, orgs, "gamma")
	require.Equal(t, "delta", orgs[0])

	before := f.dump()
	require.NoError(t, f.wipe())
	var back types.GenesisState
	f.cdc.MustUnmarshalJSON(exported, &back)
	require.NoError(t, f.k.InitGenesis(f.ctx, back))
	f.check()
	again, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Equal(t, string(exported), string(f.cdc.MustMarshalJSON(again)))
	require.Equal(t, before, f.dump(), "the store is the same to the byte")

	// And it goes on as it would have.
	for range 10 {
		f.block(1)
		f.check()
	}
	require.NotNil(t, g.Workers)
	for _, w := range g.Workers {
		now := f.get(w.Address)
		require.Empty(t, now.Evictions)
		require.Len(t, now.Pools, len(w.Pools)-len(w.Evictions))
	}
	for pool, terms := range map[string]types.PoolTerms{"main": {Stake: 60, MinPrice: 2}, "side": {Stake: 40, MinPrice: 5}, "club": {Stake: 20, MinPrice: 1}} {
		p, err := f.k.GetPool(f.ctx, pool)
		require.NoError(t, err)
		require.Equal(t, terms, p.Terms())
	}
	registered, err := f.k.RegisteredFor(f.ctx, contract.RuntimeWasm)
	require.NoError(t, err)
	require.EqualValues(t, 5, registered)
}

// TestGenesisKnowsRuntimes: a genesis written by hand need not say for which runtime a worker of a pool counts.
func TestGenesisKnowsRuntimes(t *testing.T) {
	f := lived(t)
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	for i := range g.Workers {
		if len(g.Workers[i].Pools) > 0 {
			g.Workers[i].Runtime = ""
		}
	}
	before := f.dump()
	require.NoError(t, f.wipe())
	require.NoError(t, f.k.InitGenesis(f.ctx, *g))
	require.Equal(t, before, f.dump())
}

// dump returns the module's whole store.
func (f *fixture) dump() map[string]string {
	it, err := f.store.OpenKVStore(f.ctx).Iterator(nil, nil)
	require.NoError(f.t, err)
	defer it.Close()
	all := map[string]string{}
	for ; it.Valid(); it.Next() {
		all[string(it.Key())] = string(it.Value())
	}
	return all
}

// wipe empties it.
func (f *fixture) wipe() error {
	for k := range f.dump() {
		if err := f.store.OpenKVStore(f.ctx).Delete([]byte(k)); err != nil {
			return err
		}
	}
	return nil
}

// TestGenesisBuildsArrays: a genesis written by hand need not know the arrays.
func TestGenesisBuildsArrays(t *testing.T) {
	f := lived(t)
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	_, before := f.drawable("main")
	g.Eligible = nil
	require.NoError(t, f.wipe())
	require.NoError(t, f.k.InitGenesis(f.ctx, *g))
	f.check()
	_, after := f.drawable("main")
	require.Len(t, after, len(before))
}

func TestGenesisValidate(t *testing.T) {
	f := lived(t)
	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	bz := f.cdc.MustMarshalJSON(exported)
	for _, tc := range []struct {
		name     string
		malleate func(*types.GenesisState)
		expErr   error
	}{
		{"valid", func(*types.GenesisState) {}, nil},
		{"params", func(g *types.GenesisState) { g.Params.MaxSlots = 0 }, types.ErrInvalidParams},
		{"pot", func(g *types.GenesisState) { g.SlashedPot = 1 }, types.ErrInvalidGenesis},
		{"pools unordered", func(g *types.GenesisState) { g.Pools[1], g.Pools[2] = g.Pools[2], g.Pools[1] }, types.ErrInvalidGenesis},
		{"workers twice", func(g *types.GenesisState) { g.Workers[1] = g.Workers[0] }, types.ErrInvalidGenesis},
		{"default pool", func(g *types.GenesisState) { g.Params.DefaultPool = "zzz" }, types.ErrInvalidGenesis},
		{"a pool by itself", func(g *types.GenesisState) { g.Pools[0].Stake = 0 }, types.ErrInvalidPool},
		{"lacks a capability", func(g *types.GenesisState) { g.Workers[0].Pools = []string{"club"} }, types.ErrInvalidGenesis},
		{"malformed capability", func(g *types.GenesisState) { g.Workers[0].Capabilities = []string{"G"} }, types.ErrInvalidWorker},
		{"runtime", func(g *types.GenesisState) { g.Workers[0].Runtime = "oci" }, types.ErrInvalidGenesis},
		{"invitation to no pool", func(g *types.GenesisState) { g.Invitations[0].Pool = "zzz" }, types.ErrInvalidGenesis},
		{"invitation of nobody", func(g *types.GenesisState) { g.Invitations[0].Organisation = "" }, types.ErrInvalidGenesis},
		{"invitations unordered", func(g *types.GenesisState) {
			g.Invitations[0], g.Invitations[1] = g.Invitations[1], g.Invitations[0]
		}, types.ErrInvalidGenesis},
		{"invitation twice", func(g *types.GenesisState) { g.Invitations[1] = g.Invitations[0] }, types.ErrInvalidGenesis},
		{"pass over no pool", func(g *types.GenesisState) { g.Rechecks[0].Pool = "zzz" }, types.ErrInvalidGenesis},
		{"pass over a pool that raises nothing", func(g *types.GenesisState) { g.Rechecks[0].Pool = "side" }, types.ErrInvalidGenesis},
		{"pass by another height", func(g *types.GenesisState) { g.Rechecks[0].Height++ }, types.ErrInvalidGenesis},
		{"pass twice", func(g *types.GenesisState) { g.Rechecks = append(g.Rechecks, g.Rechecks[0]) }, types.ErrInvalidGenesis},
		{"workers ahead", func(g *types.GenesisState) { g.Rechecks[0].Left++ }, types.ErrInvalidGenesis},
		{"a pass that was further", func(g *types.GenesisState) { g.Rechecks = nil }, types.ErrInvalidGenesis},
		{"unknown pool", func(g *types.GenesisState) { g.Workers[0].Pools = []string{"zzz"} }, types.ErrInvalidGenesis},
		{"locked beyond bonded", func(g *types.GenesisState) { g.Workers[0].Locked = 1000 }, types.ErrInvalidWorker},
		{"busy beyond slots", func(g *types.GenesisState) { g.Workers[0].Busy = 1000 }, types.ErrInvalidWorker},
		{"unbonding of nobody", func(g *types.GenesisState) { g.Unbondings[0].Worker = "x" }, types.ErrInvalidGenesis},
		{"unbonding amount", func(g *types.GenesisState) { g.Unbondings[0].Amount++ }, types.ErrInvalidGenesis},
		{"unbonding lost", func(g *types.GenesisState) { g.Unbondings = g.Unbondings[1:] }, types.ErrInvalidGenesis},
		{"stake of all", func(g *types.GenesisState) { g.Workers[0].Bonded = 1<<64 - 1 }, types.ErrInvalidGenesis},
		{"eligible twice", func(g *types.GenesisState) {
			o := &g.Eligible[0].Organisations[0]
			o.Workers = append(o.Workers, o.Workers[0])
		}, types.ErrInvalidGenesis},
		{"eligible lost", func(g *types.GenesisState) { g.Eligible[0].Organisations = g.Eligible[0].Organisations[1:] }, types.ErrInvalidGenesis},
		{"eligible of another", func(g *types.GenesisState) {
			o := g.Eligible[0].Organisations
			o[0].Organisation, o[1].Organisation = o[1].Organisation, o[0].Organisation
		}, types.ErrInvalidGenesis},
		{"eviction from no pool", func(g *types.GenesisState) { g.Evictions[0].Pool = "zzz" }, types.ErrInvalidGenesis},
		{"eviction of nobody", func(g *types.GenesisState) { g.Evictions[0].Worker = "x" }, types.ErrInvalidGenesis},
		{"eviction before time", func(g *types.GenesisState) { g.Evictions[0].Height = -1 }, types.ErrInvalidGenesis},
		{"eviction twice", func(g *types.GenesisState) { g.Evictions[1] = g.Evictions[0] }, types.ErrInvalidGenesis},
		{"evictions unordered", func(g *types.GenesisState) { g.Evictions[0], g.Evictions[1] = g.Evictions[1], g.Evictions[0] }, types.ErrInvalidGenesis},
		{"an eviction without its turn", func(g *types.GenesisState) { g.Evictions = nil }, types.ErrInvalidGenesis},
		{"an eviction from elsewhere", func(g *types.GenesisState) {
			for i := range g.Workers {
				if e := g.Workers[i].Evictions; len(e) > 0 {
					e[0].Pool = "club"
				}
			}
		}, types.ErrInvalidWorker},
		{"tickets of no pool", func(g *types.GenesisState) { g.Tickets[0].Pool = "zzz" }, types.ErrInvalidGenesis},
		{"tickets unordered", func(g *types.GenesisState) { g.Tickets[0], g.Tickets[1] = g.Tickets[1], g.Tickets[0] }, types.ErrInvalidGenesis},
		{"two tickets", func(g *types.GenesisState) { o := g.Tickets[1].Organisations; o[1] = o[0] }, types.ErrInvalidGenesis},
		{"a ticket of nobody", func(g *types.GenesisState) { g.Tickets[0].Organisations[0] = "" }, types.ErrInvalidGenesis},
		{"not ready", func(g *types.GenesisState) {
			ready := g.Eligible[0].Organisations[0].Workers[0]
			for i := range g.Workers {
				g.Workers[i].Paused = g.Workers[i].Address == ready
			}
		}, types.ErrInvalidGenesis},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var g types.GenesisState
			f.cdc.MustUnmarshalJSON(bz, &g)
			tc.malleate(&g)
			require.ErrorIs(t, g.Validate(codecOf), tc.expErr)
		})
	}
}

// TestGenesisWithoutCoins refuses stake that the module's account does not hold.
func TestGenesisWithoutCoins(t *testing.T) {
	f := lived(t)
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	n := newFixture(t)
	n.orgs.of, n.orgs.roles = f.orgs.of, f.orgs.roles
	require.ErrorIs(t, n.k.InitGenesis(n.ctx, *g), types.ErrInvalidGenesis)
}
