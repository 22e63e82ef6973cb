package acceptance

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/app/upgrades/rehearsal"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Four validators and seven workers with tasks in all phases go through an upgrade: by a vote, all validators stop at its height with the
// status that says so, a build with another layout of the state takes over, and every task ends right, as if nothing had been.
func TestUpgradeRehearsal(t *testing.T) {
	n := start(t, 14*time.Minute, devnet.Options{Validators: 4, Saboteurs: 1, Cooling: 1, Forgiveness: 1, EditGenesis: func(g devnet.Genesis) error {
		return errors.Join(windows(200, 120, 60)(g), lenient(g), quickVotes(g.State, g.Codec))
	}})
	next := rehearsalBuild(t)
	echoes := n.publish("echo", echo(), appPrice)
	before := n.open()

	height := n.planUpgrade(40)
	seen := map[taskstypes.Phase]int{}
	look := func() (running int) {
		clear(seen)
		for _, deal := range n.deals() {
			for _, task := range n.tasks(deal.Id) {
				seen[task.Phase]++
				if task.Phase != taskstypes.PHASE_DONE {
					running++
				}
			}
		}
		return running
	}
	// Work until the last blocks: some tasks for which everybody is drawn, and so the court decides, and many small ones.
	everyone := uint32(len(n.Info.Workers))
	for i := 0; n.height() < height-12; i++ {
		replicas := uint32(2)
		if i == 0 {
			replicas = everyone
		}
		n.submit(job(echoes, lyingTrust, replicas))
	}
	for n.height() < height-3 {
		_, err := n.try(job(echoes, lyingTrust, 2))
		require.NoError(t, err)
		look()
	}
	for i := range n.Info.Validators {
		n.Validator(i).Expect()
	}
	for i := range n.Info.Validators {
		status, err := n.Validator(i).Await(n.ctx)
		require.NoError(t, err)
		require.Equal(t, cli.ExitUpgrade, status, "validator %d: %s", i, n.Validator(i).Tail(5))
		require.Contains(t, n.Validator(i).Tail(40), `Error: an upgrade is due, and this build does not have it: UPGRADE "rehearsal" NEEDED at height: `)
	}
	t.Logf("all four stopped before height %d; phases of tasks three blocks earlier: %v", height, seen)

	// The old build does not go on by itself, whatever its supervisor does.
	n.Validator(0).Expect()
	require.NoError(t, n.Validator(0).Start())
	n.Validator(0).Expect()
	status, err := n.Validator(0).Await(n.ctx)
	require.NoError(t, err)
	require.Equal(t, cli.ExitUpgrade, status, "%s", n.Validator(0).Tail(5))

	for i := range n.Info.Validators {
		n.Validator(i).Use(next)
		require.NoError(t, n.Validator(i).Start())
	}
	n.until("the new build makes blocks", func() bool {
		h, _, err := n.conn.Height(n.ctx)
		return err == nil && h > height+2
	})
	n.submit(job(echoes, lyingTrust, 2))
	n.until("every task has ended", func() bool { return look() == 0 })
	var pieces []piece
	for _, deal := range n.deals() {
		task := n.task(deal.Id)
		require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending)
		require.Equal(t, n.truth(task, deal), *task.Verdict, story(task))
		pieces = append(pieces, piece{task, deal})
	}
	n.audit(before, pieces)

	// One state: all four have the same hash in every block around the upgrade, and the module says its new version.
	end := n.height()
	conns := make([]*client.Conn, len(n.Info.GRPC))
	for i, endpoint := range n.Info.GRPC {
		conns[i], err = client.Dial(n.ctx, []string{endpoint}, n.Info.ChainID)
		require.NoError(t, err)
		defer conns[i].Close()
		n.until(fmt.Sprintf("validator %d has height %d", i, end), func() bool {
			h, _, err := conns[i].Height(n.ctx)
			return err == nil && h >= end
		})
		for h := height - 2; h <= end; h++ {
			require.Equal(t, appHash(n, conns[0], h), appHash(n, conns[i], h), "app hash at height %d of validator %d", h, i)
		}
	}
	versions, err := upgradetypes.NewQueryClient(n.conn).ModuleVersions(n.ctx, &upgradetypes.QueryModuleVersionsRequest{ModuleName: beacontypes.ModuleName})
	require.NoError(t, err)
	require.EqualValues(t, 2, versions.ModuleVersions[0].Version)
	t.Logf("%d tasks, all right; one app hash from %d to %d", len(pieces), height-2, end)
}

// rehearsalBuild is the node whose next upgrade is the rehearsal.
func rehearsalBuild(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "credenced-rehearsal")
	out, err := exec.Command("go", "build", "-tags", "rehearsal", "-ldflags", "-s -w", "-o", path, "github.com/credence-chain/credence/cmd/credenced").CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// quickVotes lets the council decide within seconds.
func quickVotes(g genesis.State, cdc codec.Codec) error {
	return genesis.Edit(g, cdc, govtypes.ModuleName, &govv1.GenesisState{}, func(s *govv1.GenesisState) error {
		period, expedited := 8*time.Second, 4*time.Second
		s.Params.VotingPeriod, s.Params.ExpeditedVotingPeriod = &period, &expedited
		return nil
	})
}

// planUpgrade has the council pass the rehearsal at a height so many blocks after the end of the vote.
func (n *network) planUpgrade(ahead int64) (height int64) {
	n.t.Helper()
	height = n.height() + 40 + ahead
	n.adopt(&upgradetypes.MsgSoftwareUpgrade{Authority: app.Authority(), Plan: upgradetypes.Plan{Name: rehearsal.Name, Height: height}})
	require.Less(n.t, n.height(), height-15, "the vote took too long")
	return height
}

// adopt has every validator's operator vote for a proposal of the first, and waits until it has passed.
func (n *network) adopt(msg sdk.Msg) {
	n.t.Helper()
	operator := func(i int) client.Key {
		key, err := client.LoadKey(n.Info.Validators[i].KeyFile)
		require.NoError(n.t, err)
		return key
	}
	gov := govv1.NewQueryClient(n.conn)
	params, err := gov.Params(n.ctx, &govv1.QueryParamsRequest{ParamsType: "deposit"})
	require.NoError(n.t, err)
	submit, err := govv1.NewMsgSubmitProposal([]sdk.Msg{msg}, params.Params.MinDeposit, operator(0).Address(), "", "change", "change", false)
	require.NoError(n.t, err)
	done, err := n.send(operator(0), submit)
	require.NoError(n.t, err)
	var answer govv1.MsgSubmitProposalResponse
	require.NoError(n.t, done.Response(0, &answer))
	for i := range n.Info.Validators {
		voter, err := encoding.Addresses().StringToBytes(operator(i).Address())
		require.NoError(n.t, err)
		_, err = n.send(operator(i), govv1.NewMsgVote(voter, answer.ProposalId, govv1.OptionYes, ""))
		require.NoError(n.t, err)
	}
	n.until("the proposal has passed", func() bool {
		res, err := gov.Proposal(n.ctx, &govv1.QueryProposalRequest{ProposalId: answer.ProposalId})
		require.NoError(n.t, err)
		require.NotContains(n.t, []govv1.ProposalStatus{govv1.StatusFailed, govv1.StatusRejected}, res.Proposal.Status, res.Proposal.FailedReason)
		return res.Proposal.Status == govv1.StatusPassed
	})
}
