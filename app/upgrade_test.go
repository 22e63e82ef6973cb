package app_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/app/upgrades/rehearsal"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// journey is a chain on which tasks are on their way while the council plans an upgrade.
type journey struct {
	*testutil.Compute
	tasks []string
	at    int64
}

// inBetween are phases in which tasks of a journey are when the upgrade comes.
var inBetween = []taskstypes.Phase{
	taskstypes.PHASE_FIRST, taskstypes.PHASE_LOCKED, taskstypes.PHASE_SECOND, taskstypes.PHASE_REVEAL, taskstypes.PHASE_COURT_COMMIT,
	taskstypes.PHASE_COURT_REVEAL, taskstypes.PHASE_DONE,
}

// travel has the council plan an upgrade, and brings a chain to the block before it with a task in each phase: every block one
// for workers and one for the court is submitted, and everybody works.
func travel(t *testing.T, name string, options ...testutil.Option) *journey {
	t.Helper()
	c := testutil.NewCompute(t, testutil.ComputeOptions{Slots: 32}, append([]testutil.Option{testutil.WithHome(t.TempDir())}, options...)...)
	j := &journey{Compute: c, at: upgradeHeight}
	j.plan(name, j.at)
	c.Until(j.at - 20)
	for c.Height() < j.at-1 {
		judged := c.Job()
		judged.Policy, judged.MaxPrice = poco.PolicyCourt, 2_000
		j.tasks = append(j.tasks, append(c.QueueSubmit(c.Job()), c.QueueSubmit(judged)...)...)
		j.work()
		c.Next()
	}
	seen := map[taskstypes.Phase]bool{}
	for _, id := range j.tasks {
		if c.HasTask(id) {
			seen[c.Task(id).Phase] = true
		}
	}
	for _, phase := range inBetween {
		require.True(t, seen[phase], "no task is in %s: %v", phase, seen)
	}
	return j
}

// upgradeHeight is the height of the upgrade.
const upgradeHeight = 60

// work has everybody do what is due.
func (j *journey) work() {
	for _, id := range j.tasks {
		if j.HasTask(id) {
			j.QueueWork(id, testutil.Honest)
		}
	}
}

func (j *journey) plan(name string, height int64) {
	j.T.Helper()
	j.Pass(&upgradetypes.MsgSoftwareUpgrade{Authority: app.Authority(), Plan: upgradetypes.Plan{Name: name, Height: height, Info: "rehearsal"}})
}

// arrive runs all tasks to their end, and some blocks more.
func (j *journey) arrive() {
	j.T.Helper()
	j.Run(testutil.Honest, j.tasks...)
	j.NextN(5)
	j.CheckBooks()
	for _, id := range j.tasks {
		require.Equal(j.T, taskstypes.ENDING_ACCEPTED, j.Task(id).Ending)
	}
}

// state is what the chain exports, by module.
func (j *journey) state() (out map[string]json.RawMessage) {
	j.T.Helper()
	require.NoError(j.T, json.Unmarshal(j.Export().AppState, &out))
	return out
}

// versions are the consensus versions of modules, as the state has them.
func (j *journey) versions() map[string]uint64 {
	j.T.Helper()
	out, err := j.App.UpgradeKeeper.GetModuleVersionMap(j.Ctx())
	require.NoError(j.T, err)
	return out
}

func without(m map[string]json.RawMessage, names ...string) map[string]json.RawMessage {
	m = maps.Clone(m)
	for _, name := range names {
		delete(m, name)
	}
	return m
}

func same(t *testing.T, want, got map[string]json.RawMessage) {
	t.Helper()
	require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
	for name := range want {
		require.JSONEq(t, string(want[name]), string(got[name]), name)
	}
}

// TestUpgrade is the harness of migrations. A chain with a task in every phase stops at the height of a plan that its program
// lacks, goes on with the next program, and all tasks end. A twin that passes the plan over lives the same blocks without
// the upgrade: afterwards the two states differ in what the upgrade is to change, and in nothing else. A second upgrade
// migrates what the first one brought. At every stage the state is exported and imported.
func TestUpgrade(t *testing.T) {
	c, twin := travel(t, rehearsal.FirstName), travel(t, rehearsal.FirstName, testutil.WithoutUpgradeAt(upgradeHeight))
	require.Equal(t, twin.AppHash(), c.AppHash())

	for range 2 { // it stays so however often it is tried
		c.work()
		_, err := c.TryNext()
		require.ErrorIs(t, err, upgrades.ErrMissing)
		require.ErrorContains(t, err, rehearsal.FirstName)
		require.Equal(t, c.at-1, c.App.LastBlockHeight())
		c.Restart()
	}
	c.RestartAs(testutil.WithUpgrades(rehearsal.First()))
	c.arrive()
	twin.arrive()

	want, got := twin.state(), c.state()
	count := c.Height() - c.at + 1 + rehearsal.Begin
	require.JSONEq(t, string(jsonOf(t, count)), string(got[rehearsal.Name]), "it counts from the block of the upgrade on")
	require.Equal(t, jailBlocks(t, twin.Compute)+rehearsal.JailBlocks, jailBlocks(t, c.Compute))
	same(t, without(want, poatypes.ModuleName), without(got, poatypes.ModuleName, rehearsal.Name))
	require.Equal(t, uint64(1), c.versions()[rehearsal.Name])
	require.NotContains(t, twin.versions(), rehearsal.Name)

	next := c.Resume(testutil.WithUpgrades(rehearsal.First()))
	require.JSONEq(t, string(c.Export().AppState), string(next.Export().AppState))

	// The second upgrade, of a program that lists both.
	c.at = c.Height() + 30
	c.plan(rehearsal.SecondName, c.at)
	c.tasks = append(c.tasks, c.Submit(c.Job())...)
	c.Until(c.at - 1)
	_, err := c.TryNext()
	require.ErrorIs(t, err, upgrades.ErrMissing)
	c.RestartAs(testutil.WithUpgrades(rehearsal.Both()...))
	c.arrive()
	require.JSONEq(t, string(jsonOf(t, c.Height()-upgradeHeight+1+rehearsal.Begin)), string(c.state()[rehearsal.Name]), "nothing of the count was lost")
	require.Equal(t, uint64(2), c.versions()[rehearsal.Name])
}

func jsonOf(t *testing.T, v any) []byte {
	bz, err := json.Marshal(v)
	require.NoError(t, err)
	return bz
}

func jailBlocks(t *testing.T, c *testutil.Compute) int64 {
	params, err := c.App.PoaKeeper.Params.Get(c.Ctx())
	require.NoError(t, err)
	return params.JailBlocks
}

// TestUpgradeNeedsItsProgram: a program that lists an upgrade makes no block before its height, one that lacks the last
// upgrade makes none after it, and only the council plans one.
func TestUpgradeNeedsItsProgram(t *testing.T) {
	c := travel(t, rehearsal.FirstName)
	c.RestartAs(testutil.WithUpgrades(rehearsal.First(), upgrades.Upgrade{Name: "unplanned"}))
	c.NextN(3)
	require.ErrorContains(t, restarted(c, testutil.WithUpgrades()), "upgrade handler is missing for "+rehearsal.FirstName)

	early := testutil.NewCompute(t, testutil.ComputeOptions{}, testutil.WithHome(t.TempDir()), testutil.WithUpgrades(rehearsal.Both()...))
	j := &journey{Compute: early}
	j.plan(rehearsal.SecondName, early.Height()+20)
	_, err := early.TryNext()
	require.ErrorContains(t, err, "BINARY UPDATED BEFORE TRIGGER")

	seat := early.Seats[0].Operator
	plain := testutil.NewCompute(t, testutil.ComputeOptions{}, testutil.WithHome(t.TempDir()))
	plain.Refuse(seat, orgstypes.ErrRole, &upgradetypes.MsgSoftwareUpgrade{Authority: seat.String(), Plan: upgradetypes.Plan{Name: "mine", Height: 1_000}})
}

// restarted is the error of the first block of a chain that goes on with another program, on another store of the same state.
func restarted(c *journey, options ...testutil.Option) error {
	c.RestartAs(options...)
	_, err := c.TryNext()
	return err
}

// TestUpgradeIsNotedForSupervisors: a node that stops leaves data/upgrade-info.json, by which cosmovisor knows what to start;
// a file that is none is said to be.
func TestUpgradeIsNotedForSupervisors(t *testing.T) {
	home := t.TempDir()
	c := travel(t, rehearsal.FirstName, testutil.WithHome(home))
	_, err := c.TryNext()
	require.ErrorIs(t, err, upgrades.ErrMissing)
	bz, err := os.ReadFile(filepath.Join(home, "data", upgradetypes.UpgradeInfoFilename))
	require.NoError(t, err)
	var plan upgradetypes.Plan
	require.NoError(t, json.Unmarshal(bz, &plan))
	require.Equal(t, upgradetypes.Plan{Name: rehearsal.FirstName, Height: upgradeHeight, Info: "rehearsal"}, plan)

	require.NoError(t, os.WriteFile(filepath.Join(home, "data", upgradetypes.UpgradeInfoFilename), []byte("{"), 0o600))
	require.Panics(t, func() { c.Restart() })
}

// TestEveryModuleHasItsVersion: the state of a new chain has the version of every module, without which the first upgrade would begin
// modules anew.
func TestEveryModuleHasItsVersion(t *testing.T) {
	c := &journey{Compute: testutil.NewCompute(t, testutil.ComputeOptions{})}
	require.Equal(t, map[string]uint64(c.App.ModuleManager.GetVersionMap()), c.versions())
	for name, version := range c.versions() {
		require.Positive(t, version, name)
	}
	require.Empty(t, app.Upgrades(), "nothing was released yet")
}
