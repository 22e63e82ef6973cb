package keeper_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func TestSubmitLocksTheBudget(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	j := job()
	j.Size_ = 3
	id := f.submit("ann", 7, j)
	require.Equal(t, types.FormatID(poco.RequestID(chainID, addr("ann"), 7)), id)
	require.EqualValues(t, 7_000, f.balance("ann"))
	f.endBlock()
	held, owed := f.solvency()
	require.EqualValues(t, 3_000, held)
	require.EqualValues(t, 3_000, owed)
	r := f.request(id)
	require.Equal(t, types.REQUEST_STATUS_QUEUED, r.Status)
	require.Equal(t, "credence", r.Job.Policy, "defaults are written out")
	require.EqualValues(t, 3_000, r.Escrow)
}

// A message of a passed proposal runs in EndBlock, after the bank's: coins and counter move at once there.
func TestSubmitOutsideOfATransaction(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	f.endBlock()
	r, err := f.SubmitTask(f.ctx, addr("ann"), 1, job(), 0)
	require.NoError(t, err)
	require.NoError(t, f.CheckInvariants(f.ctx), "nothing may wait for another EndBlock")
	f.ctx = f.ctx.WithBlockHeight(2)
	f.beginBlock()
	f.endBlock()
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, f.request(r.Id).Status)
	require.EqualValues(t, 10_000, f.balance("ann"))
}

func TestSubmitRefuses(t *testing.T) {
	input := func(name string) *dealstypes.Input { return &dealstypes.Input{Name: name, Digest: digest, Size_: 1} }
	for _, tc := range []struct {
		name     string
		malleate func(f *fixture, j *types.Job)
		expErr   error
	}{
		{"unknown app", func(_ *fixture, j *types.Job) { j.App = "studio/none:v1" }, types.ErrUnknownApp},
		{"no app", func(_ *fixture, j *types.Job) { j.App = "" }, types.ErrUnknownApp},
		{"app name too long", func(_ *fixture, j *types.Job) { j.App = strings.Repeat("a", 300) }, types.ErrUnknownApp},
		{"deprecated app", func(f *fixture, j *types.Job) {
			f.setApp(j.App, func(a *appstypes.App, _ *appstypes.Version) { a.Deprecated = true })
		}, types.ErrDeprecated},
		{"suspended app", func(f *fixture, j *types.Job) {
			f.setApp(j.App, func(a *appstypes.App, _ *appstypes.Version) { a.Suspended = true })
		}, types.ErrSuspended},
		{"no max_price", func(_ *fixture, j *types.Job) { j.MaxPrice = 0 }, types.ErrPrice},
		{"budget over 64 bits", func(_ *fixture, j *types.Job) { j.MaxPrice, j.Size_ = math.MaxUint64, 2 }, types.ErrPrice},
		{"more than the account has", func(_ *fixture, j *types.Job) { j.MaxPrice = 1_000_001 }, nil},
		{"trust too small", func(_ *fixture, j *types.Job) { j.Trust = 1 }, types.ErrTrust},
		{"trust too large", func(_ *fixture, j *types.Job) { j.Trust = poco.MaxTrust + 1 }, types.ErrTrust},
		{"policy unknown", func(_ *fixture, j *types.Job) { j.Policy = "dice" }, types.ErrPolicy},
		{"min_replicas beyond the table", func(_ *fixture, j *types.Job) { j.MinReplicas = poco.MaxReplicas + 1 }, types.ErrReplicas},
		{"fuel limit 0", func(_ *fixture, j *types.Job) { j.FuelLimit = 0 }, types.ErrFuel},
		{"fuel limit over the parameter", func(_ *fixture, j *types.Job) { j.FuelLimit = types.DefaultParams().MaxFuel + 1 }, types.ErrFuel},
		{"bag too large", func(_ *fixture, j *types.Job) { j.Size_ = types.DefaultParams().MaxSize + 1; j.MaxPrice = 100 }, types.ErrSize},
		{"unknown pool", func(_ *fixture, j *types.Job) { j.Pool = "none" }, types.ErrUnknownPool},
		{"pool of another runtime", func(f *fixture, j *types.Job) {
			f.setPool("open", func(p *workerstypes.Pool) { p.Runtime = "gpu" })
			j.Pool = "open"
		}, types.ErrRuntime},
		{"args too large", func(_ *fixture, j *types.Job) { j.Args = []string{strings.Repeat("x", 16<<10)} }, types.ErrArgs},
		{"too many empty args", func(_ *fixture, j *types.Job) { j.Args = make([]string, 16<<10+1) }, types.ErrArgs},
		{"arg with a zero byte", func(_ *fixture, j *types.Job) { j.Args = []string{"a\x00b"} }, types.ErrArgs},
		{"too many inputs", func(_ *fixture, j *types.Job) { j.Inputs = make([]*dealstypes.Input, 65) }, types.ErrInputs},
		{"inputs too large", func(_ *fixture, j *types.Job) {
			j.Inputs = []*dealstypes.Input{{Name: "a", Digest: digest, Size_: 1 << 30}, input("b")}
		}, types.ErrInputs},
		{"input sizes over 64 bits", func(_ *fixture, j *types.Job) {
			j.Inputs = []*dealstypes.Input{input("a"), {Name: "b", Digest: digest, Size_: math.MaxUint64}}
		}, types.ErrInputs},
		{"input missing", func(_ *fixture, j *types.Job) { j.Inputs = []*dealstypes.Input{nil} }, types.ErrInputName},
		{"input without a name", func(_ *fixture, j *types.Job) { j.Inputs = []*dealstypes.Input{input("")} }, types.ErrInputName},
		{"absolute input name", func(_ *fixture, j *types.Job) { j.Inputs = []*dealstypes.Input{input("/etc/passwd")} }, types.ErrInputName},
		{"input name that climbs", func(_ *fixture, j *types.Job) { j.Inputs = []*dealstypes.Input{input("a/../../b")} }, types.ErrInputName},
		{"input name not shortest", func(_ *fixture, j *types.Job) { j.Inputs = []*dealstypes.Input{input("a//b")} }, types.ErrInputName},
		{"input name twice", func(_ *fixture, j *types.Job) { j.Inputs = []*dealstypes.Input{input("a"), input("b"), input("a")} }, types.ErrInputName},
		{"input name is a folder of another", func(_ *fixture, j *types.Job) { j.Inputs = []*dealstypes.Input{input("a/b/c"), input("a")} }, types.ErrInputName},
		{"input name with a backslash", func(_ *fixture, j *types.Job) { j.Inputs = []*dealstypes.Input{input(`a\b`)} }, types.ErrInputName},
		{"bad digest", func(_ *fixture, j *types.Job) { j.Inputs = []*dealstypes.Input{{Name: "a", Digest: "sha256:12"}} }, types.ErrDigest},
		{"digest in upper case", func(_ *fixture, j *types.Job) {
			j.Inputs = []*dealstypes.Input{{Name: "a", Digest: "sha256:" + strings.ToUpper(digest[7:])}}
		}, types.ErrDigest},
		{"bad locator", func(_ *fixture, j *types.Job) {
			j.Inputs = []*dealstypes.Input{{Name: "a", Digest: digest, Locators: []string{"file:///etc"}}}
		}, types.ErrLocator},
		{"unknown dataset", func(_ *fixture, j *types.Job) { j.Datasets = []string{"data/none:v1"} }, types.ErrUnknownDataset},
		{"dataset twice", func(_ *fixture, j *types.Job) { j.Datasets = []string{"data/aa:v1", "data/aa:v2"} }, types.ErrDatasets},
		{"split that does not fit the bag", func(_ *fixture, j *types.Job) {
			j.Datasets, j.DatasetsPerTask, j.Size_ = []string{"data/aa:v1", "data/bb:v1"}, 1, 3
		}, types.ErrSize},
		{"input where the datasets are", func(_ *fixture, j *types.Job) { j.Inputs = []*dealstypes.Input{input("datasets/x")} }, types.ErrInputName},
		{"nondeterministic app", func(f *fixture, j *types.Job) {
			f.setApp(j.App, func(_ *appstypes.App, v *appstypes.Version) { v.Nondeterministic = true })
		}, types.ErrNondeterministic},
		{"unknown category", func(_ *fixture, j *types.Job) { j.Category = "none" }, types.ErrUnknownCategory},
		{"bad category", func(_ *fixture, j *types.Job) { j.Category = "N" }, types.ErrCategory},
		{"bad tag", func(_ *fixture, j *types.Job) { j.Tags = []string{"A"} }, types.ErrTag},
		{"bad resources", func(_ *fixture, j *types.Job) { j.Resources.Gpus = 1 << 30 }, types.ErrResources},
		{"bad restriction", func(_ *fixture, j *types.Job) { j.Pools.Ids = []string{"X"} }, types.ErrRestriction},
		{"bad beneficiary", func(_ *fixture, j *types.Job) { j.Beneficiary = "x" }, types.ErrBeneficiary},
		{"sponsored", func(_ *fixture, j *types.Job) { j.Sponsor = addr("spo") }, types.ErrSponsor},
		{"sponsor and voucher", func(_ *fixture, j *types.Job) { j.Sponsor, j.Voucher = addr("spo"), strings.Repeat("0", 64) }, types.ErrSponsor},
		{"bad voucher", func(_ *fixture, j *types.Job) { j.Voucher = "x" }, types.ErrID},
		{"unknown voucher", func(_ *fixture, j *types.Job) { j.Voucher = strings.Repeat("0", 64) }, voucherstypes.ErrNotFound},
		{"unknown callback", func(_ *fixture, j *types.Job) { j.Callback = "none" }, types.ErrCallback},
		{"onchain, which is switched off", func(f *fixture, j *types.Job) {
			f.setDealParams(func(p *dealstypes.Params) { p.MaxOnchainResult = 0 })
			j.Onchain = "value.txt"
		}, types.ErrOnchain},
		{"bad onchain", func(_ *fixture, j *types.Job) { j.Onchain = "../x" }, types.ErrOnchain},
		{"bad callback", func(_ *fixture, j *types.Job) { j.Callback = "N O" }, types.ErrCallback},
		{"below the floor", func(f *fixture, _ *types.Job) { require.NoError(f, f.cancelBelow("ann", kindRequest, 2)) }, types.ErrCancelled},
		{"nonce presigned", func(f *fixture, _ *types.Job) { f.presign(requestOrder("ann", 1, job())) }, types.ErrNonce},
		{"nonce used", func(f *fixture, _ *types.Job) { f.submit("ann", 1, job()) }, types.ErrNonce},
		{"revoked organisation", func(f *fixture, _ *types.Job) {
			f.member("ann", "anns")
			f.orgs.revoked["anns"] = true
		}, orgstypes.ErrRole},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.fund("ann", 1_000_000)
			j := job()
			tc.malleate(f, &j)
			before := f.balance("ann")
			_, err := f.submitErr("ann", 1, j)
			require.Error(t, err)
			if tc.expErr != nil {
				require.ErrorIs(t, err, tc.expErr)
			}
			require.Equal(t, before, f.balance("ann"), "nothing may be locked")
			f.endBlock()
		})
	}
}

func TestSubmitRefusesRequesters(t *testing.T) {
	f := newFixture(t)
	_, err := f.SubmitTask(f.ctx, addr("blocked"), 1, job(), 0)
	require.ErrorIs(t, err, types.ErrRequester)
	_, err = f.SubmitTask(f.ctx, "cosmos1nonsense", 1, job(), 0)
	require.ErrorIs(t, err, types.ErrRequester)
}

func TestCancelQueued(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	f.offer("open", 1, 50, 0)
	id := f.submit("ann", 1, job())
	require.ErrorIs(t, f.cancel("bob", id), types.ErrNotOwner)
	require.ErrorIs(t, f.cancel("ann", strings.Repeat("0", 64)), types.ErrNotFound)
	require.ErrorIs(t, f.cancel("ann", "xyz"), types.ErrID)
	require.NoError(t, f.cancel("ann", id))
	require.ErrorIs(t, f.cancel("ann", id), types.ErrEnded)
	f.next()
	require.EqualValues(t, 10_000, f.balance("ann"))
	r := f.request(id)
	require.Equal(t, types.REQUEST_STATUS_CANCELLED, r.Status)
	require.Zero(t, r.Escrow)
	require.Empty(t, r.Deal)
	_, err := f.submitErr("ann", 1, job())
	require.ErrorIs(t, err, types.ErrNonce, "a cancelled nonce is spent")
	f.next()
	require.EqualValues(t, 10_000, f.balance("ann"), "refunded once")
}

func TestCancelMatched(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 1_000_000)
	f.offer("open", 1, 50, 0)
	j := job()
	j.Size_, j.MaxPrice = 1_000, 111 // escrow of a task: 10, 2 replicas of 50 and a premium of 1
	id := f.submit("ann", 1, j)
	f.next()
	require.EqualValues(t, 50, f.deal(id).Opened)
	require.NoError(t, f.cancel("ann", id))
	f.next()
	d := f.deal(id)
	require.True(t, d.Cancelled)
	require.EqualValues(t, 50, d.Opened, "a cancelled deal opens no more")
	require.EqualValues(t, 950, d.Ended)
	require.EqualValues(t, 950*111, d.Refunded)
	require.EqualValues(t, 50*111, d.Escrow)
	require.EqualValues(t, 1_000_000-50*111, f.balance("ann"))
	require.ErrorIs(t, f.cancel("ann", id), types.ErrEnded)
	for range 50 { // those opened run to their end
		require.NoError(t, f.settleTask(d.Id, 0, nil, 111, false))
	}
	require.ErrorIs(t, f.settleTask(d.Id, 0, nil, 111, false), dealstypes.ErrSettlement)
	f.next()
	require.EqualValues(t, 1_000_000, f.balance("ann"))
}

func TestCancelWhenEverythingIsOpen(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 1_000)
	f.offer("open", 1, 50, 0)
	id := f.submit("ann", 1, job())
	f.next()
	require.NoError(t, f.cancel("ann", id))
	f.next()
	d := f.deal(id)
	require.True(t, d.Cancelled, "x/tasks ends those still waiting when it sees it")
	require.Zero(t, d.Ended)
	each, err := d.Terms.Escrow()
	require.NoError(t, err)
	require.NoError(t, f.settleTask(d.Id, 0, nil, each, false))
	f.next()
	require.EqualValues(t, 1_000, f.balance("ann"))
}

func TestCancelEndedDeal(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 1_000)
	f.offer("open", 1, 50, 0)
	id := f.submit("ann", 1, job())
	f.next()
	d := f.deal(id)
	each, err := d.Terms.Escrow()
	require.NoError(t, err)
	require.NoError(t, f.settleTask(d.Id, 0, nil, each, false))
	require.ErrorIs(t, f.cancel("ann", id), types.ErrEnded)
}

// However many deals a request has, cancelling costs the requester the same, and a block no more than its share.
func TestCancelManyDeals(t *testing.T) {
	cost := func(deals uint64) [2]int {
		f := newFixture(t)
		f.sixOfSixteen()
		f.fund("ann", 1_000_000)
		f.setDealParams(func(p *dealstypes.Params) { p.OpensPerBlock = 1 })
		j := job()
		j.Size_ = deals
		id := f.submit("ann", 1, j)
		f.next()
		require.EqualValues(t, deals, f.request(id).Deals, f.request(id).Reason)
		f.setParams(func(p *types.Params) { p.MatchesPerBlock = 3 })
		reads, writes := f.reads, f.writes
		require.NoError(t, f.cancel("ann", id))
		cost := [2]int{f.reads - reads, f.writes - writes}
		cancelled := func() (n int) {
			for _, d := range f.deals(id) {
				if d.Cancelled {
					n++
				}
			}
			return n
		}
		for want := 3; want < int(deals); want += 3 {
			f.next()
			require.Equal(t, want, cancelled())
		}
		f.next()
		require.EqualValues(t, deals, cancelled())
		opened, held := uint64(0), uint64(0)
		for _, d := range f.deals(id) {
			opened, held = opened+d.Opened, held+d.Escrow
		}
		require.Less(t, opened, deals/2)
		require.Equal(t, 1_000_000-held, f.balance("ann"))
		each, err := f.deal(id).Terms.Escrow()
		require.NoError(t, err)
		require.Equal(t, opened*each, held)
		return cost
	}
	require.Equal(t, cost(10), cost(40))
}

// Requests that were taken back have their deals cancelled in turns: one deal does not wait for hundreds, whatever the ids.
func TestCancelTakesTurns(t *testing.T) {
	f := newFixture(t)
	f.sixOfSixteen()
	f.fund("eve", 1_000_000)
	f.fund("ann", 1_000_000)
	f.setDealParams(func(p *dealstypes.Params) { p.OpensPerBlock = 1 })
	j := job()
	j.Size_ = 40
	many := f.submit("eve", 1, j)
	f.next()
	require.EqualValues(t, 40, f.request(many).Deals)
	j.Size_ = 1
	var few []string
	for i := range uint64(5) { // some of them have a greater id
		few = append(few, f.submit("ann", i, j))
	}
	f.next()
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 10 })
	require.NoError(t, f.cancel("eve", many))
	for _, id := range few {
		require.NoError(t, f.cancel("ann", id))
	}
	f.next()
	for _, id := range few {
		require.True(t, f.deal(id).Cancelled)
	}
	for range 4 {
		f.next()
	}
	for _, d := range f.deals(many) {
		require.True(t, d.Cancelled)
	}
}
