package network_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/app/upgrades/rehearsal"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/testutil/tool"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
)

// blocksToDecide is the number of blocks within which the only seat decides on the upgrade, about twenty seconds.
const blocksToDecide = 100

// A node under cosmovisor passes an upgrade without anybody's hand: cosmovisor has the folders that the validators' guide names, starts the
// next build when the old one ends, and keeps a copy of the data. When it is started again, it starts the next build at once.
func TestCosmovisorChangesTheBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	cosmovisor := buildCosmovisor(t)
	n := filesOf(t, 1, func(net *setup.Testnet) {
		net.Funds, net.VotingPeriod = 1_000_000_000, 3*time.Second
		net.Edit = func(g genesis.State, cdc codec.Codec) error {
			return admitLate(g, cdc, filepath.Join(t.TempDir(), late))
		}
	})[0]
	folder, backups := filepath.Join(n.Home, "cosmovisor"), t.TempDir()
	for at, binary := range map[string]string{"genesis": build(t), "upgrades/" + rehearsal.Name: buildAs(t, "CREDENCED_NEXT", "-tags", "rehearsal")} {
		require.NoError(t, os.MkdirAll(filepath.Join(folder, at, "bin"), 0o755))
		require.NoError(t, os.Symlink(binary, filepath.Join(folder, at, "bin", "credenced")))
	}
	run := func() *exec.Cmd {
		cmd := exec.Command(cosmovisor, "run", "start", "--home", n.Home, "--log_no_color")
		cmd.Env = append(os.Environ(), "DAEMON_NAME=credenced", "DAEMON_HOME="+n.Home, "DAEMON_DATA_BACKUP_DIR="+backups, "HOME="+t.TempDir())
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		launch(t, n, cmd)
		t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }) // the node too
		return cmd
	}

	process := run()
	waitForHeight(t, n, 2)
	conn := dial(ctx, t, n)
	beaconVersion := func() uint64 {
		res, err := upgradetypes.NewQueryClient(conn).ModuleVersions(ctx, &upgradetypes.QueryModuleVersionsRequest{ModuleName: beacontypes.ModuleName})
		require.NoError(t, err)
		return res.ModuleVersions[0].Version
	}
	require.EqualValues(t, 1, beaconVersion())
	at := height(n) + blocksToDecide
	council := consortium{t: t, ctx: ctx, conn: conn, homes: []string{n.Home}}
	council.adopts(&upgradetypes.MsgSoftwareUpgrade{Authority: app.Authority(), Plan: upgradetypes.Plan{Name: rehearsal.Name, Height: at}})
	// The node ends by itself. Cosmovisor can miss its file then, and ends too; its supervisor starts it again.
	ended := make(chan error, 1)
	await := func(c *exec.Cmd) { ended <- c.Wait() }
	go await(process)
	require.Eventually(t, func() bool {
		select {
		case err := <-ended:
			require.Error(t, err)
			t.Log("cosmovisor ended with the old build")
			process = run()
			go await(process)
		default:
		}
		return height(n) >= at+3
	}, 5*time.Minute, 200*time.Millisecond)
	require.EqualValues(t, 2, beaconVersion())
	current, err := os.Readlink(filepath.Join(folder, "current"))
	require.NoError(t, err)
	require.Equal(t, rehearsal.Name, filepath.Base(current))
	copies, err := filepath.Glob(filepath.Join(backups, "data-backup-*", "application.db"))
	require.NoError(t, err)
	require.Len(t, copies, 1, "a copy of the data from before")

	// As a supervisor does, the signal goes to all processes: after an upgrade cosmovisor gives it to the old one.
	require.NoError(t, syscall.Kill(-process.Process.Pid, syscall.SIGTERM))
	<-ended
	require.Eventually(t, func() bool { return height(n) == -1 }, time.Minute, 200*time.Millisecond, "the node has ended")
	run()
	waitForHeight(t, n, at+6)
}

// buildCosmovisor builds the pinned cosmovisor.
func buildCosmovisor(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cosmovisor")
	cmd := exec.Command("go", "build", "-o", path, "cosmossdk.io/tools/cosmovisor/cmd/cosmovisor")
	cmd.Dir = "../../tools/cosmovisor"
	if out, err := cmd.CombinedOutput(); err != nil {
		tool.Miss(t, fmt.Sprintf("cosmovisor, which tools/cosmovisor pins: %s", out))
	}
	return path
}
