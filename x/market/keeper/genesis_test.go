package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/credence-chain/credence/internal/purse"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

var rich = []string{"ann", "bob", "iss", "w1"}

// busy is a market with everything in it: orders and requests of every status, deals opening, open, cancelled and not
// closed yet, vouchers live and expired, a rematch under way, matches proposed, arrivals, floors.
func busy(t testing.TB) *fixture {
	f := newFixture(t)
	busyWorld(f)
	for _, n := range rich[:3] {
		f.fund(n, 1_000_000)
	}
	f.offer("open", 1, 50, 1)
	f.offer("open", 2, 60, 0)
	f.presign(f.poolOrder("open", 3, 1, 0))
	require.NoError(t, f.cancelNonce("acme", kindPool, 9))
	f.place(with(f.poolOrder("open", 4, 70, 0), func(o *types.Order) { o.Expiry = 3 }))
	f.place(with(f.poolOrder("open", 5, 1, 0), func(o *types.Order) { o.Pool.Category = "xs" }))
	f.place(appOrder("studio/ray:v1", 1, 9, 0))
	f.place(with(datasetOrder("data/aa:v1", 1, 1, 0), func(o *types.Order) { o.Expiry = 400 }))
	f.next()
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 4 })
	f.setDealParams(func(p *dealstypes.Params) { p.OpensPerBlock = 3 })
	f.submit("ann", 1, job())
	old := f.issue("iss", 1, "ann", 5_000, 6)
	v := f.issue("iss", 2, "bob", 5_000, 900)
	j := job()
	j.Size_ = 7
	large := f.submit("ann", 2, j)
	f.next()
	f.next()
	none := job()
	none.Pool = "second"
	f.submit("bob", 1, none)
	f.rest("bob", 2, none, 6)
	none.Voucher = v
	f.rest("bob", 3, none, 500)
	none.Voucher = ""
	f.presign(requestOrder("bob", 4, none))
	f.submit("ann", 3, j)
	f.until(7)
	require.True(t, f.voucher(old).Expired)
	f.setPool("open", pool("stake"))
	stale := job()
	stale.Category, stale.Pool = "xs", "open"
	f.submit("bob", 5, stale) // takes the order that is stale now off the book
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 100 })
	by := job()
	by.App = "studio/zoo:v1"
	for i := range uint64(9) {
		f.rest("bob", 20+i, by, 500) // wait for an app order
	}
	for i := range uint64(5) {
		f.rest("ann", 30+i, none, 500) // wait for a pool's
	}
	f.next()
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 4 })
	f.place(appOrder("studio/zoo:v1", 2, 1, 0))
	f.offer("second", 8, 900, 0) // too dear for most
	f.next()                     // rematches four of them
	f.setPool("open", pool("fair"))
	f.offer("open", 10, 50, 0)
	for i := range uint64(6) {
		f.submit("bob", 10+i, j)
	}
	require.NoError(t, f.cancel("bob", f.submit("bob", 19, j)))
	_, err := f.matchErr(types.MsgMatchOrders{
		Relayer: addr("eve"), Pool: f.sign(f.poolOrder("open", 7, 80, 0)), Request: f.sign(requestOrder("ann", 9, job())),
	})
	require.NoError(t, err)
	f.next() // two of the requests stay queued
	d := f.deal(large)
	each, err := d.Terms.Escrow()
	require.NoError(t, err)
	_, to := account("w1")
	require.NoError(t, f.settleTask(d.Id, 0, []dealstypes.EscrowPay{{To: to, Amount: 60}}, each-60, true))
	_, err = f.matchErr(types.MsgMatchOrders{
		Relayer: addr("eve"), Pool: types.SignedOrder{Id: idOf(f.poolOrder("open", 7, 80, 0))}, Request: f.sign(requestOrder("ann", 10, job())),
	})
	require.NoError(t, err)
	f.offer("second", 11, 300, 0)
	f.place(appOrder("studio/zoo:v1", 12, 1, 0))
	require.NoError(t, f.cancelBelow("bolt", kindPool, 5))
	require.NoError(t, f.cancelBelow("ann", kindRequest, 1))
	g, err := f.dealing.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, f.cancel(names[dealOf(t, g, g.Opening[len(g.Opening)-1]).Requester], dealOf(t, g, g.Opening[len(g.Opening)-1]).Request))
	f.endBlock()
	return f
}

// busyWorld is what the modules beside the market hold there.
func busyWorld(f *fixture) {
	f.addApp("studio/zoo:v1", 10)
	f.setApp("studio/zoo:v1", func(_ *appstypes.App, v *appstypes.Version) { v.ByOrder = true })
}

func dealOf(t testing.TB, g *dealstypes.GenesisState, id string) dealstypes.Deal {
	for _, d := range g.Deals {
		if d.Id == id {
			return d
		}
	}
	require.Fail(t, "no such deal")
	return dealstypes.Deal{}
}

var jsonCodec = codec.NewProtoCodec(codectypes.NewInterfaceRegistry())

// state is that of the modules that keep the market's records and money.
type state struct {
	vouchers *voucherstypes.GenesisState
	deals    *dealstypes.GenesisState
	market   *types.GenesisState
}

func exportState(f *fixture) (s state) {
	var err error
	s.vouchers, err = f.vouchers.ExportGenesis(f.ctx)
	require.NoError(f, err)
	s.deals, err = f.dealing.ExportGenesis(f.ctx)
	require.NoError(f, err)
	s.market, err = f.ExportGenesis(f.ctx)
	require.NoError(f, err)
	return s
}

// text returns the state as the genesis file has it.
func (s state) text() string {
	return string(jsonCodec.MustMarshalJSON(s.vouchers)) + "\n" + string(jsonCodec.MustMarshalJSON(s.deals)) + "\n" + string(jsonCodec.MustMarshalJSON(s.market))
}

// reread returns the state as it is read out of a genesis file.
func (s state) reread() state {
	back := state{&voucherstypes.GenesisState{}, &dealstypes.GenesisState{}, &types.GenesisState{}}
	jsonCodec.MustUnmarshalJSON(jsonCodec.MustMarshalJSON(s.vouchers), back.vouchers)
	jsonCodec.MustUnmarshalJSON(jsonCodec.MustMarshalJSON(s.deals), back.deals)
	jsonCodec.MustUnmarshalJSON(jsonCodec.MustMarshalJSON(s.market), back.market)
	return back
}

// again imports a state into an empty chain whose accounts and coins are those of the exported one.
func again(t testing.TB, from *fixture, s state, height int64) *fixture {
	f := newFixture(t)
	busyWorld(f)
	f.ctx = f.ctx.WithBlockHeight(height)
	for _, n := range rich {
		if b := from.balance(n); b > 0 {
			f.fund(n, b)
		}
	}
	for _, module := range []string{voucherstypes.ModuleName, dealstypes.ModuleName, types.ModuleName} {
		held := f.bankBalance(from, module)
		require.NoError(t, f.bank.MintCoins(f.ctx, faucet, held))
		require.NoError(t, f.bank.SendCoinsFromModuleToModule(f.ctx, faucet, module, held))
	}
	require.NoError(t, f.vouchers.InitGenesis(f.ctx, *s.vouchers))
	require.NoError(t, f.dealing.InitGenesis(f.ctx, *s.deals))
	require.NoError(t, f.InitGenesis(f.ctx, *s.market))
	f.checkInvariants()
	return f
}

func (f *fixture) bankBalance(of *fixture, module string) sdk.Coins {
	return sdk.NewCoins(of.bank.GetBalance(of.ctx, authtypes.NewModuleAddress(module), types.Denom))
}

func TestGenesisIsLossless(t *testing.T) {
	a := busy(t)
	whole := exportState(a)
	exported := whole.market
	requests, orders := map[types.RequestStatus]bool{}, map[types.OrderStatus]bool{}
	for _, r := range exported.Requests {
		requests[r.Status] = true
	}
	for _, o := range exported.Orders {
		orders[o.Status] = true
	}
	require.Len(t, requests, 7, "every status must be in it for the test to mean something")
	require.Len(t, orders, 6)
	require.NotEmpty(t, exported.Matches)
	require.Len(t, exported.Arrivals, 2)
	require.NotEmpty(t, exported.Rematches)
	require.NotEmpty(t, exported.LastRematch)
	require.Len(t, exported.Floors, 2)
	require.Len(t, whole.vouchers.Vouchers, 2)
	require.Greater(t, len(whole.deals.Opening), 1)

	g := whole.reread()
	b := again(t, a, g, a.height()+1)
	require.Equal(t, whole.text(), exportState(b).text())
	require.Equal(t, b.dump(), again(t, a, g, a.height()+1).dump(), "two imports agree on the store")

	// Both chains go on alike, to the last coin.
	a.ctx = a.ctx.WithBlockHeight(a.height() + 1)
	a.beginBlock()
	b.beginBlock()
	for range 40 {
		a.next()
		b.next()
	}
	end := exportState(a)
	require.Equal(t, end.text(), exportState(b).text())
	require.Empty(t, end.deals.Opening)
	require.Empty(t, end.market.Rematches)
	for _, n := range rich {
		require.Equal(t, a.balance(n), b.balance(n))
	}
}

// A chain that begins below the exported heights meets what waited at once, and counts its money once.
func TestGenesisAtALowerHeight(t *testing.T) {
	a := busy(t)
	c := again(t, a, exportState(a), 0)
	for range 40 {
		c.next() // checks that counter and escrows agree
	}
	end, err := c.ExportGenesis(c.ctx)
	require.NoError(t, err)
	require.Empty(t, end.Arrivals)
	require.Empty(t, end.Matches)
	for _, r := range end.Requests {
		require.NotEqual(t, types.REQUEST_STATUS_QUEUED, r.Status)
	}
}

func TestGenesisValidate(t *testing.T) {
	f := busy(t)
	request := func(g *types.GenesisState, status types.RequestStatus) *types.Request {
		for i := range g.Requests {
			if g.Requests[i].Status == status {
				return &g.Requests[i]
			}
		}
		panic("no such request")
	}
	order := func(g *types.GenesisState, status types.OrderStatus) *types.OrderRecord {
		for i := range g.Orders {
			if g.Orders[i].Status == status && g.Orders[i].Order.Pool != nil {
				return &g.Orders[i]
			}
		}
		panic("no such order")
	}
	const resting = types.ORDER_STATUS_RESTING
	for _, tc := range []struct {
		name     string
		malleate func(g *types.GenesisState)
		expErr   string
	}{
		{"valid", func(*types.GenesisState) {}, ""},
		{"params", func(g *types.GenesisState) { g.Params.MaxSize = 0 }, "max_size"},
		{"order twice", func(g *types.GenesisState) { g.Orders = append(g.Orders, g.Orders[0]) }, "ascending order"},
		{"order without fuel", func(g *types.GenesisState) { order(g, resting).Order.Pool.MaxFuel = 0 }, "max_fuel"},
		{"order of nobody", func(g *types.GenesisState) { order(g, resting).Order.Owner = "x" }, "owner"},
		{"order overfilled", func(g *types.GenesisState) { o := order(g, types.ORDER_STATUS_FILLED); o.Filled++ }, "filled"},
		{"order of no kind", func(g *types.GenesisState) { g.Orders[0].Kind = 0 }, "kind"},
		{"order of another kind", func(g *types.GenesisState) { order(g, resting).Kind = kindApp }, "kind"},
		{"order without content", func(g *types.GenesisState) { order(g, resting).Order.Pool = nil }, "orders["},
		{"order status", func(g *types.GenesisState) { g.Orders[0].Status = 9 }, "status"},
		{"order rank", func(g *types.GenesisState) { order(g, resting).Rank = "xy" }, "rank"},
		{"order id", func(g *types.GenesisState) { g.Orders[0].Id = "x" }, "orders[0].id"},
		{"arrival unknown", func(g *types.GenesisState) { g.Arrivals[1] = types.FormatID([32]byte{255, 255, 255}) }, "arrivals[1]"},
		{"arrival twice", func(g *types.GenesisState) { g.Arrivals = append(g.Arrivals, g.Arrivals[1]) }, "arrivals[2]"},
		{"request id", func(g *types.GenesisState) { g.Requests[0].Id = "x" }, "requests[0].id"},
		{"request requester", func(g *types.GenesisState) { g.Requests[0].Requester = "x" }, "requests[0].requester"},
		{"request status", func(g *types.GenesisState) { g.Requests[0].Status = 10 }, "status"},
		{"request height", func(g *types.GenesisState) { g.Requests[0].Height = -1 }, "height"},
		{"queued request's escrow", func(g *types.GenesisState) { request(g, types.REQUEST_STATUS_QUEUED).Escrow++ }, "escrow"},
		{"matched request's escrow", func(g *types.GenesisState) { request(g, types.REQUEST_STATUS_MATCHED).Escrow++ }, "escrow"},
		{"request overfilled", func(g *types.GenesisState) {
			r := request(g, types.REQUEST_STATUS_MATCHED)
			r.Filled++
		}, "filled"},
		{"request filled without a deal", func(g *types.GenesisState) { request(g, types.REQUEST_STATUS_RESTING).Filled = 1 }, "deal:"},
		{"request's policy", func(g *types.GenesisState) { request(g, types.REQUEST_STATUS_RESTING).Job.Policy = "" }, "policy"},
		{"resting request without a topic", func(g *types.GenesisState) { request(g, types.REQUEST_STATUS_RESTING).Topic = "" }, "topic"},
		{"match id", func(g *types.GenesisState) { g.Matches[0].Id = "x" }, "matches[0]"},
		{"match of an unknown request", func(g *types.GenesisState) { g.Matches[0].Request = g.Matches[0].Id }, "matches[0].request"},
		{"match of an unknown order", func(g *types.GenesisState) { g.Matches[0].Pool = g.Matches[0].Id }, "matches[0]"},
		{"floor owner", func(g *types.GenesisState) { g.Floors[0].Owner = "x" }, "floors[0]"},
		{"floor of nothing", func(g *types.GenesisState) { g.Floors[0].Below = 0 }, "floors[0]"},
		{"floor twice", func(g *types.GenesisState) { g.Floors = append(g.Floors, g.Floors[0]) }, "floors[2]"},
		{"category twice", func(g *types.GenesisState) { g.Categories = append(g.Categories, g.Categories[0]) }, "categories["},
		{"category", func(g *types.GenesisState) { g.Categories[0].Seconds = 0 }, "categories[0]"},
		{"rematch twice", func(g *types.GenesisState) { g.Rematches = append(g.Rematches, g.Rematches[0]) }, "rematches["},
		{"rematch's cursor", func(g *types.GenesisState) { g.Rematches[0].After = "x" }, "rematches[0]"},
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

// What requests and deals say of each other is checked when both are there.
func TestGenesisOfRequestsAndDeals(t *testing.T) {
	a := busy(t)
	s := exportState(a)
	b := newFixture(t)
	busyWorld(b)
	require.ErrorContains(t, b.InitGenesis(b.ctx, *s.market), "is no deal")
	b = newFixture(t)
	require.ErrorIs(t, b.dealing.InitGenesis(b.ctx, *s.deals), purse.ErrInsolvent)
	require.ErrorContains(t, b.InitGenesis(b.ctx, *types.DefaultGenesis()), "is no request")
}

// The deals' part of the state is refused likewise.
func TestGenesisOfDealsValidate(t *testing.T) {
	f := busy(t)
	unknown := types.FormatID([32]byte{255})
	for _, tc := range []struct {
		name     string
		malleate func(g *dealstypes.GenesisState)
		expErr   string
	}{
		{"valid", func(*dealstypes.GenesisState) {}, ""},
		{"params", func(g *dealstypes.GenesisState) { g.Params.OpensPerBlock = 0 }, "opens_per_block"},
		{"deal id", func(g *dealstypes.GenesisState) { g.Deals[0].Id = "x" }, "deals[0].id"},
		{"deal requester", func(g *dealstypes.GenesisState) { g.Deals[0].Requester = "x" }, "deals[0]"},
		{"deal pool owner", func(g *dealstypes.GenesisState) { g.Deals[0].PoolOwner = "x" }, "deals[0]"},
		{"deal terms", func(g *dealstypes.GenesisState) { g.Deals[0].Terms.Trust = 1 }, "trust"},
		{"deal counts", func(g *dealstypes.GenesisState) { g.Deals[0].Opened = g.Deals[0].Size_ + 1 }, "opened <= size"},
		{"deal part", func(g *dealstypes.GenesisState) { g.Deals[0].First++ }, "a part of the bag"},
		{"deal escrow", func(g *dealstypes.GenesisState) { g.Deals[0].Escrow++ }, "escrow"},
		{"opening unknown", func(g *dealstypes.GenesisState) { g.Opening[0] = unknown }, "opening[0]"},
		{"opening twice", func(g *dealstypes.GenesisState) { g.Opening = append(g.Opening, g.Opening[0]) }, "each once"},
		{"opening missing", func(g *dealstypes.GenesisState) { g.Opening = g.Opening[1:] }, "is missing"},
		{"release of no deal", func(g *dealstypes.GenesisState) { g.Releases = []dealstypes.Release{{Deal: unknown}} }, "releases[0]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g, err := f.dealing.ExportGenesis(f.ctx)
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
	s := exportState(busy(t))
	b := newFixture(t)
	require.ErrorIs(t, b.dealing.InitGenesis(b.ctx, *s.deals), purse.ErrInsolvent)
	s.deals.Deals, s.deals.Opening, s.deals.Releases = nil, nil, nil
	for i := range s.market.Requests {
		s.market.Requests[i].Deal = ""
	}
	require.ErrorContains(t, b.vouchers.InitGenesis(b.ctx, *s.vouchers), purse.ErrInsolvent.Error())
}
