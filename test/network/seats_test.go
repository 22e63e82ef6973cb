package network_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/beaconkey"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

const late = "late"

// A fifth organisation gets a seat by vote, and its node signs blocks. A seat then signs with another consensus key from another machine.
// One seat is removed by vote. All nodes agree on one app hash, those without a seat too.
func TestSeatsChange(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	binary, lateHome := build(t), filepath.Join(t.TempDir(), late)
	nodes := filesOf(t, 4, func(net *setup.Testnet) {
		net.Funds, net.VotingPeriod = 1_000_000_000, 8*time.Second
		net.Edit = func(g genesis.State, cdc codec.Codec) error { return admitLate(g, cdc, lateHome) }
	})
	procs := make([]*exec.Cmd, len(nodes))
	for i, n := range nodes {
		procs[i] = start(t, binary, n)
	}
	waitForHeight(t, nodes[0], 2)
	conn := dial(ctx, t, nodes[0])
	council := consortium{t: t, ctx: ctx, conn: conn, homes: []string{nodes[0].Home, nodes[1].Home, nodes[2].Home, nodes[3].Home}}

	fifth := follower(t, binary, lateHome, nodes)
	keys, err := fifth.SeatKeys(late)
	require.NoError(t, err)
	council.adopts(&poatypes.MsgAddSeat{Authority: app.Authority(), OrgId: late, Operator: council.address(lateHome), Keys: keys})
	require.NotContains(t, validators(t, nodes[0]), address(keys))
	council.sends(lateHome, &poatypes.MsgUnjail{Operator: council.address(lateHome)})
	signs(t, nodes[0], address(keys))
	require.Len(t, validators(t, nodes[0]), 5)

	// The new machine has the seat's beacon key and its own consensus key. It has caught up with the chain before the seat moves to it.
	moved := follower(t, binary, filepath.Join(t.TempDir(), "moved"), nodes, func(n setup.Node) {
		require.NoError(t, os.Remove(setup.BeaconKeyFile(n.Home)))
		bz, err := os.ReadFile(setup.BeaconKeyFile(nodes[1].Home))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(n.Home, "config", beaconkey.FileName), bz, 0o600))
	})
	was, err := nodes[1].SeatKeys("val-2")
	require.NoError(t, err)
	now, err := moved.SeatKeys("val-2")
	require.NoError(t, err)
	council.sends(nodes[1].Home, &poatypes.MsgRotateConsensusKey{
		Operator: council.address(nodes[1].Home), Pubkey: now.ConsensusPubkey, Possession: now.ConsensusPossession,
	})
	signs(t, nodes[0], address(now))
	require.NotContains(t, validators(t, nodes[0]), address(was))
	kill(t, procs[1])

	removed, err := nodes[3].SeatKeys("val-4")
	require.NoError(t, err)
	council.adopts(&poatypes.MsgRemoveSeat{Authority: app.Authority(), OrgId: "val-4"})
	require.Eventually(t, func() bool { return len(validators(t, nodes[0])) == 4 }, time.Minute, 200*time.Millisecond)
	require.NotContains(t, validators(t, nodes[0]), address(removed))

	end := waitForHeight(t, nodes[0], height(nodes[0])+5)
	requireSameHash(t, []setup.Node{nodes[0], nodes[2], nodes[3], fifth, moved}, end)
	t.Logf("seats added, rotated and removed; one app hash at height %d", end)
}

// admitLate admits an organisation without a seat. The key of its operator is in a folder. It also lowers the deposit of proposals and lets
// seats change quickly.
func admitLate(g genesis.State, cdc codec.Codec, home string) error {
	operator, err := setup.NewKey(home, setup.OperatorKey, cdc)
	if err != nil {
		return err
	}
	if err := genesis.AddAccount(g, cdc, operator, sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1_000_000_000))); err != nil {
		return err
	}
	err = genesis.AddOrganisation(g, cdc, orgstypes.Organisation{
		Id: late, Name: late, Admins: []string{operator.String()}, Roles: []orgstypes.Role{orgstypes.ROLE_VALIDATOR},
	})
	if err != nil {
		return err
	}
	err = genesis.Edit(g, cdc, govtypes.ModuleName, &govv1.GenesisState{}, func(s *govv1.GenesisState) error {
		s.Params.MinDeposit = sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1_000))
		return nil
	})
	if err != nil {
		return err
	}
	return genesis.Edit(g, cdc, poatypes.ModuleName, &poatypes.GenesisState{}, func(s *poatypes.GenesisState) error {
		s.Params.TurnoverBlocks = 5
		return nil
	})
}

// follower starts a node that follows a network, and waits until it has its blocks.
func follower(t *testing.T, binary, home string, of []setup.Node, prepare ...func(setup.Node)) setup.Node {
	t.Helper()
	p := freePorts(t, 5)
	n := setup.Node{
		Home: home, Moniker: filepath.Base(home), ChainID: of[0].ChainID, BlockTime: of[0].BlockTime,
		Ports: setup.Ports{P2P: p[0], RPC: p[1], GRPC: p[2], API: p[3], Prometheus: p[4]},
	}
	for _, o := range of {
		keys, err := o.MakeKeys()
		require.NoError(t, err)
		n.Peers = append(n.Peers, o.PeerAddress(keys))
	}
	_, err := n.MakeKeys()
	require.NoError(t, err)
	require.NoError(t, n.WriteConfig())
	bz, err := os.ReadFile(filepath.Join(of[0].Home, "config", "genesis.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(home, "config", "genesis.json"), bz, 0o600))
	for _, p := range prepare {
		p(n)
	}
	start(t, binary, n)
	waitForHeight(t, n, height(of[0]))
	return n
}

// consortium acts for the operators whose keys are in the nodes' folders.
type consortium struct {
	t     *testing.T
	ctx   context.Context
	conn  *client.Conn
	homes []string
}

func (c consortium) key(home string) client.Key {
	c.t.Helper()
	ring, err := keyring.New("credence", keyring.BackendTest, home, nil, encoding.New().Codec)
	require.NoError(c.t, err)
	key, err := client.KeyFromKeyring(ring, setup.OperatorKey)
	require.NoError(c.t, err)
	return key
}

func (c consortium) address(home string) string { return c.key(home).Address() }

func (c consortium) sends(home string, msg sdk.Msg) {
	c.t.Helper()
	sender, err := client.NewSender(c.conn, c.key(home), client.SenderOptions{})
	require.NoError(c.t, err)
	_, err = sender.Do(c.ctx, msg)
	require.NoError(c.t, err)
}

// adopts has the council propose and vote, and waits until the seats are those that it decided.
func (c consortium) adopts(msg sdk.Msg) {
	c.t.Helper()
	gov := govv1.NewQueryClient(c.conn)
	deposit := sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1_000))
	submit, err := govv1.NewMsgSubmitProposal([]sdk.Msg{msg}, deposit, c.address(c.homes[0]), "", "seats", "seats", false)
	require.NoError(c.t, err)
	c.sends(c.homes[0], submit)
	all, err := gov.Proposals(c.ctx, &govv1.QueryProposalsRequest{})
	require.NoError(c.t, err)
	id := all.Proposals[len(all.Proposals)-1].Id
	for _, home := range c.homes {
		voter, err := sdk.AccAddressFromBech32(c.address(home))
		require.NoError(c.t, err)
		c.sends(home, govv1.NewMsgVote(voter, id, govv1.OptionYes, ""))
	}
	require.Eventually(c.t, func() bool {
		res, err := gov.Proposal(c.ctx, &govv1.QueryProposalRequest{ProposalId: id})
		require.NoError(c.t, err)
		require.NotContains(c.t, []govv1.ProposalStatus{govv1.StatusFailed, govv1.StatusRejected}, res.Proposal.Status, res.Proposal.FailedReason)
		return res.Proposal.Status == govv1.StatusPassed
	}, time.Minute, 200*time.Millisecond)
}

func address(k poatypes.SeatKeys) string {
	return fmt.Sprintf("%X", poatypes.Seat{ConsensusPubkey: k.ConsensusPubkey}.ConsensusAddress().Bytes())
}

// validators returns the consensus addresses of the validator set, as a node's RPC shows it.
func validators(t *testing.T, n setup.Node) (out []string) {
	t.Helper()
	var res struct {
		Validators []struct {
			Address string `json:"address"`
		} `json:"validators"`
	}
	require.True(t, get(n, "validators?per_page=100", &res))
	for _, v := range res.Validators {
		out = append(out, v.Address)
	}
	return out
}

// signs waits until a validator has signed one block and proposed another.
func signs(t *testing.T, n setup.Node, who string) {
	t.Helper()
	signed, proposed := false, false
	require.Eventually(t, func() bool {
		var res struct {
			SignedHeader struct {
				Header struct {
					Proposer string `json:"proposer_address"`
				} `json:"header"`
				Commit struct {
					Signatures []struct {
						Address string `json:"validator_address"`
					} `json:"signatures"`
				} `json:"commit"`
			} `json:"signed_header"`
		}
		if !get(n, "commit", &res) {
			return false
		}
		proposed = proposed || res.SignedHeader.Header.Proposer == who
		for _, s := range res.SignedHeader.Commit.Signatures {
			signed = signed || s.Address == who
		}
		return signed && proposed
	}, 2*time.Minute, 50*time.Millisecond, "%s signed: %t, proposed: %t", who, signed, proposed)
}
