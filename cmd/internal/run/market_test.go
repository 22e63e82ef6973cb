package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func TestMarketFlags(t *testing.T) {
	for _, tc := range []struct {
		name     string
		malleate func(*marketFlags)
		expErr   string
	}{
		{"nothing", func(*marketFlags) {}, ""},
		{"an app's price", func(m *marketFlags) { m.MaxAppPrice = "5EUR" }, "--max-app-price"},
		{"datasets for nothing", func(m *marketFlags) { m.MaxDatasetPrice = "0" }, "--max-dataset-price 0"},
		{"a pool's price", func(m *marketFlags) { m.MaxPoolPrice = "-1" }, "--max-pool-price"},
		{"memory in words", func(m *marketFlags) { m.Needs.Memory = "much" }, "--memory"},
		{"disk below nothing", func(m *marketFlags) { m.Needs.Disk = "-1MiB" }, "--disk"},
		{"no core", func(m *marketFlags) { m.Needs.Cpu = "0" }, "--cpu 0"},
		{"cores in words", func(m *marketFlags) { m.Needs.Cpu = "two" }, "--cpu two"},
		{"cores too fine", func(m *marketFlags) { m.Needs.Cpu = "0.0001" }, "--cpu 0.0001"},
		{"pools of nobody", func(m *marketFlags) { m.poolsOf = []string{"role:king"} }, `--only-pool-of "role:king"`},
		{"rests for nothing", func(m *marketFlags) { m.rest = "0" }, "--rest 0"},
		{"rests in the past", func(m *marketFlags) { m.rest = "-5m" }, "--rest -5m"},
		{"rests for a while", func(m *marketFlags) { m.rest = "a while" }, "--rest a while"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j := jobFlags{out: "o"}
			j.Trust, j.Bag = "1000", 1
			tc.malleate(&j.marketFlags)
			job, err := j.readJob([]string{"app.wasm"})
			if tc.expErr != "" {
				require.ErrorContains(t, err, tc.expErr)
				return
			}
			require.NoError(t, err)
			require.Equal(t, client.Job{App: "app.wasm", Trust: 1000, Bag: 1, Out: "o"}, job)
		})
	}
}

// parsed parses the command's own flags and returns the job.
func parsed(t *testing.T, args ...string) client.Job {
	t.Helper()
	var (
		j   jobFlags
		job client.Job
	)
	cmd := runCmdWith(&j)
	require.NoError(t, cmd.ParseFlags(args))
	j.bagGiven = cmd.Flags().Changed("bag")
	job, err := j.readJob([]string{"app.wasm"})
	require.NoError(t, err)
	return job
}

func TestMarketFlagsFillTheJob(t *testing.T) {
	job := parsed(t,
		"--dataset", "acme/cities:1", "--dataset", "roads,2024.csv", "--category", "xs", "--tag", "tee,gpu", "--tag", "eu",
		"--pool", "north", "--pool", "south", "--max-app-price", "1CRED", "--max-dataset-price", "2CRED", "--max-pool-price", "3ucred",
		"--voucher", "ABCD", "--beneficiary", "cred1x", "--partial", "--rest", "90s",
		"--memory", "512MiB", "--disk", "1MB", "--cpu", "1.5", "--gpus", "2", "--out", "o")
	require.Equal(t, client.Job{
		App: "app.wasm", Trust: 1000, Bag: 1, Out: "o",
		Datasets: []string{"acme/cities:1", "roads,2024.csv"}, Category: "xs", Tags: []string{"tee", "gpu", "eu"}, Pools: []string{"north", "south"},
		MaxAppPrice: 1_000_000, MaxDatasetPrice: 2_000_000, MaxPoolPrice: 3, Voucher: "abcd", Beneficiary: "cred1x",
		Partial: true, RestFor: 90 * time.Second,
		Resources: appstypes.Resources{CpuMillis: 1500, MemoryBytes: 512 << 20, DiskBytes: 1_000_000, Gpus: 2},
	}, job)
	of := parsed(t, "--pool", "north", "--only-pool-of", "acme,role:worker").PoolsOf
	require.Equal(t, orgstypes.Audience{Organisations: []string{"acme"}, Roles: []orgstypes.Role{orgstypes.ROLE_WORKER}}, of)
	require.EqualValues(t, 1000, parsed(t, "--rest", "1000").Rest)
	require.EqualValues(t, 77, parsed(t, "--expiry", "77").Expiry)
	require.EqualValues(t, 5, parsed(t, "--bag", "5").Bag)
	require.Zero(t, parsed(t, "--dataset", "a", "--datasets-per-task", "2").Bag, "as many as the datasets make")
	require.EqualValues(t, 5, parsed(t, "--dataset", "a", "--datasets-per-task", "2", "--bag", "5").Bag)
}
