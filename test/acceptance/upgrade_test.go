package acceptance

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/app/upgrades/rehearsal"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/poco"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// upgradeAfter is how many blocks after its plan the upgrade of the test comes: time for the vote and for tasks in all phases.
const upgradeAfter = 110

// TestNetworkUpgrades: the council plans an upgrade of a running network of four validators and seven workers. While tasks are in every phase
// all nodes stop at its height, each with the reason and the status of it, and go on with another build, whose state has one
// module more and another parameter. All tasks end accepted, all nodes agree on the app hash of every block, nobody is slashed,
// jailed, or late.
func TestNetworkUpgrades(t *testing.T) {
	n := start(t, 8*time.Minute, devnet.Options{Validators: 4, EditGenesis: func(g devnet.Genesis) error {
		if err := windows(200, 120, 60)(g); err != nil {
			return err
		}
		return genesis.Edit(g.State, g.Codec, govtypes.ModuleName, &govv1.GenesisState{}, func(s *govv1.GenesisState) error {
			period := 8 * time.Second
			s.Params.VotingPeriod, s.Params.MinDeposit = &period, sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1_000))
			return nil
		})
	}})
	next := filepath.Join(t.TempDir(), "credenced")
	build := exec.Command("go", "build", "-tags", "rehearsal", "-ldflags", "-s -w", "-o", next, "github.com/credence-chain/credence/cmd/credenced")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	program := n.publish("echo", echo(), appPrice)
	jailBlocks := n.jailBlocks()

	height := n.height() + upgradeAfter
	n.adopt(&upgradetypes.MsgSoftwareUpgrade{Authority: app.Authority(), Plan: upgradetypes.Plan{Name: rehearsal.FirstName, Height: height}})
	begun := n.flood(program, height)
	stopped := time.Now()
	n.halted(height)
	before := n.phasesOf(0)
	for _, phase := range []string{"PHASE_FIRST", "PHASE_LOCKED", "PHASE_DONE"} {
		require.NotZero(t, before[phase], "%s: %v", phase, before)
	}
	require.NotZero(t, before["PHASE_SECOND"]+before["PHASE_REVEAL"], "%v", before)
	require.NotZero(t, before["PHASE_COURT_COMMIT"]+before["PHASE_COURT_REVEAL"], "%v", before)

	for i := range n.Info.Validators {
		n.Validator(i).Replace(next)
		require.NoError(t, n.Validator(i).Start())
	}
	n.until("the first block of the new program", func() bool {
		got, _, err := n.conn.Height(n.ctx)
		return err == nil && got >= height
	})
	stood := time.Since(stopped)
	for _, deal := range begun {
		require.Equal(t, taskstypes.ENDING_ACCEPTED, n.ended(deal).Ending)
	}
	late := n.submit(job(program, 10, 2))
	require.Equal(t, taskstypes.ENDING_ACCEPTED, n.ended(late.Id).Ending, "a request after the upgrade")

	require.Equal(t, jailBlocks+rehearsal.JailBlocks, n.jailBlocks(), "the migration changed it")
	plan, err := upgradetypes.NewQueryClient(n.conn).AppliedPlan(n.ctx, &upgradetypes.QueryAppliedPlanRequest{Name: rehearsal.FirstName})
	require.NoError(t, err)
	require.Equal(t, height, plan.Height)
	n.unharmed()
	n.agree(height)
	t.Logf("upgraded at height %d with tasks in %v; %d tasks ended accepted; no blocks for %s", height, before, len(begun)+1, stood.Round(100*time.Millisecond))
}

// adopt has the council adopt a message: each seat's operator votes yes.
func (n *network) adopt(msg sdk.Msg) {
	n.t.Helper()
	operator := func(i int) client.Key {
		key, err := client.LoadKey(n.Info.Validators[i].KeyFile)
		require.NoError(n.t, err)
		return key
	}
	submit, err := govv1.NewMsgSubmitProposal([]sdk.Msg{msg}, sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1_000)), operator(0).Address(), "", "test", "test", false)
	require.NoError(n.t, err)
	done, err := n.send(operator(0), submit)
	require.NoError(n.t, err)
	var answer govv1.MsgSubmitProposalResponse
	require.NoError(n.t, done.Response(0, &answer))
	for i := range n.Info.Validators {
		voter, err := sdk.AccAddressFromBech32(operator(i).Address())
		require.NoError(n.t, err)
		_, err = n.send(operator(i), govv1.NewMsgVote(voter, answer.ProposalId, govv1.OptionYes, ""))
		require.NoError(n.t, err)
	}
	n.until("the council's vote", func() bool {
		res, err := govv1.NewQueryClient(n.conn).Proposal(n.ctx, &govv1.QueryProposalRequest{ProposalId: answer.ProposalId})
		require.NoError(n.t, err)
		require.NotContains(n.t, []govv1.ProposalStatus{govv1.StatusFailed, govv1.StatusRejected}, res.Proposal.Status, res.Proposal.FailedReason)
		return res.Proposal.Status == govv1.StatusPassed
	})
}

// flood submits tasks until a few blocks before a height, every third one for the court, and returns their deals.
func (n *network) flood(program string, until int64) (deals []string) {
	n.t.Helper()
	for i := 0; n.height() < until-6; i++ {
		j := job(program, 10, 2)
		if i%3 == 0 {
			j.Policy, j.MaxPrice = poco.PolicyCourt, appPrice + 20*devnet.Price
		}
		deals = append(deals, n.submit(j).Id)
	}
	return deals
}

// halted waits until every validator has ended for the upgrade, and checks that each says why.
func (n *network) halted(height int64) {
	n.t.Helper()
	require.Eventually(n.t, func() bool {
		for i := range n.Info.Validators {
			if n.Validator(i).PID() != 0 {
				return false
			}
		}
		return true
	}, 2*time.Minute, 50*time.Millisecond, "all nodes stop")
	for i, v := range n.Info.Validators {
		require.Equal(n.t, cli.ExitUpgrade, n.Validator(i).ExitStatus(), v.Name)
		end := n.Validator(i).Tail(5)
		require.Contains(n.t, end, upgrades.ErrMissing.Error())
		require.Contains(n.t, end, "Next: put the program of that name in place")
		note, err := os.ReadFile(filepath.Join(v.Home, "data", upgradetypes.UpgradeInfoFilename))
		require.NoError(n.t, err)
		var plan upgradetypes.Plan
		require.NoError(n.t, json.Unmarshal(note, &plan))
		require.Equal(n.t, height, plan.Height)
	}
	// Their ends are those that were expected.
	for range n.Info.Validators {
		select {
		case <-n.Failed():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// phasesOf counts the tasks of a stopped validator's last state by phase.
func (n *network) phasesOf(i int) map[string]int {
	n.t.Helper()
	file := filepath.Join(n.t.TempDir(), "export.json")
	out, err := exec.CommandContext(n.ctx, filepath.Join(binaries, "credenced"), "export", "--home", n.Info.Validators[i].Home, "--output-document", file).CombinedOutput()
	require.NoError(n.t, err, string(out))
	bz, err := os.ReadFile(file)
	require.NoError(n.t, err)
	var exported struct {
		AppState struct {
			Tasks struct {
				Tasks []struct {
					Phase string `json:"phase"`
				} `json:"tasks"`
			} `json:"tasks"`
		} `json:"app_state"`
	}
	require.NoError(n.t, json.Unmarshal(bz, &exported))
	phases := map[string]int{}
	for _, task := range exported.AppState.Tasks.Tasks {
		phases[task.Phase]++
	}
	return phases
}

func (n *network) jailBlocks() int64 {
	n.t.Helper()
	res, err := n.conn.Poa().Params(n.ctx, &poatypes.QueryParamsRequest{})
	require.NoError(n.t, err)
	return res.Params.JailBlocks
}

// unharmed checks that no stake was destroyed, no seat is out, and no worker has a fault on its record.
func (n *network) unharmed() {
	n.t.Helper()
	supply, err := n.conn.Supply().Supply(n.ctx, &supplytypes.QuerySupplyRequest{})
	require.NoError(n.t, err)
	require.Empty(n.t, supply.Destroyed)
	seats, err := n.conn.Poa().Seats(n.ctx, &poatypes.QuerySeatsRequest{})
	require.NoError(n.t, err)
	for _, s := range seats.Seats {
		require.True(n.t, s.Active(), s.OrgId)
	}
	for _, info := range n.Info.Workers {
		w := n.worker(info.Organisation)
		require.False(n.t, w.Jailed, info.Organisation)
		require.Zero(n.t, w.Record.Wrong+w.Record.Silent+w.Record.Unrevealed+w.Record.Abstained, "%s: %v", info.Organisation, w.Record)
	}
}

// agree checks that all validators have the same app hash of every block around a height and up to now.
func (n *network) agree(height int64) {
	n.t.Helper()
	end := n.height()
	n.blocks(2)
	for i, endpoint := range n.Info.GRPC {
		conn, err := client.Dial(n.ctx, []string{endpoint}, n.Info.ChainID)
		require.NoError(n.t, err)
		defer conn.Close()
		n.until("a validator has the blocks of the others", func() bool {
			got, _, err := conn.Height(n.ctx)
			return err == nil && got > end
		})
		for h := height - 5; h <= end; h++ {
			require.Equal(n.t, appHash(n, n.conn, h), appHash(n, conn, h), "app hash at height %d of validator %d", h, i+1)
		}
	}
}
