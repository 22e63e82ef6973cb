package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// busy is a market with everything in it: offers fresh, part filled, filled and taken off; requests of every status;
// deals opening, open, cancelled and not closed yet, ended.
func busy(t testing.TB) *fixture {
	f := newFixture(t)
	params := types.DefaultParams()
	params.MatchesPerBlock, params.OpensPerBlock = 2, 3
	require.NoError(t, f.Params.Set(f.ctx, params))
	for _, n := range []string{"ann", "bob"} {
		f.fund(n, 1_000_000)
	}
	f.place("open", 1, 50, 1e9, 1)
	f.place("open", 2, 60, 1e9, 0)
	require.NoError(t, f.CancelOffer(f.ctx, addr("acme"), f.place("open", 3, 1, 1, 0)))
	f.submit("ann", 1, job())
	j := job()
	j.Size_ = 7
	large := f.submit("ann", 2, j)
	f.next()
	f.next()
	none := job()
	none.Pool = "second"
	f.submit("bob", 1, none)
	f.submit("ann", 3, j)
	f.next()
	for i := range uint64(4) {
		f.submit("bob", 10+i, j)
	}
	require.NoError(t, f.cancel("bob", f.submit("bob", 20, j)))
	f.next() // two of them stay queued
	d := f.deal(large)
	each, err := d.Terms.Escrow()
	require.NoError(t, err)
	_, to := account("w1")
	require.NoError(t, f.Settle(f.ctx, d.Id, "t", []types.EscrowPay{{To: to, Amount: 60}}, each-60, true))
	g, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, f.cancel("bob", requestOf(t, g, g.Opening[len(g.Opening)-1])))
	f.endBlock()
	return f
}

func requestOf(t testing.TB, g *types.GenesisState, deal string) string {
	for _, d := range g.Deals {
		if d.Id == deal {
			return d.Request
		}
	}
	require.Fail(t, "no such deal")
	return ""
}

var jsonCodec = codec.NewProtoCodec(codectypes.NewInterfaceRegistry())

// again imports a state into an empty chain whose accounts and coins are those of the exported one.
func again(t testing.TB, from *fixture, g types.GenesisState, height int64) *fixture {
	f := newFixture(t)
	f.ctx = f.ctx.WithBlockHeight(height)
	for _, n := range []string{"ann", "bob", "w1"} {
		f.fund(n, from.balance(n))
	}
	_, owed, err := from.Solvency(from.ctx)
	require.NoError(t, err)
	held := sdk.NewCoins(sdk.NewCoin(types.Denom, owed))
	require.NoError(t, f.bank.MintCoins(f.ctx, faucet, held))
	require.NoError(t, f.bank.SendCoinsFromModuleToModule(f.ctx, faucet, types.ModuleName, held))
	require.NoError(t, f.InitGenesis(f.ctx, g))
	require.NoError(t, f.CheckInvariants(f.ctx))
	return f
}

func TestGenesisIsLossless(t *testing.T) {
	a := busy(t)
	exported, err := a.ExportGenesis(a.ctx)
	require.NoError(t, err)
	seen := map[types.RequestStatus]bool{}
	for _, r := range exported.Requests {
		seen[r.Status] = true
	}
	require.Len(t, seen, 4, "every status must be in it for the test to mean something")
	require.NotEmpty(t, exported.Spent)
	require.Greater(t, len(exported.Opening), 1)

	text := jsonCodec.MustMarshalJSON(exported)
	var g types.GenesisState
	jsonCodec.MustUnmarshalJSON(text, &g)
	b := again(t, a, g, a.ctx.BlockHeight()+1)
	reexported, err := b.ExportGenesis(b.ctx)
	require.NoError(t, err)
	require.Equal(t, string(text), string(jsonCodec.MustMarshalJSON(reexported)))
	require.Equal(t, b.dump(), again(t, a, g, a.ctx.BlockHeight()+1).dump(), "two imports agree on the store")

	// Both chains go on alike, to the last coin.
	a.ctx = a.ctx.WithBlockHeight(a.ctx.BlockHeight() + 1)
	require.NoError(t, a.BeginBlock(a.ctx))
	require.NoError(t, b.BeginBlock(b.ctx))
	for range 12 {
		a.next()
		b.next()
	}
	end, err := a.ExportGenesis(a.ctx)
	require.NoError(t, err)
	other, err := b.ExportGenesis(b.ctx)
	require.NoError(t, err)
	require.Equal(t, string(jsonCodec.MustMarshalJSON(end)), string(jsonCodec.MustMarshalJSON(other)))
	require.Empty(t, end.Opening)
	for _, n := range []string{"ann", "bob"} {
		require.Equal(t, a.balance(n), b.balance(n))
	}
}

// A chain that begins below the exported heights matches what was queued at once, and counts its money once.
func TestGenesisAtALowerHeight(t *testing.T) {
	a := busy(t)
	g, err := a.ExportGenesis(a.ctx)
	require.NoError(t, err)
	c := again(t, a, *g, 0)
	for range 12 {
		c.next() // checks that counter and escrows agree
	}
	end, err := c.ExportGenesis(c.ctx)
	require.NoError(t, err)
	for _, r := range end.Requests {
		require.NotEqual(t, types.REQUEST_STATUS_QUEUED, r.Status)
	}
}

func TestGenesisValidate(t *testing.T) {
	f := busy(t)
	for _, tc := range []struct {
		name     string
		malleate func(g *types.GenesisState)
		expErr   string
	}{
		{"valid", func(*types.GenesisState) {}, ""},
		{"params", func(g *types.GenesisState) { g.Params.MaxSize = 0 }, "max_size"},
		{"offer twice", func(g *types.GenesisState) { g.Offers = append(g.Offers, g.Offers[0]) }, "ascending order"},
		{"offer without fuel", func(g *types.GenesisState) { g.Offers[0].MaxFuel = 0 }, "max_fuel"},
		{"offer of nobody", func(g *types.GenesisState) { g.Offers[0].Owner = "x" }, "owner"},
		{"offer overfilled", func(g *types.GenesisState) { g.Offers[0].Volume, g.Offers[0].Filled = 1, 2 }, "filled"},
		{"spent offer", func(g *types.GenesisState) { g.Spent = []string{g.Offers[0].Id} }, "is an offer"},
		{"spent id", func(g *types.GenesisState) { g.Spent = []string{"x"} }, "spent[0]"},
		{"deal id", func(g *types.GenesisState) { g.Deals[0].Id = "x" }, "deals[0].id"},
		{"deal requester", func(g *types.GenesisState) { g.Deals[0].Requester = "x" }, "deals[0].requester"},
		{"deal terms", func(g *types.GenesisState) { g.Deals[0].Terms.Trust = 1 }, "trust"},
		{"deal counts", func(g *types.GenesisState) { g.Deals[0].Opened = g.Deals[0].Size_ + 1 }, "opened <= size"},
		{"deal escrow", func(g *types.GenesisState) { g.Deals[0].Escrow++ }, "escrow"},
		{"opening unknown", func(g *types.GenesisState) { g.Opening[0] = g.Requests[0].Id }, "opening[0]"},
		{"opening twice", func(g *types.GenesisState) { g.Opening = append(g.Opening, g.Opening[0]) }, "each once"},
		{"opening missing", func(g *types.GenesisState) { g.Opening = g.Opening[1:] }, "is missing"},
		{"request requester", func(g *types.GenesisState) { g.Requests[0].Requester = "x" }, "requests[0].requester"},
		{"request deal", func(g *types.GenesisState) { g.Requests[0].Deal = g.Requests[0].Id }, "is no deal"},
		{"request status", func(g *types.GenesisState) { g.Requests[0].Status = 9 }, "status"},
		{"request escrow", func(g *types.GenesisState) { g.Requests[0].Escrow++ }, "escrow"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g, err := f.ExportGenesis(f.ctx)
			require.NoError(t, err)
			tc.malleate(g)
			err = g.Validate(addresses)
			if tc.expErr == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.expErr)
		})
	}
}

func TestGenesisRefusesInsolvency(t *testing.T) {
	a := busy(t)
	g, err := a.ExportGenesis(a.ctx)
	require.NoError(t, err)
	b := newFixture(t)
	require.ErrorIs(t, b.InitGenesis(b.ctx, *g), types.ErrInsolvent)
}
