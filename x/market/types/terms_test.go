package types_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

func amount(t *rapid.T, name string) uint64 {
	return rapid.OneOf(rapid.Uint64Range(0, 100), rapid.Uint64Range(0, types.MaxPrice), rapid.Just(uint64(types.MaxPrice))).Draw(t, name)
}

// wholeCost is what a task of a job costs with so much work: the premium of its value is on top under a policy with ledgers.
func wholeCost(j types.Job, work *big.Int) *big.Int {
	value := new(big.Int).SetUint64(j.Value)
	if value.Cmp(work) < 0 {
		value.Set(work)
	}
	if j.Policy != poco.PolicyCredence {
		value.SetUint64(0)
	}
	trust := new(big.Int).SetUint64(j.Trust)
	premium := value.Add(value, new(big.Int).Sub(trust, big.NewInt(1)))
	return premium.Quo(premium, trust).Add(premium, work)
}

// anyCourt draws what a court's seats are paid.
func anyCourt(t *rapid.T) types.Court {
	return types.Court{
		Seats: rapid.SampledFrom([]uint64{0, 1, 4, 31}).Draw(t, "court seats"), Floor: rapid.SampledFrom([]uint64{0, 1, 50, amount(t, "floor")}).Draw(t, "least fee"),
	}
}

// depositFor is a twin of the court's deposit: each seat earns the price of a replica, or the floor where that is more.
func depositFor(c types.Court, price uint64) *big.Int {
	fee := new(big.Int).SetUint64(max(price, c.Floor))
	return fee.Mul(fee, new(big.Int).SetUint64(c.Seats))
}

// Seats against an obviously right twin: the most replicas whose cost, the app's price, the premium and the court's deposit are within
// max_price.
func TestSeatsAgainstTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := types.Job{
			Policy:      rapid.SampledFrom([]string{poco.PolicyCredence, poco.PolicyCourt}).Draw(t, "policy"),
			MinReplicas: rapid.Uint32Range(0, poco.MaxReplicas).Draw(t, "min_replicas"),
			MaxPrice:    max(1, amount(t, "max_price")),
			Value:       rapid.SampledFrom([]uint64{0, amount(t, "value")}).Draw(t, "declared"),
			Trust:       rapid.SampledFrom([]uint64{2, 5, 10_000, poco.MaxTrust}).Draw(t, "trust"),
		}
		appPrice, price := amount(t, "app_price"), amount(t, "price")
		datasetPrice := rapid.Uint64Range(0, appPrice).Draw(t, "dataset_price") // the two together
		court := anyCourt(t)
		cost := func(n int64) *big.Int {
			c := new(big.Int).Mul(new(big.Int).SetUint64(price), big.NewInt(n))
			c = wholeCost(j, c.Add(c, new(big.Int).SetUint64(appPrice)))
			return c.Add(c, depositFor(court, price))
		}
		want := int64(0)
		for n := int64(1); n <= dealstypes.MaxSeats && cost(n).Cmp(new(big.Int).SetUint64(j.MaxPrice)) <= 0; n++ {
			want = n
		}
		need := int64(1)
		if j.Policy == poco.PolicyCredence {
			need = int64(max(2, j.MinReplicas))
		}
		got, err := j.Seats(types.Prices{App: appPrice - datasetPrice, Dataset: datasetPrice, Pool: price, Court: court})
		if want < need {
			if !errors.Is(err, types.ErrUnaffordable) {
				t.Fatalf("%d seats of %d needed: got %d, %v", want, need, got, err)
			}
			return
		}
		if err != nil || int64(got) != want {
			t.Fatalf("expected %d seats, got %d, %v", want, got, err)
		}
	})
}

// A deal pins no more seats than its policy can need, and a court's fee only where one may judge.
func TestTermsOfAPolicy(t *testing.T) {
	for _, c := range []struct {
		policy      string
		min         uint32
		seats       uint32
		fee         uint64
		need, staff uint64
	}{
		{"credence", 0, dealstypes.MaxSeats, 10, 2, 2},
		{"credence", 5, dealstypes.MaxSeats, 10, 5, 5},
		{"court", 0, dealstypes.MaxSeats, 10, 1, 0},
		{"quorum", 0, 3, 0, 3, 3},
		{"quorum", 5, 5, 0, 5, 5},
		{"jury", 0, 24, 0, 4, 4},
		{"jury", 6, 24, 0, 6, 6},
		{"iexec", 0, 24, 0, 7, 7},
		{"single", 0, 1, 0, 1, 1},
	} {
		j := types.Job{Policy: c.policy, Trust: 100, MinReplicas: c.min, MaxPrice: 1_000, Size_: 1, FuelLimit: 1}
		terms, err := types.NewTerms(types.DefaultParams(), j, nil, types.Prices{App: 50, Pool: 10, Stake: 1_000}, poco.Work{Fuel: 1})
		require.NoError(t, err)
		require.Equal(t, c.seats, terms.MaxSeats, c.policy)
		require.Equal(t, c.fee, terms.CourtFee, c.policy)
		require.Equal(t, []uint64{c.need, c.staff}, []uint64{j.Need(), j.Staff()}, c.policy)
	}
}

// Terms made of valid jobs are valid, cost at most max_price, and carry over to the protocol whole.
func TestNewTerms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := types.DefaultParams()
		j := types.Job{
			Trust: rapid.Uint64Range(poco.MinTrust, poco.MaxTrust).Draw(t, "trust"), MinReplicas: rapid.Uint32Range(0, poco.MaxReplicas).Draw(t, "min_replicas"),
			MaxPrice: amount(t, "max_price"), Value: rapid.Uint64Range(0, math.MaxUint64/4).Draw(t, "value"), FuelLimit: rapid.Uint64Range(1, p.MaxFuel).Draw(t, "fuel"),
		}.Normal()
		terms, err := types.NewTerms(p, j, nil, types.Prices{
			App: amount(t, "app_price"), Dataset: amount(t, "dataset_price"), Pool: amount(t, "price"),
			Commission: rapid.Uint32Range(0, 10_000).Draw(t, "commission"), Stake: rapid.Uint64().Draw(t, "stake"),
		}, poco.Work{
			Fuel: j.FuelLimit, ModuleBytes: rapid.Uint64Range(1, contract.LargestProgramBytes()).Draw(t, "module"),
			InputBytes:  rapid.Uint64Range(0, p.MaxInputBytes).Draw(t, "inputs"),
			OutputBytes: rapid.Uint64Range(0, p.MaxOutputBytes).Draw(t, "output"),
		})
		if errors.Is(err, types.ErrUnaffordable) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		escrow, err := terms.Escrow()
		if err != nil || j.MaxPrice > 0 && escrow > j.MaxPrice {
			t.Fatalf("escrow %d of max_price %d, %v", escrow, j.MaxPrice, err)
		}
		if terms.Value < escrow-terms.Premium || terms.Value < j.Value {
			t.Fatalf("value %d below the price %d or the declared %d", terms.Value, escrow-terms.Premium, j.Value)
		}
		if want := poco.PremiumFor(terms.Policy, terms.Value, terms.Trust); terms.Premium != want || want == 0 && terms.Value > 0 {
			t.Fatalf("premium %d, expected %d for the value %d at trust %d", terms.Premium, want, terms.Value, terms.Trust)
		}
		q := dealstypes.TermsToPoco("c", dealstypes.Deal{Requester: "r", AppOwner: "o", Terms: terms}, 0)
		if q.AnswerBlocks != terms.AnswerBlocks {
			t.Fatalf("%d blocks for the bytes of an answer, the deal has %d", q.AnswerBlocks, terms.AnswerBlocks)
		}
		if err := q.Validate(); err != nil || q.Stake != terms.Stake || q.ChainID != "c" || q.Requester != "r" || q.AppOwner != "o" {
			t.Fatalf("%+v: %v", q, err)
		}
		if same, _ := q.Escrow(); same != escrow {
			t.Fatalf("the protocol's escrow is %d, the market's %d", same, escrow)
		}
	})
}

func TestParamsValidate(t *testing.T) {
	require.NoError(t, types.DefaultParams().Validate())
	for _, tc := range []struct {
		name     string
		malleate func(p *types.Params)
	}{
		{"commit_blocks", func(p *types.Params) { p.CommitBlocks = 0 }},
		{"reveal_blocks", func(p *types.Params) { p.RevealBlocks = -1 }},
		{"reveal_blocks", func(p *types.Params) { p.RevealBlocks = 119 }},                            // of half a second: less than a minute
		{"min_reveal_seconds", func(p *types.Params) { p.BlockMillis = 499 }},                        // likewise
		{"reveal_blocks", func(p *types.Params) { p.RevealBlocks, p.MinRevealSeconds = 1_200, 601 }}, // a floor that was raised alone
		{"min_reveal_seconds", func(p *types.Params) { p.MinRevealSeconds = 86_401 }},
		{"wait_blocks", func(p *types.Params) { p.WaitBlocks = 1<<32 + 1 }},
		{"retry_blocks", func(p *types.Params) { p.RetryBlocks = 0 }},
		{"fuel_per_block", func(p *types.Params) { p.FuelPerBlock = 0 }},
		{"fuel_per_block", func(p *types.Params) { p.FuelPerBlock = 1 }}, // windows beyond 2^32
		{"max_attempts", func(p *types.Params) { p.MaxAttempts = 0 }},
		{"informer_bps", func(p *types.Params) { p.InformerBps = 5_000 }},
		{"matches_per_block", func(p *types.Params) { p.MatchesPerBlock = 0 }},
		{"max_size", func(p *types.Params) { p.MaxSize = 0 }},
		{"max_fuel", func(p *types.Params) { p.MaxFuel = 0 }},
		{"max_inputs", func(p *types.Params) { p.MaxInputs = 0 }},
		{"max_input_bytes", func(p *types.Params) { p.MaxInputBytes = 1<<50 + 1 }},
		{"max_output_bytes", func(p *types.Params) { p.MaxOutputBytes = contract.DefaultOutputBytes - 1 }},
		{"max_output_bytes", func(p *types.Params) { p.MaxOutputBytes = contract.MaxOutputBytes + 1 }},
		{"max_arg_bytes", func(p *types.Params) { p.MaxArgBytes = 0 }},
		{"max_datasets", func(p *types.Params) { p.MaxDatasets = 1_001 }},
		{"block_millis", func(p *types.Params) { p.BlockMillis = 0 }},
		{"looks_per_block", func(p *types.Params) { p.LooksPerBlock = types.MaxLooks - 1 }},
		{"max_rest_blocks", func(p *types.Params) { p.MaxRestBlocks = 0 }},
		{"ends_per_block", func(p *types.Params) { p.EndsPerBlock = 0 }},
		{"court_fee", func(p *types.Params) { p.CourtFee = 0 }},
		{"court_fee_per_gfuel", func(p *types.Params) { p.CourtFeePerGfuel = 0 }},
		{"audit_blocks", func(p *types.Params) { p.AuditBlocks = -1 }},
		{"audit_blocks", func(p *types.Params) { p.AuditBlocks, p.MaxAuditBlocks = 11, 10 }},
		{"max_audit_blocks", func(p *types.Params) { p.MaxAuditBlocks = 1<<31 + 1 }},
		{"module_bytes_per_block", func(p *types.Params) { p.ModuleBytesPerBlock = 0 }},
		{"input_bytes_per_block", func(p *types.Params) { p.InputBytesPerBlock = 0 }},
		{"input_bytes_per_block", func(p *types.Params) { p.MaxInputBytes, p.InputBytesPerBlock = 1<<50, 1 }}, // windows beyond 2^32
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := types.DefaultParams()
			tc.malleate(&p)
			err := p.Validate()
			require.ErrorIs(t, err, types.ErrInvalidParams)
			require.ErrorContains(t, err, tc.name)
		})
	}
}

// TestCourtFeeHasAFloor: whatever the pool's price, a seat of the court is paid for the fuel that it may have to burn.
func TestCourtFeeHasAFloor(t *testing.T) {
	p := types.DefaultParams()
	p.CourtFee, p.CourtFeePerGfuel = 7, 3
	for _, tc := range []struct {
		price, fuel, fee uint64
	}{
		{0, 1, 7}, {0, 999_999_999, 7}, {0, 5_000_000_000, 22}, {21, 5_000_000_000, 22}, {23, 5_000_000_000, 23},
	} {
		job := types.Job{Policy: poco.PolicyCredence, Trust: 100, FuelLimit: tc.fuel}
		terms, err := types.NewTerms(p, job, nil, types.Prices{Pool: tc.price, Stake: 1_000}, poco.Work{Fuel: tc.fuel})
		require.NoError(t, err)
		require.Equal(t, tc.fee, terms.CourtFee, "price %d, fuel %d", tc.price, tc.fuel)
	}
	require.Equal(t, uint64(math.MaxUint64), types.Params{CourtFee: 1, CourtFeePerGfuel: math.MaxUint64}.FloorCourtFee(math.MaxUint64), "saturates")
}

// A category's time stands in the place of the fuel's; module and inputs come beside either.
func TestWindow(t *testing.T) {
	p := types.Params{CommitBlocks: 40, FuelPerBlock: 100, ModuleBytesPerBlock: 10, InputBytesPerBlock: 20, BlockMillis: 500}
	work := poco.Work{Fuel: 101, ModuleBytes: 30, InputBytes: 30}
	require.EqualValues(t, 40+2+3+2, p.Window(work, nil))
	require.EqualValues(t, 40+14+3+2, p.Window(work, &types.Category{Seconds: 7}))
	work.OutputBytes = contract.DefaultOutputBytes
	require.EqualValues(t, 40+2+3+2, p.Window(work, nil), "the base has time for an output of the default size")
	work.OutputBytes += 41
	require.EqualValues(t, 40+2+3+2+3, p.Window(work, nil))
	require.EqualValues(t, 40+14+3+2+3, p.Window(work, &types.Category{Seconds: 7}))
}

// TestOutputIsInTheTerms: what a job or an app's version allows its output is in the windows of the deal: that of the work, and that of a
// court about the bytes.
func TestOutputIsInTheTerms(t *testing.T) {
	p := types.DefaultParams()
	for _, tc := range []struct {
		job, version uint64
		work, answer int64 // blocks
	}{
		{0, 0, 0, 135},
		{1 << 20, 0, 0, 3},
		{0, 1 << 20, 0, 3},
		{128 << 20, 1 << 20, 135, 269},
		{0, 1 << 30, 2014, 2148},
	} {
		a := types.Agreement{Params: p}
		a.App.Version = appstypes.Version{Runtime: contract.RuntimeWasm, Requirements: &appstypes.Resources{DiskBytes: tc.version}}
		a.Request.Job = types.Job{Trust: 100, FuelLimit: 1, Resources: appstypes.Resources{DiskBytes: tc.job}}.Normal()
		work, err := a.Work()
		require.NoError(t, err)
		terms, err := types.NewTerms(p, a.Request.Job, nil, types.Prices{App: 50, Pool: 10, Stake: 1_000}, work)
		require.NoError(t, err)
		require.Equal(t, []int64{p.CommitBlocks + 1 + tc.work, tc.answer}, []int64{terms.CommitBlocks, terms.AnswerBlocks}, "%+v", tc)
	}
}

// The default windows of a task without work, a large module with little fuel, and a walk through memory, in seconds.
func TestDefaultWindows(t *testing.T) {
	p := types.DefaultParams()
	seconds := func(w poco.Work) uint64 { return uint64(p.Window(w, nil)) * p.BlockMillis / 1_000 }
	require.GreaterOrEqual(t, seconds(poco.Work{}), uint64(60))
	require.GreaterOrEqual(t, seconds(poco.Work{ModuleBytes: 19_700_000, Fuel: 1e9}), uint64(60+2*21), "took 21 s to compile")
	require.GreaterOrEqual(t, seconds(poco.Work{ModuleBytes: 30_800_000, Fuel: 1e9}), uint64(60+2*57), "took 57 s to compile")
	require.GreaterOrEqual(t, seconds(poco.Work{ModuleBytes: 202_000, Fuel: 2e9}), uint64(60+45), "a walk of 40 million steps took 66 s")
}

func TestParseID(t *testing.T) {
	id := poco.DealID([32]byte{1}, 2)
	back, err := types.ParseID(types.FormatID(id))
	require.NoError(t, err)
	require.Equal(t, id, back)
	for _, bad := range []string{"", "00", "zz" + types.FormatID(id)[2:], types.FormatID(id) + "00", "AB" + types.FormatID(id)[2:]} {
		_, err := types.ParseID(bad)
		require.ErrorIs(t, err, types.ErrID, bad)
	}
}

// PoolLimit is the largest price of a replica that the job can pay: one more is too much.
func TestPoolLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := types.Job{
			Policy:      rapid.SampledFrom([]string{poco.PolicyCredence, poco.PolicyCourt}).Draw(t, "policy"),
			MinReplicas: rapid.Uint32Range(0, poco.MaxReplicas).Draw(t, "min_replicas"),
			MaxPrice:    max(1, amount(t, "max_price")),
			Value:       rapid.SampledFrom([]uint64{0, amount(t, "value")}).Draw(t, "declared"),
			Trust:       rapid.SampledFrom([]uint64{2, 5, 10_000, poco.MaxTrust}).Draw(t, "trust"),
		}
		app, dataset := amount(t, "app_price")/2, amount(t, "dataset_price")/2
		court := anyCourt(t)
		limit := j.PoolLimit(app, dataset, court)
		pays := func(price uint64) bool {
			_, err := j.Seats(types.Prices{App: app, Dataset: dataset, Pool: price, Court: court})
			return err == nil
		}
		fixed := wholeCost(j, new(big.Int).SetUint64(app+dataset))
		fixed.Add(fixed, depositFor(court, 0))
		if pays(limit+1) || fixed.Cmp(new(big.Int).SetUint64(j.MaxPrice)) <= 0 && !pays(limit) {
			t.Fatalf("the limit is %d: pays it %v, pays one more %v", limit, pays(limit), pays(limit+1))
		}
		j.MaxPoolPrice = max(1, limit/2)
		if got := j.PoolLimit(app, dataset, court); got != min(limit, j.MaxPoolPrice) {
			t.Fatalf("got %d, expected max_pool_price %d", got, j.MaxPoolPrice)
		}
	})
}

// TestAuditWindows: a job may ask for a longer audit window than the chain's, not for a shorter one, and the time to run the
// task is added. Where no court may judge there is none.
func TestAuditWindows(t *testing.T) {
	p := types.DefaultParams()
	p.CommitBlocks, p.AuditBlocks, p.MaxAuditBlocks = 10, 100, 1_000
	for _, tc := range []struct {
		policy      string
		least, asks int64
		want        int64
	}{
		{"credence", 100, 0, 110 + 1}, {"credence", 100, 99, 110 + 1}, {"credence", 100, 101, 111 + 1},
		{"credence", 0, 0, 0}, {"credence", 0, 1, 11 + 1}, {"quorum", 100, 0, 0}, {"single", 100, 200, 0},
	} {
		p.AuditBlocks = tc.least
		j := types.Job{Policy: tc.policy, Trust: 100, MaxPrice: 1_000, Size_: 1, FuelLimit: 1, AuditBlocks: tc.asks}
		terms, err := types.NewTerms(p, j, nil, types.Prices{App: 50, Pool: 10, Stake: 1_000}, poco.Work{Fuel: 1})
		require.NoError(t, err)
		require.Equal(t, tc.want, terms.AuditBlocks, "%+v", tc)
	}
	j := types.Job{App: "studio/paint:1.0", Policy: "credence", Trust: 100, Size_: 1, FuelLimit: 1, AuditBlocks: 1_001}
	require.ErrorIs(t, j.Validate(p), types.ErrAudit)
	j.AuditBlocks = -1
	require.ErrorIs(t, j.Validate(p), types.ErrAudit)
}
