package scenario

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func shortWindows(p *markettypes.Params) {
	p.CommitBlocks, p.RevealBlocks, p.WaitBlocks, p.MaxAttempts = 10, 5, 12, 3
	p.MinRevealSeconds = 0
}

// fewOpenings limits the number of tasks that are opened in a block to n.
func fewOpenings(n uint32) testutil.Option {
	return testutil.WithDealParams(func(p *dealstypes.Params) { p.OpensPerBlock = n })
}

func smallMarket() testutil.Option {
	return testutil.WithParams(nil, shortWindows, func(p *workerstypes.Params) { p.CoolingBlocks = 20 })
}

// habits gives each task its own mixture of truth, lies, silence and failure. The mixture is the same on every chain.
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

// TestOpenTasksSurviveAnImport: a chain with tasks in all phases is exported and imported. The export of the import is the same JSON, and
// two imports have the same app hash. From then on both chains live the same life: every task ends with the same verdict, every account has
// the same balance, every worker the same stake and record, and all ledgers are alike.
func TestOpenTasksSurviveAnImport(t *testing.T) {
	t.Parallel()
	old := testutil.NewCompute(t, testutil.ComputeOptions{Workers: 9, Slots: 12}, smallMarket(), fewOpenings(6))
	var ids []string
	submit := func(edit func(*markettypes.Job)) {
		job := old.Job()
		edit(&job)
		ids = append(ids, old.QueueSubmit(job)...)
	}
	submit(func(j *markettypes.Job) { j.Size_ = 40 }) // six are opened a block, so some are still to be opened
	submit(func(j *markettypes.Job) { j.Policy = poco.PolicyCourt })
	submit(func(j *markettypes.Job) { j.MinReplicas, j.Trust = 9, 100 }) // this one waits for enough organisations
	for i := range 14 {
		if i == 6 || i == 10 {
			submit(func(j *markettypes.Job) { j.MinReplicas = 3 })
		}
		for j, id := range ids {
			if old.HasTask(id) && (i+j)%3 > 0 { // so that the workers differ in speed
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

	open := func() bool { // the court takes one task at a time
		return slices.ContainsFunc(ids, func(id string) bool { return old.HasTask(id) && old.Task(id).Phase != taskstypes.PHASE_DONE })
	}
	for n := 0; n < 80 || open() && n < 400; n++ {
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
		require.Equal(t, old.HasTask(id), one.HasTask(id), "task %d", i)
		if !old.HasTask(id) {
			continue // no pool could have drawn for it
		}
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

// TestTheMarketSurvivesAnImport: a chain is exported with orders of every kind and status, resting requests, a rematch in progress, matches
// and requests that wait for the next block, and valid and expired vouchers. It also has floors, deals over several pools and half
// cancelled, pending terms of pools, offers of pools and apps, and invitations. The export of the import is the same JSON, and from then on
// both chains live the same life.
func TestTheMarketSurvivesAnImport(t *testing.T) {
	t.Parallel()
	old := testutil.NewCompute(t, crowdOptions(testutil.ComputeOptions{Workers: 9, Slots: 6, Commission: 300}), testutil.WithApp(callbacks),
		fewOpenings(6), testutil.WithParams(nil, func(p *markettypes.Params) { shortWindows(p); p.MatchesPerBlock, p.EndsPerBlock = 3, 1 },
			func(p *workerstypes.Params) { p.CoolingBlocks, p.NoticeBlocks, p.DuePerBlock = 20, 12, 3 }))
	s := newCrowd(old, "import of a market")
	for range 30 {
		for range 3 {
			s.somebody()
		}
		for _, id := range s.OpenTasks() {
			if s.below(2) == 0 {
				s.QueueWork(id, habits)
			}
		}
		s.Next()
		s.CheckBooks()
	}

	// These three blocks leave every operation half done.
	acme, grid, volt, studio := s.Actor(testutil.Requester), s.Actor(testutil.Operator), s.Actor("volt"), s.Actor(testutil.Provider)
	s.send(volt, &appstypes.MsgPublish{
		Owner: volt.String(), Name: "steady", Version: "1.0", Digest: taskstypes.DigestText([32]byte{1}), Size_: 1, Price: 50,
		Runtime: contract.RuntimeWasm, Locators: []string{"http://artifacts.example"}, Description: "steady",
	})
	for i, pool := range []string{"north", "south"} {
		operator := []*testutil.Account{grid, volt}[i]
		s.send(operator, &workerstypes.MsgCreatePool{
			Operator: operator.String(), Id: pool, Runtime: contract.RuntimeWasm, Stake: 100, Invited: i == 1, Description: pool,
		})
	}
	for i := 1; i <= 9; i++ {
		owner := s.Org(testutil.Lab(i)).Member()
		s.send(volt, &workerstypes.MsgInvite{Operator: volt.String(), Pool: "south", Organisation: testutil.Lab(i)})
		s.send(owner, &workerstypes.MsgUpdate{
			Owner: owner.String(), Worker: s.WorkerKey(testutil.Lab(i)).String(), Endpoint: "http://lab.example", Slots: 9, Pools: []string{"north", "south"},
		})
	}
	s.Next()
	place := func(operator *testutil.Account, pool string, price, volume uint64) markettypes.Order {
		return markettypes.Order{Owner: operator.String(), Nonce: s.next(), Pool: &markettypes.PoolOrder{
			Pool: pool, Price: price, Volume: volume, MaxFuel: 1 << 30, Stake: 100,
		}}
	}
	north := place(grid, "north", 10, 0)
	s.send(grid, &markettypes.MsgPlaceOrder{Owner: grid.String(), Order: north})
	s.send(grid, &markettypes.MsgPlaceOrder{Owner: grid.String(), Order: place(grid, "north", 8, 3)}) // will be filled
	job := func(edit func(*markettypes.Job)) markettypes.Job {
		j := s.Job()
		j.App, j.Trust = "volt/steady:1.0", 2
		j = s.PayWork(j, s.TenSeats())
		edit(&j)
		return j
	}
	patron := s.Actor("patron")
	voucher := s.next()
	s.send(patron, &voucherstypes.MsgIssueVoucher{
		Issuer: patron.String(), Nonce: voucher, Holder: acme.String(), Amount: 5_000, Expiry: s.Height() + 9, Description: "credit",
	})
	s.Next()
	submit := func(expiry int64, edit func(*markettypes.Job)) {
		nonce := s.next()
		s.send(acme, &markettypes.MsgSubmitTask{Requester: acme.String(), Nonce: nonce, Job: job(edit), Expiry: expiry})
	}
	submit(0, func(j *markettypes.Job) { j.Pool, j.Size_, j.Voucher = "north", 3, s.VoucherID(patron, voucher) })
	for i := range 9 {
		submit(s.Height()+60, func(j *markettypes.Job) {
			j.Pool, j.Size_ = "south", uint64(1+i%3)
			*j = s.PayWork(*j, 70+uint64(i))
		})
	}
	s.Next()
	s.NextN(3) // the nine requests rest on the book
	s.send(grid, &workerstypes.MsgSetPool{Operator: grid.String(), Id: "north", Description: "n", Terms: &workerstypes.PoolTerms{Stake: 150, MinPrice: 3}})
	s.send(volt, &workerstypes.MsgTransferPool{Operator: volt.String(), Pool: "south", To: testutil.Operator})
	s.send(volt, &appstypes.MsgTransfer{Owner: volt.String(), Id: "volt/steady", To: studio.String()})
	s.send(acme, &markettypes.MsgCancelOrders{Owner: acme.String(), Kind: markettypes.ORDER_KIND_REQUEST, Below: 1_001})
	south := place(volt, "south", 9, 0)
	s.send(volt, &markettypes.MsgPlaceOrder{Owner: volt.String(), Order: south})
	s.Next()
	for i := range 2 { // matches, an order and a request are in the last block
		wish := markettypes.Order{Owner: acme.String(), Nonce: s.next(), Request: new(markettypes.Job)}
		*wish.Request = job(func(j *markettypes.Job) { j.Size_, j.Partial = 2, true })
		s.send(grid, &markettypes.MsgMatchOrders{
			Relayer: grid.String(), Pool: markettypes.SignedOrder{Id: s.OrderID([]markettypes.Order{north, south}[i])}, Request: s.SignOrder(acme, wish),
		})
	}
	s.send(grid, &markettypes.MsgPlaceOrder{Owner: grid.String(), Order: place(grid, "north", 11, 0)})
	submit(0, func(*markettypes.Job) {})
	s.Next()
	for _, r := range s.Results() {
		require.Zero(t, r.Code, r.Log)
	}
	s.CheckBooks()

	exported := old.Export()
	g, err := app.MarketKeeper(old.App).ExportGenesis(old.Ctx())
	require.NoError(t, err)
	deals, err := app.DealsKeeper(old.App).ExportGenesis(old.Ctx())
	require.NoError(t, err)
	vouchers, err := app.VouchersKeeper(old.App).ExportGenesis(old.Ctx())
	require.NoError(t, err)
	statuses := map[string]int{}
	for _, o := range g.Orders {
		statuses[o.Status.String()]++
	}
	for _, r := range g.Requests {
		statuses[r.Status.String()]++
	}
	for what, n := range map[string]int{
		"orders": len(g.Orders), "deals": len(deals.Deals), "matches": len(g.Matches), "floors": len(g.Floors), "vouchers": len(vouchers.Vouchers),
		"arrivals": len(g.Arrivals), "rematches": len(g.Rematches), "resting orders": statuses["ORDER_STATUS_RESTING"],
		"signed orders": statuses["ORDER_STATUS_SIGNED"], "filled orders": statuses["ORDER_STATUS_FILLED"],
		"resting requests": statuses["REQUEST_STATUS_RESTING"], "signed requests": statuses["REQUEST_STATUS_SIGNED"],
		"queued requests": statuses["REQUEST_STATUS_QUEUED"], "open tasks": len(s.OpenTasks()),
	} {
		require.NotZero(t, n, "%s: %v", what, statuses)
	}
	pool, err := app.WorkersKeeper(old.App).GetPool(old.Ctx(), "north")
	require.NoError(t, err)
	require.NotNil(t, pool.Next)

	one, two := old.Resume(testutil.WithApp(callbacks)), old.Resume(testutil.WithApp(callbacks))
	sameState(t, exported.AppState, one.Export().AppState, "export, import, export")
	one.CheckBooks()
	one.Next()
	two.Next()
	require.Equal(t, one.AppHash(), two.AppHash(), "two imports")
	old.Next()
	for blocks := 0; len(one.OpenTasks()) > 0; blocks++ {
		require.Less(t, blocks, 400, "tasks do not end after an import: %v", one.OpenTasks())
		for _, c := range []*testutil.Compute{old, one} {
			for _, id := range c.OpenTasks() {
				c.QueueWork(id, habits)
			}
			c.Next()
		}
	}
	one.CheckBooks()
	sameState(t, old.Export().AppState, one.Export().AppState, "the whole state at the end")
}
