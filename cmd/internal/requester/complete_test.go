package requester

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/devinfo"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// completed asks for the completions of a command line, as a shell does. It returns the words, with the directive last.
func completed(t *testing.T, args ...string) []string {
	t.Helper()
	root := &cobra.Command{Use: "credence"}
	root.AddCommand(Commands()...)
	var out, told bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&told)
	root.SetArgs(append([]string{cobra.ShellCompNoDescRequestCmd}, args...))
	require.NoError(t, root.Execute(), args)
	require.NotContains(t, told.String(), "rror", args)
	return strings.Fields(out.String())
}

// undisturbed gives the test a folder of its own, without a devnet, contexts or keys.
func undisturbed(t *testing.T) {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("CREDENCED_HOME", t.TempDir())
	t.Setenv(devinfo.EnvInfo, filepath.Join(t.TempDir(), "none.json"))
	t.Chdir(t.TempDir())
}

// Values that need no chain are completed without one, from the beginning that was typed.
func TestCompletesWithoutAChain(t *testing.T) {
	undisturbed(t)
	for name, folder := range map[string]string{"alice": "keyring-test", "bob": "keyring-file", "carol": "."} {
		require.NoError(t, os.MkdirAll(filepath.Join(os.Getenv("CREDENCED_HOME"), folder), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(os.Getenv("CREDENCED_HOME"), folder, name+".info"), nil, 0o600))
	}
	require.NoError(t, runCommand(t, "context", "add", "testnet", "--from", "alice", "--keyring-backend", "test"))
	for _, file := range []string{"a.wasm", "b.tar", "c.txt", "job.json"} {
		require.NoError(t, os.WriteFile(file, nil, 0o600))
	}
	require.NoError(t, os.Mkdir("apps", 0o700))
	require.NoError(t, os.WriteFile("apps/d.wasm", nil, 0o600))
	for _, tc := range []struct{ line, want string }{
		{"run --policy ", "credence court quorum jury iexec proven attested single :4"},
		{"run --policy c", "credence court :4"},
		{"order book --runtime ", "wasm oci circuit :4"},
		{"task list --output ", "table wide json yaml :4"},
		{"task show --output ", "text json :4"},
		{"run --context ", "devnet testnet :4"},
		{"context use t", "testnet :4"},
		{"run --keyring-backend test --from ", "alice :4"},
		{"run --keyring-backend file --from ", "bob :4"},
		{"run --from ", "carol :4"},
		{"run --context testnet --from ", "alice :4"},
		{"run ", "a.wasm apps/ b.tar :4"},
		{"run a", "a.wasm apps/ :4"},
		{"run apps/", "apps/d.wasm :4"},
		{"run ap", "apps/ :6"}, // the directive adds no space
		{"workflow run ", "yaml yml :8"},
		{"order place ", "json :8"},
		{"order inspect ", "apps/ job.json :4"},
		{"task show ", ":4"},
		{"task show 3f2a ", ":4"},
	} {
		require.Equal(t, strings.Fields(tc.want), completed(t, strings.Split(tc.line, " ")...), tc.line)
	}
}

// The chain gives completions: ids, the newest requests of the user and their tasks, and apps with their versions.
func TestCompletesFromTheChain(t *testing.T) {
	n := nodetest.NewNode(t)
	undisturbed(t)
	require.NoError(t, os.WriteFile("key", []byte(strings.Repeat("1", 64)), 0o600))
	id := func(digit string) string { return strings.Repeat(digit, 64) }
	nodetest.Answer(n, "/credence.market.v1.Query/Requests", func(req *markettypes.QueryRequestsRequest) (*markettypes.QueryRequestsResponse, error) {
		require.True(t, req.Pagination.Reverse)
		return &markettypes.QueryRequestsResponse{Requests: []markettypes.Request{{Id: id("a"), Height: 5}, {Id: id("b"), Height: 7, Deal: id("d"), Job: markettypes.Job{Size_: 1}}}}, nil
	})
	nodetest.Answer(n, "/credence.deals.v1.Query/Deal", func(*dealstypes.QueryDealRequest) (*dealstypes.QueryDealResponse, error) {
		return &dealstypes.QueryDealResponse{Deal: dealstypes.Deal{Id: id("d"), Size_: 1, Request: id("b")}}, nil
	})
	nodetest.Answer(n, "/credence.tasks.v1.Query/TasksOfDeal", func(*taskstypes.QueryTasksOfDealRequest) (*taskstypes.QueryTasksOfDealResponse, error) {
		return &taskstypes.QueryTasksOfDealResponse{Tasks: []taskstypes.Task{{Id: id("e")}}}, nil
	})
	nodetest.Answer(n, "/credence.tasks.v1.Query/Resolve", func(req *taskstypes.QueryResolveRequest) (*taskstypes.QueryResolveResponse, error) {
		return &taskstypes.QueryResolveResponse{Tasks: []string{req.Prefix + id("e")[len(req.Prefix):]}}, nil
	})
	nodetest.Answer(n, "/credence.market.v1.Query/Resolve", func(req *markettypes.QueryResolveRequest) (*markettypes.QueryResolveResponse, error) {
		return &markettypes.QueryResolveResponse{Orders: []string{req.Prefix + id("f")[len(req.Prefix):]}}, nil
	})
	nodetest.Answer(n, "/credence.deals.v1.Query/Resolve", func(*dealstypes.QueryResolveRequest) (*dealstypes.QueryResolveResponse, error) {
		return &dealstypes.QueryResolveResponse{}, nil
	})
	nodetest.Answer(n, "/credence.apps.v1.Query/Apps", func(*appstypes.QueryAppsRequest) (*appstypes.QueryAppsResponse, error) {
		return &appstypes.QueryAppsResponse{Apps: []appstypes.App{{Id: "studio/count"}, {Id: "studio/old", Deprecated: true}, {Id: "acme/tool"}}}, nil
	})
	nodetest.Answer(n, "/credence.apps.v1.Query/App", func(req *appstypes.QueryAppRequest) (*appstypes.QueryAppResponse, error) {
		return &appstypes.QueryAppResponse{Versions: []appstypes.Version{{Version: "1.0"}, {Version: "2.0"}}}, nil
	})
	nodetest.Answer(n, "/credence.workers.v1.Query/Pools", func(*workerstypes.QueryPoolsRequest) (*workerstypes.QueryPoolsResponse, error) {
		return &workerstypes.QueryPoolsResponse{Pools: []workerstypes.Pool{{Id: "north", Capabilities: []string{"tee"}}, {Id: "south", Capabilities: []string{"gpu", "tee"}}}}, nil
	})
	for _, tc := range []struct{ line, want string }{
		{"task cancel --key-file key --node NODE ", "bbbbbbbbbbbb aaaaaaaaaaaa :4"},
		{"task show --node NODE ", ":4"}, // without a key there are no requests of the user
		{"task show --node NODE eeee", id("e") + " :4"},
		{"order inspect --node NODE ffff", id("f") + " :4"},
		{"task show --node NODE zz", ":4"},
		{"run --node NODE stu", "studio/count: :6"},
		{"run --node NODE studio/count:", "studio/count:1.0 studio/count:2.0 :4"},
		{"run --node NODE --pool ", "north south :4"},
		{"run --node NODE --tag ", "tee gpu :4"},
	} {
		line := strings.Split(strings.ReplaceAll(tc.line, "NODE", n.Endpoint), " ")
		require.Equal(t, strings.Fields(tc.want), completed(t, line...), tc.line)
	}
}

// Completion is bounded in time. A node that accepts calls and never answers costs no more than the patience. A node that is down costs
// no wait.
func TestCompletionIsBounded(t *testing.T) {
	undisturbed(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	for _, node := range []string{silent.Addr().String(), "127.0.0.1:1", "nonsense"} {
		begun := time.Now()
		require.Equal(t, []string{":4"}, completed(t, "run", "--node", node, "--pool", ""), node)
		require.Less(t, time.Since(begun), time.Minute/2, node)
	}
}

// plain are the flags whose values cannot be known in advance.
var plain = strings.Fields(`answer arg args audit-blocks bag base-price beneficiary chain-id clock commission concurrency cpu datasets-per-task description digest disk env expiry
	fuel gas gas-prices gpus history holder input limit listen locator map max-app-price max-bond max-dataset-price max-fuel max-pool-price max-price
	measurement media-type memory min-replicas name node nonce oci-gpus ok-exit once onchain only-app-of only-dataset-of only-pool-of only-requester output-path
	platform price price-per-gfuel price-per-second recipient requester rest schema seed since sponsor stake stall stdin stdout store store-token task time trust url value version
	volume wait workdir`)

// files are the flags whose values are files or folders. A shell completes these by itself.
var files = strings.Fields(`files home identity journal key-file key-passphrase-file keyring-dir oci-path out provider-key-file tls-cert tls-key`)

// Every argument of a command, and every flag with a value, has completions, unless it is listed above.
func TestEverythingIsCompleted(t *testing.T) {
	excused := map[string]bool{}
	for _, name := range append(plain, files...) {
		excused[name] = true
	}
	used := map[string]bool{}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		if fields := strings.Fields(cmd.Use); len(fields) > 1 && cmd.Runnable() && fields[1] != "--pool" && fields[1] != "DIGEST" {
			require.NotNil(t, cmd.ValidArgsFunction, "%s takes %s", cmd.CommandPath(), fields[1])
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			_, done := cmd.GetFlagCompletionFunc(f.Name)
			if f.NoOptDefVal == "" && !done {
				require.True(t, excused[f.Name], "%s --%s: nothing completes it, and it is in no list", cmd.CommandPath(), f.Name)
				used[f.Name] = true
			}
		})
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	root := &cobra.Command{Use: "credence"}
	root.AddCommand(Commands()...)
	walk(root)
	for name := range excused {
		require.True(t, used[name], fmt.Sprintf("--%s is listed, and nothing needs it", name))
	}
}
