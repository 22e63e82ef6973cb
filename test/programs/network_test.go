package programs

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/result"
	"github.com/credence-chain/credence/testutil/builds"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// TestNetwork publishes every program on a devnet and has it run there: by workers of several organisations, each in a process of its own,
// whose answers agree without a court. What the requester downloads is right.
func TestNetwork(t *testing.T) {
	folder := modules(t)
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	t.Cleanup(cancel)
	runner := startNetwork(t, ctx)
	runs := map[string][]program{}
	for _, p := range programs {
		runs[p.name] = append(runs[p.name], p)
	}
	for name, list := range runs {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the runs of one program follow each other, since the first of them publishes it
			skipMissing(t, folder, name)
			for _, p := range list {
				job := p.job(t, folder)
				report, err := runner.Run(ctx, job, nil)
				require.NoError(t, err)
				require.Len(t, report.Tasks, 1)
				task := report.Tasks[0]
				require.True(t, task.Accepted(), "%+v", task)
				require.False(t, task.ByCourt)
				require.Empty(t, task.Faults)
				require.NotEmpty(t, task.Agreed)
				ending, err := client.FetchEnding(ctx, runner.Conn, task.ID, runner.Stores)
				require.NoError(t, err)
				require.Equal(t, result.KindResult, ending.Kind)
				p.check(t, job.Out, ending.ExitCode)
				t.Logf("%v agreed, %d fuel, %d ucred", task.Agreed, task.Verdict.Fuel, report.Paid)
			}
		})
	}
}

// startNetwork starts a devnet and returns a requester on it. Nobody is late there, however busy the machine is.
func startNetwork(t *testing.T, ctx context.Context) client.Runner {
	t.Helper()
	commands := os.Getenv(builds.Variable)
	if commands == "" {
		commands = t.TempDir()
		require.NoError(t, builds.Programs(commands, "credenced", "credence-worker"))
	}
	t.Setenv("CREDENCE_WORKER_CACHE", cache)
	net, err := devnet.Start(devnet.Options{
		State: t.TempDir(), Workers: 4,
		Credenced: filepath.Join(commands, "credenced"), Worker: filepath.Join(commands, "credence-worker"),
		EditGenesis: func(g devnet.Genesis) error {
			return genesis.Edit(g.State, g.Codec, markettypes.ModuleName, &markettypes.GenesisState{}, func(s *markettypes.GenesisState) error {
				s.Params.CommitBlocks, s.Params.RevealBlocks = 600, 120
				return nil
			})
		},
	})
	require.NoError(t, err)
	t.Cleanup(net.Stop)
	require.NoError(t, net.Ready(ctx))
	conn, err := client.Dial(ctx, net.Info.GRPC[:1], net.Info.ChainID)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	key := func(name string) client.Key {
		key, err := client.LoadKey(net.Info.Account(name).KeyFile)
		require.NoError(t, err)
		return key
	}
	return client.Runner{Conn: conn, Stores: []string{net.Info.Store}, Requester: key("requester"), Provider: key("provider")}
}
