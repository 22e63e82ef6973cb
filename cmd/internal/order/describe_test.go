package order

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/printer"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// rowsOf returns the labels and texts that write prints.
func rowsOf(t *testing.T, write func(*printer.Labels)) [][]string {
	t.Helper()
	var out strings.Builder
	labels := printer.NewLabels(&out)
	write(labels)
	require.NoError(t, labels.Flush())
	return fields(out.String())
}

func TestDescribeOrder(t *testing.T) {
	only := func(ids ...string) markettypes.Restriction { return markettypes.Restriction{Ids: ids} }
	for _, tc := range []struct {
		name  string
		order markettypes.Order
		want  [][]string
	}{
		{
			"an app", markettypes.Order{App: &markettypes.AppOrder{App: "studio/ray:1", Price: 2_000_000}},
			[][]string{{"app", "studio/ray:1"}, {"price", "2 CRED a task"}, {"volume", "no bound"}},
		},
		{
			"an app with everything", markettypes.Order{App: &markettypes.AppOrder{
				App: "studio/ray:1", Price: 1, Volume: 1, Tags: []string{"eu", "tee"}, Datasets: only("base/a", "base/b:2"), Pools: only("north"),
				Requesters: orgstypes.Audience{Organisations: []string{"lab"}, Roles: []orgstypes.Role{orgstypes.ROLE_WORKER}},
			}},
			[][]string{
				{"app", "studio/ray:1"}, {"price", "0.000001 CRED a task"}, {"volume", "1 task"}, {"more tags", "eu, tee"},
				{"datasets", "only base/a, base/b:2"}, {"pools", "only north"}, {"requesters", "only organisation lab, role worker"},
			},
		},
		{
			"a dataset", markettypes.Order{Dataset: &markettypes.DatasetOrder{
				Dataset: "base/rates:7", Price: 500_000, Volume: 9,
				Apps: markettypes.Restriction{Audience: orgstypes.Audience{Organisations: []string{"studio"}}},
			}},
			[][]string{{"dataset", "base/rates:7"}, {"price", "0.5 CRED a task"}, {"volume", "9 tasks"}, {"apps", "only those of organisation studio"}},
		},
		{
			"a price by use", markettypes.Order{Pool: &markettypes.PoolOrder{
				Pool: "north", Price: 90_000, Stake: 1_000_000, MaxFuel: 1e11, UsePrice: &dealstypes.UsePrice{Base: 40_000, PerGfuel: 500},
			}},
			[][]string{
				{"pool", "north"}, {"price", "0.04 CRED and 0.0005 CRED for each Gfuel that is used, at most 0.09 CRED a right replica, 0 % of it for the operator"},
				{"volume", "no bound"}, {"stake", "1 CRED an assignment"}, {"category", "none"}, {"trust", "any"}, {"fuel", "up to 100G"},
			},
		},
		{
			"a pool", markettypes.Order{Pool: &markettypes.PoolOrder{
				Pool: "north", Price: 30_000, CommissionBps: 250, Stake: 1_000_000, MaxFuel: 2_000_000_000, Trust: 1_000, Category: "xs",
				Resources: appstypes.Resources{CpuMillis: 1_500, Gpus: 1}, Tags: []string{"gpu"},
			}},
			[][]string{
				{"pool", "north"}, {"price", "0.03 CRED a right replica, 2.5 % of it for the operator"}, {"volume", "no bound"},
				{"stake", "1 CRED an assignment"}, {"category", "xs"}, {"trust", "up to 99.9%"}, {"fuel", "up to 2G"},
				{"resources", "1.5 cores, 1 GPUs"}, {"tags", "gpu"},
			},
		},
		{"nothing", markettypes.Order{}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var o orderFlags
			require.Equal(t, tc.want, rowsOf(t, func(l *printer.Labels) { o.describeOrder(l, tc.order) }))
		})
	}
}

func TestDescribeRequest(t *testing.T) {
	var o orderFlags
	job := markettypes.Job{
		App: "studio/ray:1", Args: []string{"-n", "3"}, Size_: 12, Partial: true, Trust: 1_000, Policy: "credence", MinReplicas: 3, AuditBlocks: 50,
		MaxPrice: 5_000_000, MaxAppPrice: 1_000_000, MaxPoolPrice: 40_000, Value: 9_000_000, FuelLimit: 1_000_000, Pool: "north",
		Inputs: []*dealstypes.Input{
			{Name: "scene.txt", Size_: 2_048, Digest: "sha256:" + strings.Repeat("ab", 32)},
			{Name: "textures", Tree: true, Size_: 10, Digest: "sha256:" + strings.Repeat("cd", 32)},
			{Name: "frames", Tree: true, Size_: 10, Digest: "sha256:" + strings.Repeat("ef", 32)},
		},
		Datasets: []string{"base/rates:7"}, Voucher: "v1", Callback: "oracle",
		Execution: &dealstypes.Execution{
			OkExit: []uint32{0, 2}, Stdin: "scene.txt", Stdout: "log.txt", Seconds: 90, Clock: 1_767_225_600, Seed: "s", Writable: true,
			Workdir: "in", OutputPath: "result", Env: []string{"A=1", "B=2"}, Rows: "frames",
		},
	}
	require.Equal(t, [][]string{
		{"app", "studio/ray:1"}, {"arguments", "-n 3"}, {"success", "exit status 0, 2"}, {"stdout", "log.txt"}, {"stdin", "scene.txt"}, {"environment", "A=1 B=2"},
		{"time", "90 s for one execution"}, {"clock", "2026-01-01T00:00:00Z"}, {"seed", "s"}, {"writable", "below /in, and dropped at the end"},
		{"workdir", "/in"}, {"result", "what lies in /out/result"},
		{"input", "scene.txt, 2 kB, sha256:abababababab"}, {"input", "textures/ (a folder), 10 B, sha256:cdcdcdcdcdcd"}, {"rows", "one for each task, 10 B, sha256:efefefefefef"},
		{"datasets", "base/rates:7"}, {"tasks", "12, also in part"}, {"trust", "99.9% (one wrong result expected in 1000), policy credence"},
		{"replicas", "at least 3"}, {"audit", "50 blocks and the time to run it, in which the answer can be challenged"},
		{"price", "at most 5 CRED a task, 1 CRED for the app, 0.04 CRED a replica"}, {"at risk", "9 CRED"}, {"category", "none"}, {"fuel", "up to 1M"},
		{"pool", "north"}, {"voucher", "v1"}, {"callback", "oracle"},
	}, rowsOf(t, func(l *printer.Labels) { o.describeOrder(l, markettypes.Order{Request: &job}) }))

	least := markettypes.Job{App: "studio/ray:1", Size_: 1, Trust: 2, Policy: "single", MaxPrice: 1_000_000}
	rows := rowsOf(t, func(l *printer.Labels) { o.describeOrder(l, markettypes.Order{Request: &least}) })
	require.Len(t, rows, 5, "what is not said is not shown")
	require.Contains(t, rows[2][1], "It promises no bound on wrong results")
}

// The accounts of a request are shown as people know them, here by their addresses.
func TestDescribeParties(t *testing.T) {
	var o orderFlags
	job := markettypes.Job{App: "studio/ray:1", Size_: 1, Trust: 2, Policy: "credence", MaxPrice: 1, Sponsor: someOwner, Beneficiary: someOwner,
		Pools: markettypes.Restriction{Ids: []string{"north"}, Audience: orgstypes.Audience{Accounts: []string{someOwner}}}}
	rows := rowsOf(t, func(l *printer.Labels) { o.describeOrder(l, markettypes.Order{Request: &job}) })
	require.Contains(t, rows, []string{"pools", "only north, those of " + someOwner})
	require.Contains(t, rows, []string{"sponsor", someOwner})
	require.Contains(t, rows, []string{"beneficiary", someOwner})
}
