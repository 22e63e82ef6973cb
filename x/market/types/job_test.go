package types_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

func goodJob() types.Job {
	return types.Job{
		App: "acme/echo:1.0", Args: []string{"-n", "3"}, Trust: 100, MaxPrice: 1_000, FuelLimit: 500, Size_: 3,
		Inputs:   []*dealstypes.Input{{Name: "a/b.txt", Digest: digest("e"), Size_: 12, Locators: []string{"https://store.example"}}},
		Datasets: []string{"base/rates:7", digest("c")}, Tags: []string{"gpu"}, Category: "s", Pool: "fast",
		Resources: appstypes.Resources{CpuMillis: 1_000}, Pools: only("fast"), Voucher: strings.Repeat("0", 64),
		Beneficiary: alice, Callback: "oracle",
	}.Normal()
}

func TestJobValidate(t *testing.T) {
	type job = types.Job
	for _, tc := range []struct {
		name     string
		malleate func(*job)
		expErr   error
		says     string
	}{
		{"good", func(*job) {}, nil, ""},
		{"app by digest", func(j *job) { j.App = digest("a") }, nil, ""},
		{"no app", func(j *job) { j.App = "" }, types.ErrUnknownApp, `app: got ""`},
		{"app without version", func(j *job) { j.App = "acme/echo" }, types.ErrUnknownApp, "app: got"},
		{"trust", func(j *job) { j.Trust = 1 }, types.ErrTrust, "trust: got 1"},
		{"policy", func(j *job) { j.Policy = "vote" }, types.ErrPolicy, `policy: got "vote"`},
		{"static credibility of a quorum", func(j *job) { j.Policy, j.StaticCredibility = "quorum", true }, types.ErrPolicy, "static_credibility: the policy"},
		{"a jury of any trust", func(j *job) { j.Policy, j.Trust = "jury", poco.MaxTrust }, nil, ""},
		{"iExec's rule", func(j *job) { j.Policy, j.Trust = "iexec", 10_000_000 }, nil, ""},
		{"iExec's rule at a trust that it cannot reach", func(j *job) { j.Policy, j.Trust = "iexec", 20_000_000 }, types.ErrTrust, "trust: got 20000000, for which more than 24 workers would have to agree"},
		{"more than a jury has", func(j *job) { j.Policy, j.MinReplicas = "jury", poco.MaxReplicas+1 }, types.ErrReplicas, "min_replicas: got 25"},
		{"static credibility of a jury", func(j *job) { j.Policy, j.StaticCredibility = "jury", true }, types.ErrPolicy, "static_credibility: the policy"},
		{"single, of no pool", func(j *job) { j.Policy, j.Pool = "single", "" }, types.ErrPolicy, "pool: got none"},
		{"single, of a pool", func(j *job) { j.Policy, j.Pool = "single", "fast" }, nil, ""},
		{"single, of two", func(j *job) { j.Policy, j.Pool, j.MinReplicas = "single", "fast", 2 }, types.ErrReplicas, "min_replicas: got 2, expected at most 1"},
		{"replicas", func(j *job) { j.MinReplicas = poco.MaxReplicas + 1 }, types.ErrReplicas, "min_replicas: got"},
		{"fuel of the category", func(j *job) { j.FuelLimit = 0 }, nil, ""},
		{"no fuel", func(j *job) { j.FuelLimit, j.Category = 0, "" }, types.ErrFuel, "fuel_limit: got 0 and no category"},
		{"fuel", func(j *job) { j.FuelLimit = types.DefaultParams().MaxFuel + 1 }, types.ErrFuel, "fuel_limit: got"},
		{"no size", func(j *job) { j.Size_ = 0 }, types.ErrSize, "size: got 0"},
		{"size", func(j *job) { j.Size_ = types.DefaultParams().MaxSize + 1 }, types.ErrSize, "size: got"},
		{"category", func(j *job) { j.Category = "seventeen-letters" }, types.ErrCategory, "category: got"},
		{"args", func(j *job) { j.Args = []string{strings.Repeat("x", 16<<10)} }, types.ErrArgs, "args: got 16385 bytes"},
		{"zero byte", func(j *job) { j.Args = []string{"a", "b\x00"} }, types.ErrArgs, "args[1]"},
		{"input's name", func(j *job) { j.Inputs[0].Name = "../x" }, types.ErrInputName, "inputs[0].name"},
		{"input in the datasets' place", func(j *job) { j.Inputs[0].Name = "datasets" }, types.ErrInputName, `inputs[0].name: "datasets"`},
		{"input below it", func(j *job) { j.Inputs[0].Name = "datasets/acme/x" }, types.ErrInputName, "inputs[0].name"},
		{"input beside it", func(j *job) { j.Inputs[0].Name = "datasets2/x" }, nil, ""},
		{"input's digest", func(j *job) { j.Inputs[0].Digest = "x" }, types.ErrDigest, "digest: got"},
		{"input's size", func(j *job) { j.Inputs[0].Size_ = math.MaxUint64 }, types.ErrInputs, "inputs[0].size"},
		{"input's locator", func(j *job) { j.Inputs[0].Locators = []string{"ftp://x"} }, types.ErrLocator, "inputs[0].locators"},
		{"missing input", func(j *job) { j.Inputs[0] = nil }, types.ErrInputName, "inputs[0]: missing"},
		{"input twice", func(j *job) { j.Inputs = append(j.Inputs, j.Inputs[0]) }, types.ErrInputName, "there twice"},
		{"file and folder", func(j *job) { j.Inputs = append(j.Inputs, &dealstypes.Input{Name: "a", Digest: digest("e")}) }, types.ErrInputName, "is a file and the folder"},
		{"too many datasets", func(j *job) { j.Datasets = make([]string, 65) }, types.ErrDatasets, "datasets: got 65, expected at most 64"},
		{"dataset", func(j *job) { j.Datasets[0] = "base/rates" }, types.ErrDatasets, `datasets[0]: got "base/rates"`},
		{"dataset twice", func(j *job) { j.Datasets[0] = j.Datasets[1] }, types.ErrDatasets, "there twice"},
		{"two versions", func(j *job) { j.Datasets[1] = "base/rates:8" }, types.ErrDatasets, `"base/rates" is there twice`},
		{"split", func(j *job) { j.DatasetsPerTask, j.Size_ = 1, 2 }, nil, ""},
		{"split of one part", func(j *job) { j.DatasetsPerTask, j.Size_ = 3, 1 }, nil, ""},
		{"split rounded up", func(j *job) { j.Datasets, j.DatasetsPerTask, j.Size_ = append(j.Datasets, digest("d")), 2, 2 }, nil, ""},
		{"split of another size", func(j *job) { j.DatasetsPerTask = 1 }, types.ErrSize, "size: got 3, expected 2 tasks for 2 datasets, 1 for each"},
		{"split of nothing", func(j *job) { j.Datasets, j.DatasetsPerTask = nil, 1 }, types.ErrDatasets, "datasets_per_task: got 1"},
		{"split beyond 32 bits", func(j *job) { j.DatasetsPerTask, j.Size_ = math.MaxUint32, 1 }, nil, ""},
		{"tags", func(j *job) { j.Tags = []string{"a", "a"} }, types.ErrTag, "tags[1]"},
		{"resources", func(j *job) { j.Resources.DiskBytes = math.MaxUint64 }, types.ErrResources, "disk_bytes"},
		{"pool", func(j *job) { j.Pool = "x" }, types.ErrUnknownPool, `pool: got "x"`},
		{"too many pools", func(j *job) { j.Pools.Ids = make([]string, 33) }, types.ErrRestriction, "pools: got 33"},
		{"callback", func(j *job) { j.Callback = "Oracle" }, types.ErrCallback, `callback: got "Oracle"`},
		{"onchain", func(j *job) { j.Onchain = "a/value.txt" }, nil, ""},
		{"a sealed answer", func(j *job) { j.Execution = &dealstypes.Execution{Recipient: recipient} }, nil, ""},
		{"a sealed answer for nobody", func(j *job) { j.Execution = &dealstypes.Execution{Recipient: "age1x"} }, types.ErrExecution, "recipient: "},
		{"a sealed answer, and a file of it on chain", func(j *job) {
			j.Onchain, j.Execution = "a/value.txt", &dealstypes.Execution{Recipient: recipient}
		}, types.ErrOnchain, "everybody reads"},
		{"a sealed answer under proven", func(j *job) {
			j.Policy, j.Execution = "proven", &dealstypes.Execution{Recipient: recipient}
		}, types.ErrPolicy, "as the program wrote it"},
		{"onchain outside", func(j *job) { j.Onchain = "../value.txt" }, types.ErrOnchain, "onchain: "},
		{"onchain that is no path", func(j *job) { j.Onchain = "/value.txt" }, types.ErrOnchain, "onchain: "},
		{"sponsor and voucher", func(j *job) { j.Sponsor = alice }, types.ErrSponsor, "at most one"},
		{"voucher", func(j *job) { j.Voucher = "x" }, types.ErrID, "voucher"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j := goodJob()
			tc.malleate(&j)
			err := j.Validate(types.DefaultParams())
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr != nil {
				require.ErrorContains(t, err, tc.says)
			}
		})
	}
}

func TestJobFuel(t *testing.T) {
	p, c := types.Params{MaxFuel: 100}, &types.Category{FuelLimit: 70}
	require.EqualValues(t, 50, types.Job{FuelLimit: 50}.Fuel(c, p))
	require.EqualValues(t, 70, types.Job{}.Fuel(c, p))
	c.FuelLimit = 200
	require.EqualValues(t, 100, types.Job{}.Fuel(c, p), "no more than the parameters allow")
	require.Zero(t, types.Job{}.Fuel(nil, p))
}

// recipient is a public key of age.
const recipient = "age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm"
