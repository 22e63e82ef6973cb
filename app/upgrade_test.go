package app_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/app/upgrades/rehearsal"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// busy returns a chain with a new task in every block until a height. One worker lies, and all answer at once. Two chains with the same
// arguments are equal, block for block.
func busy(t *testing.T, until int64, first upgrades.Version) *testutil.Compute {
	t.Helper()
	params := testutil.WithParams(nil, func(p *markettypes.Params) { p.AuditBlocks = 30 }, nil)
	c := testutil.NewCompute(t, testutil.ComputeOptions{}, testutil.WithVersion(first), params)
	c.PassPlan(rehearsal.Name, until+1)
	for c.Height() < until {
		c.QueueSubmit(c.Job())
		step(c, until-15)
	}
	return c
}

// step makes a block with all answers that are due. From a given height on three workers lie, and each court takes its time.
func step(c *testutil.Compute, lieFrom int64) {
	liars := []string{testutil.Lab(1), testutil.Lab(2), testutil.Lab(3)}
	lies := func(_ taskstypes.Task, s taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool) {
		o := testutil.Truth
		if bench == taskstypes.BENCH_WORKERS && slices.Contains(liars, s.Organisation) && c.Height() >= lieFrom {
			o.Digest[0] ^= 1
		}
		return o, true
	}
	for _, id := range c.OpenTasks() {
		court := c.Task(id).Phase == taskstypes.PHASE_COURT_COMMIT || c.Task(id).Phase == taskstypes.PHASE_COURT_REVEAL
		if !court || (c.Height()+int64(id[0]))%4 == 0 {
			c.QueueWork(id, lies)
		}
	}
	c.Next()
}

// TestUpgradeInPlace upgrades a chain with tasks in every phase to another layout. It then runs on beside a twin whose upgrade changed
// nothing. All visible state is the same afterwards, all books are right, and another node that replays the chain has its hash.
func TestUpgradeInPlace(t *testing.T) {
	const height = 70
	c, twin := busy(t, height-1, upgrades.Current()), busy(t, height-1, upgrades.Current())
	require.Equal(t, twin.AppHash(), c.AppHash())
	phases, endings := map[taskstypes.Phase]bool{}, map[bool]bool{}
	require.NoError(t, app.TasksKeeper(c.App).Tasks.Walk(c.Ctx(), nil, func(_ string, task taskstypes.Task) (bool, error) {
		phases[task.Phase] = true
		if task.Ended() {
			endings[task.Final()] = true
		}
		return false, nil
	}))
	for _, phase := range []taskstypes.Phase{
		taskstypes.PHASE_FIRST, taskstypes.PHASE_SECOND, taskstypes.PHASE_REVEAL,
		taskstypes.PHASE_COURT_COMMIT, taskstypes.PHASE_COURT_REVEAL, taskstypes.PHASE_DONE,
	} {
		require.True(t, phases[phase], "no task is in %s at the upgrade: %v", phase, phases)
	}
	require.True(t, endings[false], "no answer is under audit at the upgrade")

	c.Upgrade(rehearsal.Version())
	twin.Upgrade(rehearsal.Idle())
	require.NotEqual(t, twin.AppHash(), c.AppHash(), "the rehearsal moved nothing")
	versions, err := app.UpgradeKeeper(c.App).GetModuleVersionMap(c.Ctx())
	require.NoError(t, err)
	require.EqualValues(t, 2, versions[beacontypes.ModuleName])
	_, err = app.UpgradeKeeper(c.App).GetUpgradePlan(c.Ctx())
	require.ErrorIs(t, err, upgradetypes.ErrNoUpgradePlanFound)
	require.JSONEq(t, string(twin.Export().AppState), string(c.Export().AppState), "the upgrade itself")
	c.CheckBooks()

	for len(c.OpenTasks()) > 0 {
		step(c, height)
		step(twin, height)
	}
	c.NextN(40)
	twin.NextN(40)
	c.CheckBooks()
	require.JSONEq(t, string(twin.Export().AppState), string(c.Export().AppState), "what followed")
	c.Restart()
	c.Next()
	require.Equal(t, c.AppHash(), c.Replay(), "a node that replays, each block with its build")

	again := c.Resume(testutil.WithVersion(rehearsal.Version()))
	again.NextN(3)
	again.CheckBooks()
}

// The old builds can stop before they have decided the block of an upgrade. Then the new build proposes and judges this block too, from the
// state before the upgrade.
func TestUpgradedBuildProposesItsFirstBlock(t *testing.T) {
	c := busy(t, 24, upgrades.Current())
	c.TakeOver(rehearsal.Version())
	block := c.Propose()
	require.Len(t, block, 1, "the beacon's proof")
	require.True(t, c.Judge(block...))
	broken := append([]byte{}, block[0]...)
	broken[len(broken)-1] ^= 1
	require.False(t, c.Judge(broken))
	c.Next()
	require.EqualValues(t, 25, c.Height())
	require.True(t, c.Judge(c.Propose()...), "and the next")
}

// A build that starts too early, too late, or for an unknown upgrade says what is wrong.
func TestUpgradeAtTheWrongTime(t *testing.T) {
	c := busy(t, 24, upgrades.Current())
	_, err := c.TryNext()
	require.ErrorContains(t, err, `UPGRADE "rehearsal" NEEDED at height: 25`)

	early := testutil.New(t)
	early.PassPlan("later", 100)
	v := rehearsal.Version()
	v.Upgrades[0].Name = "later"
	require.PanicsWithError(t, `load the application's state: failed to load latest version: this build carries out the upgrade "later", which is due at height 100, and the state is that of height `+
		"8: start the build before it until that one stops", func() { early.TakeOver(v) })

	unplanned := testutil.New(t)
	unplanned.NextN(3)
	require.PanicsWithError(t, "load the application's state: failed to load latest version: load the state at height 3, in which no upgrade of this build is due: version of store rehearsed_beacon mismatch root store's version; "+
		"expected 3 got 0; new stores should be added using StoreUpgrades; a state before its last upgrade, rehearsal, needs the build before it",
		func() { unplanned.TakeOver(rehearsal.Version()) })
}

// A build that an upgrade ends leaves the file by which cosmovisor knows that it has to start cosmovisor/upgrades/rehearsal/bin/credenced.
func TestUpgradeInfoNamesTheNextBuild(t *testing.T) {
	c := busy(t, 24, upgrades.Current())
	path := filepath.Join(c.Home(), "data", upgradetypes.UpgradeInfoFilename)
	require.NoFileExists(t, path)
	_, err := c.TryNext()
	require.ErrorContains(t, err, "NEEDED at height")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var info struct {
		Name   string
		Height int64
	}
	require.NoError(t, json.Unmarshal(text, &info))
	require.Equal(t, rehearsal.Name, info.Name)
	require.EqualValues(t, 25, info.Height)
	require.Regexp(t, "^[a-z0-9.-]+$", info.Name, "it is the name of a folder")
}

// A migration that fails stops the whole block. None of its changes are kept, and a corrected build continues from there.
func TestFailedMigrationKeepsNothing(t *testing.T) {
	c := busy(t, 24, upgrades.Current())
	before := c.AppHash()
	failing := rehearsal.Version()
	failing.Upgrades[0].Finish = func(sdk.Context) error { return upgradetypes.ErrNoModuleVersionFound }
	_, err := c.TryUpgrade(failing)
	require.ErrorIs(t, err, upgradetypes.ErrNoModuleVersionFound)
	require.ErrorContains(t, err, "upgrade rehearsal: finish: ")
	c.TakeOver(rehearsal.Version())
	require.Equal(t, before, c.AppHash())
	c.Next()
	c.CheckBooks()
}
