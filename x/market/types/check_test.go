package types_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/testutil/until"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

var (
	codec = addresscodec.NewBech32Codec("cred")

	alice = account(1) // owns the app, of acme
	dora  = account(2) // owns the dataset, of base
	oscar = account(3) // sells for the pool, of ops
	rita  = account(4) // requests, of users
	mal   = account(9) // nobody's
)

func account(b byte) string {
	a, err := codec.BytesToString(bytes.Repeat([]byte{b}, 20))
	if err != nil {
		panic(err)
	}
	return a
}

func digest(c string) string { return "sha256:" + strings.Repeat(c, 64) }

// good is an agreement with every kind of order in it, for one task at least; each call makes a new one.
func good() types.Agreement {
	provider, operator := []orgstypes.Role{orgstypes.ROLE_PROVIDER}, []orgstypes.Role{orgstypes.ROLE_POOL_OPERATOR}
	requirements := &appstypes.Resources{CpuMillis: 500, MemoryBytes: 1 << 20}
	return types.Agreement{
		Height: 100, Params: types.DefaultParams(),
		Category: &types.Category{Id: "s", Seconds: 60, FuelLimit: 5_000},
		App: types.AppSide{
			App: appstypes.App{Id: "acme/echo", Organisation: "acme", Owner: alice},
			Version: appstypes.Version{
				App: "acme/echo", Version: "1.0", Digest: digest("a"), Runtime: "wasm", Price: 7,
				Requirements: requirements, Tags: []string{"sse"},
			},
			Offer: types.Offer{
				Owner: types.Party{Account: alice, Organisation: "acme", Roles: provider},
				Order: &types.Order{Owner: alice, Expiry: 101, App: &types.AppOrder{App: "acme/echo:1.0", Price: 10, Volume: 9, Tags: []string{"tee"}}},
				Left:  9,
			},
		},
		Datasets: []types.DatasetSide{
			{
				Dataset: appstypes.Dataset{Id: "base/rates", Organisation: "base", Owner: dora},
				Version: appstypes.DatasetVersion{Dataset: "base/rates", Version: "7", Digest: digest("b"), Tags: []string{"tee", "tee.scone"}},
				Offer: types.Offer{
					Owner: types.Party{Account: dora, Organisation: "base", Roles: provider},
					Order: &types.Order{Owner: dora, Expiry: 101, Dataset: &types.DatasetOrder{
						Dataset: "base/rates:7", Price: 20, Volume: 8, Tags: []string{"eu", "tee.tdx"},
					}},
					Left: 8,
				},
			},
			{
				Dataset: appstypes.Dataset{Id: "base/names", Organisation: "base", Owner: dora},
				Version: appstypes.DatasetVersion{Dataset: "base/names", Version: "1", Digest: digest("c"), Price: 5},
				Offer:   types.Offer{Owner: types.Party{Account: dora, Organisation: "base", Roles: provider}, Left: types.Unbounded},
			},
		},
		Pool: types.PoolSide{
			Pool: workerstypes.Pool{
				Id: "fast", Operator: "ops", Runtime: "wasm", Stake: 1_000, MinPrice: 30, MaxCommissionBps: 500,
				Capabilities: []string{"eu", "gpu", "sse", "tee"},
			},
			Owner: types.Party{Account: oscar, Organisation: "ops", Roles: operator},
			Order: types.Order{Owner: oscar, Expiry: 101, Pool: &types.PoolOrder{
				Pool: "fast", Price: 30, Volume: 7, MaxFuel: 4_000, Tags: []string{"eu", "gpu", "sse", "tee"}, Category: "s", Trust: 100,
				Resources: appstypes.Resources{CpuMillis: 1_000, MemoryBytes: 1 << 20, DiskBytes: 5, Gpus: 1},
				Stake:     1_000, CommissionBps: 500,
			}},
			Left: 7,
		},
		Request: types.RequestSide{
			Requester: types.Party{Account: rita, Organisation: "users", Roles: []orgstypes.Role{orgstypes.ROLE_REQUESTER}},
			Job: types.Job{
				App: "acme/echo:1.0", Datasets: []string{"base/rates:7", digest("c")}, Trust: 60, MaxPrice: 96, FuelLimit: 4_000, Size_: 6,
				Category: "s", Tags: []string{"gpu"}, Resources: appstypes.Resources{CpuMillis: 1_000, DiskBytes: 5, Gpus: 1},
				MaxAppPrice: 10, MaxDatasetPrice: 25, MaxPoolPrice: 30,
			}.Normal(),
			Expiry: 101, Left: 6,
		},
	}
}

func only(ids ...string) types.Restriction { return types.Restriction{Ids: ids} }

func audience(accounts ...string) orgstypes.Audience { return orgstypes.Audience{Accounts: accounts} }

// Each row breaks exactly one condition of an agreement that is good otherwise, and expects the error of that one; the
// name begins with iExec's code of the condition where there is one. asset says that the pool's side has no part in it.
func TestAgreementCheck(t *testing.T) {
	type agreement = types.Agreement
	for _, tc := range []struct {
		name     string
		asset    bool
		malleate func(*agreement)
		expErr   error
	}{
		{"0x00 another category", false, func(a *agreement) { a.Pool.Order.Pool.Category = "m" }, types.ErrCategoryMismatch},
		{"0x00 order without category", false, func(a *agreement) { a.Pool.Order.Pool.Category = "" }, types.ErrCategoryMismatch},
		{"0x00 request without category", false, func(a *agreement) { a.Request.Job.Category, a.Category = "", nil }, types.ErrCategoryMismatch},
		{"0x01 no such category", true, func(a *agreement) { a.Category = nil }, types.ErrUnknownCategory},
		{"0x01 category of another id", true, func(a *agreement) { a.Category.Id = "m" }, types.ErrUnknownCategory},
		{"0x02 trust", false, func(a *agreement) { a.Request.Job.Trust = 101 }, types.ErrTrustTooHigh},
		{"0x02 trust rounded up", false, func(a *agreement) { a.Pool.Order.Pool.Trust = 99 }, types.ErrTrustTooHigh},
		{"0x03 app price", true, func(a *agreement) { a.Request.Job.MaxAppPrice = 9 }, types.ErrAppPrice},
		{"0x03 list price", true, func(a *agreement) { a.App.Order, a.Request.Job.MaxAppPrice = nil, 6; teeless(a) }, types.ErrAppPrice},
		{"0x04 dataset price", true, func(a *agreement) { a.Request.Job.MaxDatasetPrice = 24 }, types.ErrDatasetPrice},
		{"0x04 dataset price beyond 64 bits", true, func(a *agreement) { a.Datasets[1].Version.Price = math.MaxUint64 }, types.ErrPrice},
		{"0x05 pool price", false, func(a *agreement) { a.Request.Job.MaxPoolPrice = 29 }, types.ErrPoolPrice},
		{"budget below the assets", true, func(a *agreement) { a.Request.Job.MaxPrice = 35 }, types.ErrUnaffordable},
		{"budget below two replicas", false, func(a *agreement) { a.Request.Job.MaxPrice = 95 }, types.ErrUnaffordable},
		{"court below its price", false, func(a *agreement) { a.Request.Job.Policy, a.Params.CourtFee = "court", 31 }, types.ErrCourtPrice},
		{"court by use", false, func(a *agreement) {
			a.Request.Job.Policy = "court"
			byUse(a, dealstypes.UsePrice{Base: 30, PerGfuel: 1})
		}, types.ErrCourtPrice},
		{"base below the pool's min_price", false, func(a *agreement) { byUse(a, dealstypes.UsePrice{Base: 29, PerGfuel: 1}) }, types.ErrStale},
		{"seconds of a program that no time ends", false, func(a *agreement) { byUse(a, dealstypes.UsePrice{Base: 30, PerSecond: 1}) }, types.ErrRuntime},
		{"fuel that nobody counts", false, func(a *agreement) { runIn(a, "oci"); byUse(a, dealstypes.UsePrice{Base: 30, PerGfuel: 1}) }, types.ErrRuntime},
		{"seconds of a circuit", false, func(a *agreement) { runIn(a, "circuit"); byUse(a, dealstypes.UsePrice{Base: 30, PerSecond: 1}) }, types.ErrRuntime},
		{"0x06 request's tag", false, func(a *agreement) { a.Pool.Order.Pool.Tags = []string{"eu", "sse", "tee"} }, types.ErrTags},
		{"0x06 app's tag", false, func(a *agreement) { a.Pool.Order.Pool.Tags = []string{"eu", "gpu", "tee"} }, types.ErrTags},
		{"0x06 app order's tag", false, func(a *agreement) { a.Pool.Order.Pool.Tags = []string{"eu", "gpu", "sse"} }, types.ErrTags},
		{"0x06 dataset order's tag", false, func(a *agreement) { a.Pool.Order.Pool.Tags = []string{"gpu", "sse", "tee"} }, types.ErrTags},
		{"0x06 app's make of tee", false, func(a *agreement) { a.App.Version.Tags = []string{"sse", "tee.scone"} }, types.ErrTags},
		{"0x07 app without tee", true, func(a *agreement) { a.App.Order.App.Tags = nil }, types.ErrTEE},
		{"0x10 another app", true, func(a *agreement) { a.Request.Job.App = "acme/echo:1.1" }, types.ErrAppMismatch},
		{"0x10 another digest", true, func(a *agreement) { a.Request.Job.App = digest("d") }, types.ErrAppMismatch},
		{"0x10 order of another version", true, func(a *agreement) { a.App.Order.App.App = "acme/echo:1.1" }, types.ErrAppMismatch},
		{"0x11 another dataset", true, func(a *agreement) { a.Request.Job.Datasets[0] = "base/rates:8" }, types.ErrDatasetMismatch},
		{"0x11 order of another dataset", true, func(a *agreement) { a.Datasets[0].Order.Dataset.Dataset = "base/names:1" }, types.ErrDatasetMismatch},
		{"0x11 other order of datasets", true, func(a *agreement) { a.Datasets[0], a.Datasets[1] = a.Datasets[1], a.Datasets[0] }, types.ErrDatasetMismatch},
		{"0x11 missing dataset", true, func(a *agreement) { a.Datasets = a.Datasets[:1] }, types.ErrDatasetMismatch},
		{"0x11 dataset not asked for", true, func(a *agreement) { a.Request.Job.Datasets = a.Request.Job.Datasets[:1] }, types.ErrDatasetMismatch},
		{"two versions of one dataset", true, func(a *agreement) {
			a.Datasets[1].Dataset.Id, a.Datasets[1].Version.Dataset = "base/rates", "base/rates"
		}, types.ErrDatasets},
		{"0x12 another pool", false, func(a *agreement) { a.Request.Job.Pool = "slow" }, types.ErrPoolRestricted},
		{"0x12 pool not listed", false, func(a *agreement) { a.Request.Job.Pools = only("slow") }, types.ErrPoolRestricted},
		{"0x12 operator not meant", false, func(a *agreement) {
			a.Request.Job.Pools = types.Restriction{Audience: orgstypes.Audience{Organisations: []string{"acme"}}}
		}, types.ErrPoolRestricted},
		{"0x13", true, func(a *agreement) { a.App.Order.App.Datasets = only("base/rates") }, types.ErrAppRestrictsDataset},
		{"0x14", false, func(a *agreement) { a.App.Order.App.Pools = only("slow") }, types.ErrAppRestrictsPool},
		{"0x15", true, func(a *agreement) { a.App.Order.App.Requesters = audience(mal) }, types.ErrAppRestrictsRequester},
		{"0x16", true, func(a *agreement) { a.Datasets[0].Order.Dataset.Apps = only("acme/echo:1.1") }, types.ErrDatasetRestrictsApp},
		{"0x17", false, func(a *agreement) { a.Datasets[0].Order.Dataset.Pools = only("slow") }, types.ErrDatasetRestrictsPool},
		{"0x18", true, func(a *agreement) { a.Datasets[0].Order.Dataset.Requesters = audience(mal) }, types.ErrDatasetRestrictsRequester},
		{"0x19", false, func(a *agreement) { a.Pool.Order.Pool.Apps = only("acme/other") }, types.ErrPoolRestrictsApp},
		{"0x1a", false, func(a *agreement) { a.Pool.Order.Pool.Datasets = only("base/rates:7") }, types.ErrPoolRestrictsDataset},
		{"0x1b", false, func(a *agreement) { a.Pool.Order.Pool.Requesters = audience(mal) }, types.ErrPoolRestrictsRequester},
		{"private pool", false, func(a *agreement) { a.Pool.Pool.Requesters = audience(mal) }, types.ErrPrivatePool},
		{"0x20 unknown app", true, func(a *agreement) { a.App.App = appstypes.App{} }, types.ErrUnknownApp},
		{"0x20 version of another app", true, func(a *agreement) { a.App.App.Id = "acme/other" }, types.ErrUnknownApp},
		{"deprecated app", true, func(a *agreement) { a.App.App.Deprecated = true }, types.ErrDeprecated},
		{"suspended app", true, func(a *agreement) { a.App.App.Suspended = true }, types.ErrSuspended},
		{"a container under a policy with a court", true, func(a *agreement) { a.App.Version.Runtime, a.Pool.Pool.Runtime = "oci", "oci" }, types.ErrNondeterministic},
		{"nondeterministic app", true, func(a *agreement) { a.App.Version.Nondeterministic = true }, types.ErrNondeterministic},
		{"0x21 app by order only", true, func(a *agreement) { a.App.Order, a.App.Version.ByOrder = nil, true; teeless(a) }, types.ErrByOrder},
		{"0x21 app order of a stranger", true, func(a *agreement) { a.App.Order.Owner = mal }, types.ErrNotOwner},
		{"0x21 app order of another organisation", true, func(a *agreement) {
			a.App.Order.Owner, a.App.Owner = mal, types.Party{Account: mal, Organisation: "base"}
		}, types.ErrNotOwner},
		{"0x21 app order of no organisation", true, func(a *agreement) {
			a.App.Order.Owner, a.App.Owner, a.App.App.Organisation = mal, types.Party{Account: mal}, ""
		}, types.ErrNotOwner},
		{"app order expired", true, func(a *agreement) { a.App.Order.Expiry = 100 }, types.ErrExpired},
		{"0x30 unknown dataset", true, func(a *agreement) { a.Datasets[1].Dataset = appstypes.Dataset{} }, types.ErrUnknownDataset},
		{"0x30 version of another dataset", true, func(a *agreement) { a.Datasets[1].Dataset.Id = "base/other" }, types.ErrUnknownDataset},
		{"deprecated dataset", true, func(a *agreement) { a.Datasets[1].Dataset.Deprecated = true }, types.ErrDeprecated},
		{"0x31 dataset by order only", true, func(a *agreement) { a.Datasets[1].Version.ByOrder = true }, types.ErrByOrder},
		{"0x31 dataset order of a stranger", true, func(a *agreement) { a.Datasets[0].Order.Owner = mal }, types.ErrNotOwner},
		{"dataset order expired", true, func(a *agreement) { a.Datasets[0].Order.Expiry = 99 }, types.ErrExpired},
		{"0x40 unknown pool", false, func(a *agreement) { a.Pool.Pool.Id = "" }, types.ErrUnknownPool},
		{"0x40 another pool's order", false, func(a *agreement) { a.Pool.Pool.Id = "slow" }, types.ErrUnknownPool},
		{"runtime", false, func(a *agreement) { a.Pool.Pool.Runtime = "other" }, types.ErrRuntime},
		{"0x41 pool order of a stranger", false, func(a *agreement) { a.Pool.Order.Owner = mal }, types.ErrNotOwner},
		{"0x41 pool order of another organisation", false, func(a *agreement) { a.Pool.Owner.Organisation = "acme" }, types.ErrNotOwner},
		{"0x41 council's pool", false, func(a *agreement) { a.Pool.Pool.Operator = "" }, types.ErrNotOwner},
		{"retired pool", false, func(a *agreement) { a.Pool.Pool.Retired = true }, types.ErrStale},
		{"pool's stake rose", false, func(a *agreement) { a.Pool.Pool.Stake++ }, types.ErrStale},
		{"order's stake below the pool's", false, func(a *agreement) { a.Pool.Order.Pool.Stake-- }, types.ErrStale},
		{"pool's min_price rose", false, func(a *agreement) { a.Pool.Pool.MinPrice++ }, types.ErrStale},
		{"pool's commission fell", false, func(a *agreement) { a.Pool.Pool.MaxCommissionBps-- }, types.ErrStale},
		{"pool lost a capability", false, func(a *agreement) { a.Pool.Pool.Capabilities = []string{"eu", "gpu", "sse"} }, types.ErrStale},
		{"pool order expired", false, func(a *agreement) { a.Pool.Order.Expiry = 100 }, types.ErrExpired},
		{"fuel over the parameters", true, func(a *agreement) { a.Params.MaxFuel = 3_999 }, types.ErrFuel},
		{"fuel over the category", true, func(a *agreement) { a.Category.FuelLimit = 3_999 }, types.ErrFuel},
		{"fuel over the order", false, func(a *agreement) { a.Pool.Order.Pool.MaxFuel = 3_999 }, types.ErrFuel},
		{"category's fuel over the order", false, func(a *agreement) { a.Request.Job.FuelLimit = 0 }, types.ErrFuel},
		{"no fuel", true, func(a *agreement) {
			a.Request.Job.FuelLimit, a.Request.Job.Category, a.Category, a.Pool.Order.Pool.Category = 0, "", nil, ""
		}, types.ErrFuel},
		{"resources below the requirements", true, func(a *agreement) { a.Request.Job.Resources.CpuMillis = 499 }, types.ErrResources},
		{"resources over the order", false, func(a *agreement) { a.Request.Job.Resources.CpuMillis = 1_001 }, types.ErrResources},
		{"requirements over the order", false, func(a *agreement) { a.App.Version.Requirements.MemoryBytes++ }, types.ErrResources},
		{"disk not promised", false, func(a *agreement) { a.Pool.Order.Pool.Resources.DiskBytes = 0 }, types.ErrResources},
		{"gpus not promised", false, func(a *agreement) { a.Pool.Order.Pool.Resources.Gpus = 0 }, types.ErrResources},
		{"bytes of a task over the parameters", true, func(a *agreement) { a.Datasets[0].Version.Size_ = a.Params.MaxInputBytes + 1 }, types.ErrInputs},
		{"request expired", true, func(a *agreement) { a.Request.Expiry = 100 }, types.ErrExpired},
		{"0x60 app order filled", true, func(a *agreement) { a.App.Left = 0 }, types.ErrVolume},
		{"0x60 dataset order filled", true, func(a *agreement) { a.Datasets[0].Left = 0 }, types.ErrVolume},
		{"0x60 pool order filled", false, func(a *agreement) { a.Pool.Left = 0 }, types.ErrVolume},
		{"0x60 request filled", true, func(a *agreement) { a.Request.Left = 0 }, types.ErrVolume},
		{"0x60 dataset order of a split bag filled", true, func(a *agreement) {
			a.Request.Job.DatasetsPerTask, a.Datasets[0].Left = 1, 0
		}, types.ErrVolume},
		{"request in the app's place", true, func(a *agreement) { a.App.Order.App = nil }, types.ErrOrder},
		{"request in a dataset's place", true, func(a *agreement) { a.Datasets[0].Order.Dataset = nil }, types.ErrOrder},
		{"no pool order", false, func(a *agreement) { a.Pool.Order.Pool = nil }, types.ErrOrder},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := good()
			tc.malleate(&a)
			require.ErrorIs(t, a.Check(), tc.expErr)
			if tc.asset {
				require.ErrorIs(t, a.CheckAssets(), tc.expErr)
				a.Pool = types.PoolSide{}
				require.ErrorIs(t, a.CheckAssets(), tc.expErr, "it needs no pool")
				return
			}
			require.NoError(t, a.CheckAssets())
			require.ErrorIs(t, a.CheckPool(), tc.expErr)
		})
	}
}

// byUse gives the pool order a price by use.
func byUse(a *types.Agreement, use dealstypes.UsePrice) { a.Pool.Order.Pool.UsePrice = &use }

// runIn has an agreement's app and pool of another runtime, under a policy that takes it.
func runIn(a *types.Agreement, runtime string) {
	a.App.Version.Runtime, a.Pool.Pool.Runtime, a.Request.Job.Policy, a.Request.Job.MinReplicas = runtime, runtime, "quorum", 2
}

// teeless takes the demand for a trusted environment out of an agreement.
func teeless(a *types.Agreement) { a.Datasets[0].Version.Tags = nil }

// What makes no difference: each row changes a good agreement and leaves it good.
func TestAgreementCheckPasses(t *testing.T) {
	type agreement = types.Agreement
	for _, tc := range []struct {
		name     string
		malleate func(*agreement)
	}{
		{"as it is", func(*agreement) {}},
		{"list price", func(a *agreement) { a.App.Order, a.App.Left = nil, types.Unbounded; teeless(a) }},
		{"app by order", func(a *agreement) { a.App.Version.ByOrder = true }},
		{"app order of a colleague", func(a *agreement) {
			a.App.Order.Owner, a.App.Owner.Account = mal, mal
		}},
		{"app by digest", func(a *agreement) { a.Request.Job.App = digest("a") }},
		{"fuel at every bound", func(a *agreement) { a.Params.MaxFuel, a.Category.FuelLimit = 4_000, 4_000 }},
		{"tee in the version", func(a *agreement) { a.App.Version.Tags, a.App.Order.App.Tags = []string{"sse", "tee"}, nil }},
		{"no datasets", func(a *agreement) { a.Datasets, a.Request.Job.Datasets = nil, nil }},
		{"no category", func(a *agreement) { a.Request.Job.Category, a.Category, a.Pool.Order.Pool.Category = "", nil, "" }},
		{"category's fuel", func(a *agreement) { a.Request.Job.FuelLimit, a.Category.FuelLimit = 0, 4_000 }},
		{"trust of an order for any", func(a *agreement) { a.Pool.Order.Pool.Trust, a.Request.Job.Trust = 0, 1_000_000_000 }},
		{"no bounds on prices", func(a *agreement) {
			a.Request.Job.MaxAppPrice, a.Request.Job.MaxDatasetPrice, a.Request.Job.MaxPoolPrice = 0, 0, 0
		}},
		{"court needs one seat", func(a *agreement) { a.Request.Job.Policy, a.Request.Job.MaxPrice = "court", 65 }},
		{"a quorum of a nondeterministic app", func(a *agreement) {
			a.Request.Job.Policy, a.Request.Job.MinReplicas, a.App.Version.Nondeterministic = "quorum", 2, true
		}},
		{"never expire", func(a *agreement) {
			a.App.Order.Expiry, a.Datasets[0].Order.Expiry, a.Pool.Order.Expiry, a.Request.Expiry = 0, 0, 0, 0
		}},
		{"price by fuel", func(a *agreement) { byUse(a, dealstypes.UsePrice{Base: 30, PerGfuel: 1}) }},
		{"price by the seconds of a container", func(a *agreement) { runIn(a, "oci"); byUse(a, dealstypes.UsePrice{Base: 30, PerSecond: 1}) }},
		{"council's pool", func(a *agreement) { a.Pool.Pool.Operator, a.Pool.Owner.Organisation = "", "" }},
		{"pool by name", func(a *agreement) { a.Request.Job.Pool = "fast" }},
		{"pool by operator", func(a *agreement) {
			a.Request.Job.Pools = types.Restriction{Ids: []string{"slow"}, Audience: orgstypes.Audience{Roles: []orgstypes.Role{orgstypes.ROLE_POOL_OPERATOR}}}
		}},
		{"all restricted to their counterparts", func(a *agreement) {
			a.App.Order.App.Datasets, a.App.Order.App.Pools = only("base/rates", "base/names:1"), only("fast")
			a.App.Order.App.Requesters = audience(rita)
			a.Datasets[0].Order.Dataset.Apps, a.Datasets[0].Order.Dataset.Pools = only("acme/echo"), only("fast")
			a.Datasets[0].Order.Dataset.Requesters = orgstypes.Audience{Organisations: []string{"users"}}
			a.Pool.Order.Pool.Apps = types.Restriction{Audience: audience(alice)}
			a.Pool.Order.Pool.Datasets = types.Restriction{Audience: orgstypes.Audience{Organisations: []string{"base"}}}
			a.Pool.Order.Pool.Requesters, a.Pool.Pool.Requesters = audience(rita), audience(rita)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := good()
			tc.malleate(&a)
			require.NoError(t, a.Check())
			require.NoError(t, a.CheckAssets())
			require.NoError(t, a.CheckPool())
			require.NotZero(t, a.Volume())
		})
	}
}

func TestAgreementViews(t *testing.T) {
	a := good()
	require.EqualValues(t, 6, a.Volume())
	require.EqualValues(t, 10, a.AppPrice())
	require.Equal(t, []string{"eu", "gpu", "sse", "tee"}, a.Tags(), "datasets' makes of tee left out, each tag once")
	require.Equal(t, appstypes.Resources{CpuMillis: 1_000, MemoryBytes: 1 << 20, DiskBytes: 5, Gpus: 1}, a.Resources())
	require.EqualValues(t, 4_000, a.FuelLimit())
	require.Equal(t, []string{"sse"}, a.App.Version.Tags, "looking changes nothing")

	a.Pool.Left = 5
	require.EqualValues(t, 5, a.Volume())
	a.Datasets[0].Left = 1
	require.EqualValues(t, 1, a.Volume())
	a.Request.Job.DatasetsPerTask = 1
	require.EqualValues(t, 5, a.Volume(), "of a split bag one task reads it")
	require.ErrorIs(t, a.CheckWhole(), types.ErrVolume)
	a.Request.Job.Partial = true
	require.NoError(t, a.CheckWhole())
	a.Request.Job.Partial, a.Pool.Left = false, 6
	require.NoError(t, a.CheckWhole())
}

// The most that the datasets of one task cost, against a sum for every task by itself.
func TestDatasetPriceAgainstTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prices := rapid.SliceOfN(rapid.Uint64Range(0, 1_000), 0, 12).Draw(t, "prices")
		k := rapid.Uint32Range(0, 14).Draw(t, "datasets_per_task")
		a := types.Agreement{Request: types.RequestSide{Job: types.Job{DatasetsPerTask: k}}}
		for i, p := range prices {
			d := types.DatasetSide{Version: appstypes.DatasetVersion{Price: p}}
			if i%2 == 1 {
				d = types.DatasetSide{Version: appstypes.DatasetVersion{Price: 1 << 40}, Offer: types.Offer{Order: &types.Order{Dataset: &types.DatasetOrder{Price: p}}}}
			}
			a.Datasets = append(a.Datasets, d)
		}
		perTask := make([]uint64, len(prices)+1)
		for i, p := range prices {
			task := 0
			if k > 0 {
				task = i / int(k)
			}
			perTask[task] += p
		}
		want := uint64(0)
		for _, p := range perTask {
			want = max(want, p)
		}
		if got, err := a.DatasetPrice(); err != nil || got != want {
			t.Fatalf("got %d, %v, expected %d", got, err, want)
		}
	})
}

// naive says whether a counterpart is taken, entry by entry.
func naive(ids []string, who orgstypes.Audience, id string, owner types.Party) bool {
	entries := len(ids)
	for _, want := range ids {
		if want == id || strings.HasPrefix(id, want+":") {
			return true
		}
	}
	for _, want := range who.Accounts {
		entries++
		if want == owner.Account {
			return true
		}
	}
	for _, want := range who.Organisations {
		entries++
		if owner.Organisation != "" && want == owner.Organisation {
			return true
		}
	}
	for _, want := range who.Roles {
		entries++
		for _, has := range owner.Roles {
			if owner.Organisation != "" && want == has {
				return true
			}
		}
	}
	return entries == 0
}

// With orders restricted at random, Check passes exactly when no restriction is violated and there is something left.
func TestAgreementRestrictions(t *testing.T) {
	accounts := rapid.SampledFrom([]string{alice, dora, oscar, rita})
	orgs := rapid.SampledFrom([]string{"acme", "base", "ops", "users"})
	roles := rapid.SampledFrom([]orgstypes.Role{orgstypes.ROLE_PROVIDER, orgstypes.ROLE_POOL_OPERATOR, orgstypes.ROLE_REQUESTER})
	few := func(t *rapid.T) int { return rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 0, 1, 2}).Draw(t, "entries") }
	drawAudience := func(t *rapid.T) orgstypes.Audience {
		return orgstypes.Audience{
			Accounts:      rapid.SliceOfN(accounts, 0, few(t)).Draw(t, "accounts"),
			Organisations: rapid.SliceOfN(orgs, 0, few(t)).Draw(t, "organisations"),
			Roles:         rapid.SliceOfN(roles, 0, few(t)).Draw(t, "roles"),
		}
	}
	drawRestriction := func(t *rapid.T, ids ...string) types.Restriction {
		return types.Restriction{Ids: rapid.SliceOfN(rapid.SampledFrom(ids), 0, few(t)).Draw(t, "ids"), Audience: drawAudience(t)}
	}
	apps := []string{"acme/echo", "acme/echo:1.0", "acme/echo:1", "acme/ech"}
	datasets := []string{"base/rates", "base/rates:7", "base/names", "base/names:1", "base/names:2"}
	pools := []string{"fast", "slow"}
	passed, failed := 0, 0
	until.Check(t, func(t *rapid.T) {
		a := good()
		app, data, pool := a.App.Order.App, a.Datasets[0].Order.Dataset, a.Pool.Order.Pool
		if rapid.Bool().Draw(t, "alone") {
			a.Request.Requester.Organisation, a.Request.Requester.Roles = "", nil
		}
		app.Datasets, app.Pools, app.Requesters = drawRestriction(t, datasets...), drawRestriction(t, pools...), drawAudience(t)
		if rapid.Bool().Draw(t, "both restrict") {
			data.Apps, data.Pools, data.Requesters = drawRestriction(t, apps...), drawRestriction(t, pools...), drawAudience(t)
			pool.Apps, pool.Datasets, pool.Requesters = drawRestriction(t, apps...), drawRestriction(t, datasets...), drawAudience(t)
			a.Request.Job.Pools, a.Pool.Pool.Requesters = drawRestriction(t, pools...), drawAudience(t)
		}
		left := rapid.Uint64Range(0, 3)
		a.App.Left, a.Datasets[0].Left, a.Pool.Left, a.Request.Left = 1+left.Draw(t, "app"), 1+left.Draw(t, "dataset"), left.Draw(t, "pool"), 1+left.Draw(t, "request")

		met := func(r types.Restriction, id string, owner types.Party) bool {
			return naive(r.Ids, r.Audience, id, owner)
		}
		asked := func(who orgstypes.Audience) bool { return naive(nil, who, "", a.Request.Requester) }
		ok := met(app.Datasets, "base/rates:7", a.Datasets[0].Owner) && met(app.Datasets, "base/names:1", a.Datasets[1].Owner) &&
			met(app.Pools, "fast", a.Pool.Owner) && asked(app.Requesters) &&
			met(data.Apps, "acme/echo:1.0", a.App.Owner) && met(data.Pools, "fast", a.Pool.Owner) && asked(data.Requesters) &&
			met(pool.Apps, "acme/echo:1.0", a.App.Owner) && met(pool.Datasets, "base/rates:7", a.Datasets[0].Owner) &&
			met(pool.Datasets, "base/names:1", a.Datasets[1].Owner) && asked(pool.Requesters) &&
			met(a.Request.Job.Pools, "fast", a.Pool.Owner) && asked(a.Pool.Pool.Requesters) && a.Volume() > 0

		err := a.Check()
		if (err == nil) != ok {
			t.Fatalf("expected %t: %v", ok, err)
		}
		if halves := a.CheckAssets() == nil && a.CheckPool() == nil; halves != ok {
			t.Fatalf("the halves say %t, the whole %t", halves, ok)
		}
		if ok {
			passed++
		} else {
			failed++
		}
	}, func() bool { return passed > 0 && failed > 0 })
}
