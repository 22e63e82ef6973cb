package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

func TestTradePinsEverything(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) {
		v.Size_ = 250_000 // three blocks to fetch and compile
		v.OutputPath, v.Locators, v.Tags = "img", []string{"http://127.0.0.1:2"}, []string{"eu"}
		v.Requirements = &appstypes.Resources{MemoryBytes: 7}
	})
	offer := f.place(with(f.poolOrder("open", 1, 100, 9), func(o *types.Order) { o.Pool.CommissionBps, o.Pool.Category = 150, "xs" }))
	app := f.place(with(appOrder("studio/ray:v1", 1, 8, 3), func(o *types.Order) { o.App.Tags = []string{"gpu"} }))
	data := f.place(datasetOrder("data/bb:v1", 1, 3, 4))
	j := job()
	j.Size_, j.MinReplicas, j.Value, j.FuelLimit, j.Category, j.Beneficiary = 2, 3, 7, 0, "xs", addr("cyd")
	j.Inputs = []*dealstypes.Input{{Name: "scenes/teapot.json", Digest: digest, Size_: 500_001, Locators: []string{"http://127.0.0.1:1"}}} // two blocks
	j.Datasets = []string{"data/aa:v1", "data/bb:v1"}
	j.Resources.CpuMillis = 9
	j.Execution = &dealstypes.Execution{OkExit: []uint32{0, 10}, Stdin: "scenes/teapot.json", Env: []string{"LEVEL=9"}}
	f.setParams(func(p *types.Params) { p.MaxFuel = 1_000 })
	f.tx(func(ctx sdkContext, m types.MsgServer) error {
		_, err := m.SetCategory(ctx, &types.MsgSetCategory{Category: types.Category{Id: "xs", Seconds: 10, FuelLimit: 900}})
		require.NoError(t, err)
		return nil
	})
	id := f.submit("ann", 1, j)
	f.next()

	d := f.deal(id)
	require.Equal(t, dealstypes.Terms{
		Policy: "credence", Trust: 10_000, AppPrice: 8, DatasetPrice: 5 + 3, Price: 100, CommissionBps: 150, Stake: 500, Value: 916, CourtFee: 100, Premium: 1,
		InformerBps: 2_000, MinReplicas: 3, MaxSeats: 9, FuelLimit: 900,
		CommitBlocks: 120 + 20 + 3 + 2, RevealBlocks: 120, CourtBlocks: 120 + 20 + 3 + 2, CourtRevealBlocks: 120, WaitBlocks: 60, RetryBlocks: 5, MaxAttempts: 5, AuditBlocks: 1_200 + 145, AnswerBlocks: 135,
	}, d.Terms)
	rid, err := types.ParseID(id)
	require.NoError(t, err)
	require.Equal(t, dealstypes.Deal{
		Id: types.FormatID(poco.DealID(rid, 0)), Request: id, PoolOrder: offer, AppOrder: app, Pool: "open", PoolOwner: addr("acme"),
		Requester: addr("ann"), Beneficiary: addr("cyd"), App: "studio/ray", AppVersion: "v1", AppOwner: addr("studio"), AppOrganisation: "studio",
		Digest: digest, ModuleSize: 250_000, Runtime: "wasm", Locators: []string{"http://127.0.0.1:2"}, OutputPath: "img", Args: j.Args, Inputs: j.Inputs, Execution: j.Execution,
		Datasets: []dealstypes.PinnedDataset{
			{Dataset: "data/aa", Version: "v1", Digest: digest, Owner: addr("data"), Organisation: "data", Price: 5},
			{Dataset: "data/bb", Version: "v1", Digest: digest, Owner: addr("data"), Organisation: "data", Price: 3, Order: data},
		},
		Terms: d.Terms, Size_: 2, Bag: 2, Opened: 2, Escrow: 2 * 917, Height: 2, Time: 1_700_000_000, Category: "xs",
		Tags: []string{"eu", "gpu"}, Resources: appstypes.Resources{CpuMillis: 9, MemoryBytes: 7},
	}, d)
	require.EqualValues(t, 10_000-2*917, f.balance("ann"), "what the seats cannot cost comes back at once")
	require.Equal(t, []string{d.Id + "/0", d.Id + "/1"}, f.tasks.opened)
	for _, o := range []string{offer, app, data} {
		require.EqualValues(t, 2, f.order(o).Filled)
	}
	r := f.request(id)
	require.Equal(t, types.REQUEST_STATUS_MATCHED, r.Status)
	require.Zero(t, r.Escrow)
	require.EqualValues(t, 1, r.Deals)

	terms := dealstypes.TermsToPoco(chainID, d, 0)
	require.NoError(t, terms.Validate())
	require.Equal(t, chainID, terms.ChainID)
	require.Equal(t, addr("ann"), terms.Requester)
	require.Equal(t, addr("studio"), terms.AppOwner)
	require.Equal(t, addr("acme"), terms.PoolOwner)
	require.Equal(t, []poco.Royalty{{To: addr("data"), Amount: 5}, {To: addr("data"), Amount: 3}}, terms.Royalties)

	made := events[*dealstypes.EventDeal](f)
	require.Equal(t, []*dealstypes.EventDeal{{
		Id: d.Id, Request: id, PoolOrder: offer, AppOrder: app, DatasetOrders: []string{"", data}, Size_: 2, Escrow: 2 * 917, Payer: addr("ann"),
		App: d.App, Requester: addr("ann"), Pool: d.Pool,
	}}, made)
}

// Terms are pinned: a change of prices, parameters, categories or pools after the match leaves the deal alone.
func TestTradeTakesThePricesOfItsBlock(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	f.place(with(f.poolOrder("open", 1, 100, 0), func(o *types.Order) { o.Pool.Category = "xs"; o.Pool.MaxFuel = 1e14 }))
	j := job()
	j.Category = "xs"
	id := f.submit("ann", 1, j)
	f.addApp("studio/ray:v1", 20)
	f.next()
	before := f.deal(id)
	require.EqualValues(t, 20, before.Terms.AppPrice, "the price at the match, within max_price")
	require.EqualValues(t, 120+600, before.Terms.CommitBlocks, "300 seconds of half-second blocks")
	f.addApp("studio/ray:v1", 900)
	f.setParams(func(p *types.Params) { p.RevealBlocks, p.BlockMillis, p.MinRevealSeconds = 99, 1, 0 })
	f.tx(func(ctx sdkContext, m types.MsgServer) error {
		_, err := m.SetCategory(ctx, &types.MsgSetCategory{Category: types.Category{Id: "xs", Seconds: 1, FuelLimit: 1}})
		require.NoError(t, err)
		return nil
	})
	f.pools.pools["open"] = f.pools.pools["second"]
	f.next()
	require.Equal(t, before, f.deal(id))
}

// TestDealPinsHowItIsRun: the folder that a job names as its result goes before the version's, and the version's statuses
// are pinned beside what the job says.
func TestDealPinsHowItIsRun(t *testing.T) {
	for named, want := range map[string]string{"": "img", "mine": "mine"} {
		f := newFixture(t)
		f.fund("ann", 10_000)
		f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) { v.OutputPath, v.OkExit = "img", []uint32{0, 7} })
		f.place(f.poolOrder("open", 1, 100, 9))
		j := job()
		j.Execution = &dealstypes.Execution{OutputPath: named, Seed: "7"}
		id := f.submit("ann", 1, j)
		f.next()
		d := f.deal(id)
		require.Equal(t, want, d.OutputPath)
		require.Equal(t, []uint32{0, 7}, d.OkExit)
		require.Equal(t, []uint32{0, 7}, d.RunExecution().OkExit)
		require.Equal(t, "7", d.RunExecution().Seed)
	}
}
