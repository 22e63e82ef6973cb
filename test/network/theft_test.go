package network_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

const (
	robbed     = "val-4"
	theftFunds = 1_000_000_000
)

// The key of a seat's operator, who is its organisation's only admin, is stolen. The thief takes the organisation, the coins, the seat and its
// keys, and shuts the owner out. It decides nothing alone: the council gives the organisation another admin, who takes the seat back with new
// keys, as the validators' guide says. The chain makes blocks all the time.
func TestOperatorKeyIsStolen(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	binary := build(t)
	nodes := filesOf(t, 4, func(net *setup.Testnet) {
		net.Funds, net.VotingPeriod = theftFunds, 20*time.Second
		net.Edit = func(g genesis.State, cdc codec.Codec) error {
			if err := admitLate(g, cdc, t.TempDir()); err != nil {
				return err
			}
			return genesis.Edit(g, cdc, poatypes.ModuleName, &poatypes.GenesisState{}, func(s *poatypes.GenesisState) error {
				s.Params.DowntimeWindow, s.Params.MaxMissed = 2000, 1000 // so that a slow machine jails nobody meanwhile
				return nil
			})
		}
	})
	procs := make([]*exec.Cmd, len(nodes))
	for i, n := range nodes {
		procs[i] = start(t, binary, n)
	}
	waitForHeight(t, nodes[0], 2)
	conn := dial(ctx, t, nodes[0])
	c := consortium{t: t, ctx: ctx, conn: conn, homes: []string{nodes[0].Home, nodes[1].Home, nodes[2].Home}}

	owner := nodes[3].Home
	stolen := c.address(owner)
	expel := c.votesAlone(owner)
	mule := c.account()
	thief := c.address(mule)
	c.sends(owner, banktypes.NewMsgSend(sdk.MustAccAddressFromBech32(stolen), sdk.MustAccAddressFromBech32(thief), coins(theftFunds/2)))
	c.sends(owner, &orgstypes.MsgAddMember{Admin: stolen, OrgId: robbed, Member: thief})
	c.sends(mule, &orgstypes.MsgAcceptMembership{Member: thief, OrgId: robbed})
	c.sends(owner, &orgstypes.MsgAddAdmin{Admin: stolen, OrgId: robbed, Account: thief})
	c.takesSeat(mule)
	c.sends(mule, &orgstypes.MsgRemoveAdmin{Admin: thief, OrgId: robbed, Account: stolen})
	c.sends(mule, &orgstypes.MsgRemoveMember{Admin: thief, OrgId: robbed, Member: stolen})
	c.refuses(owner, &orgstypes.MsgAddMember{Admin: stolen, OrgId: robbed, Member: c.address(c.account())})
	elsewhere := setup.Node{Home: t.TempDir(), ChainID: nodes[3].ChainID}
	_, err := elsewhere.MakeKeys()
	require.NoError(t, err)
	keys, err := elsewhere.SeatKeys(robbed)
	require.NoError(t, err)
	c.rotates(mule, keys)
	require.Equal(t, thief, c.seat().Operator)
	require.Equal(t, keys.ConsensusPubkey, c.seat().ConsensusPubkey)

	again := c.account()
	back := c.address(again)
	c.adopts(&orgstypes.MsgRecover{Authority: app.Authority(), OrgId: robbed, Admins: []string{back}})
	c.sends(nodes[0].Home, banktypes.NewMsgSend(sdk.MustAccAddressFromBech32(c.address(nodes[0].Home)), sdk.MustAccAddressFromBech32(back), coins(theftFunds/10)))
	c.takesSeat(again)
	c.sends(again, &orgstypes.MsgRemoveMember{Admin: back, OrgId: robbed, Member: thief})
	c.refuses(mule, &poatypes.MsgLeaveSeat{Operator: thief})
	c.refuses(mule, &orgstypes.MsgAddMember{Admin: thief, OrgId: robbed, Member: stolen})
	kill(t, procs[3])
	for _, name := range []string{"priv_validator_key.json", "beacon_key.json", "court.key"} {
		path := filepath.Join(owner, "config", name)
		require.NoError(t, os.Rename(path, path+".old"))
	}
	_, err = nodes[3].MakeKeys()
	require.NoError(t, err)
	start(t, binary, nodes[3])
	waitForHeight(t, nodes[3], height(nodes[0]))
	renewed, err := nodes[3].SeatKeys(robbed)
	require.NoError(t, err)
	c.rotates(again, renewed)
	signs(t, nodes[0], address(renewed))

	require.Equal(t, govv1.StatusRejected, c.proposal(expel).Status, "the thief's vote alone")
	require.Len(t, validators(t, nodes[0]), 4)
	requireSameHash(t, nodes, waitForHeight(t, nodes[0], height(nodes[0])+5))
}

func coins(amount int64) sdk.Coins {
	return sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, amount))
}

// account makes an account and returns the folder of its key.
func (c consortium) account() (home string) {
	c.t.Helper()
	home = c.t.TempDir()
	_, err := setup.NewKey(home, setup.OperatorKey, encoding.New().Codec)
	require.NoError(c.t, err)
	return home
}

// votesAlone has the thief propose to revoke an organisation and vote for it, and vote for a pause, which does not begin. It returns the
// proposal.
func (c consortium) votesAlone(home string) (proposal uint64) {
	c.t.Helper()
	thief := c.address(home)
	revoke := &orgstypes.MsgSetStatus{Authority: app.Authority(), OrgId: "val-1", Status: orgstypes.STATUS_REVOKED}
	submit, err := govv1.NewMsgSubmitProposal([]sdk.Msg{revoke}, coins(1_000), thief, "", "expel", "expel", false)
	require.NoError(c.t, err)
	c.sends(home, submit)
	all, err := govv1.NewQueryClient(c.conn).Proposals(c.ctx, &govv1.QueryProposalsRequest{})
	require.NoError(c.t, err)
	proposal = all.Proposals[len(all.Proposals)-1].Id
	c.sends(home, govv1.NewMsgVote(sdk.MustAccAddressFromBech32(thief), proposal, govv1.OptionYes, ""))
	c.sends(home, &poatypes.MsgVotePause{Operator: thief, Reason: "by a thief"})
	pause, err := poatypes.NewQueryClient(c.conn).Pause(c.ctx, &poatypes.QueryPauseRequest{})
	require.NoError(c.t, err)
	require.False(c.t, pause.Paused)
	return proposal
}

// proposal waits until a proposal is decided.
func (c consortium) proposal(id uint64) (p *govv1.Proposal) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		res, err := govv1.NewQueryClient(c.conn).Proposal(c.ctx, &govv1.QueryProposalRequest{ProposalId: id})
		require.NoError(c.t, err)
		p = res.Proposal
		return p.Status != govv1.StatusVotingPeriod
	}, time.Minute, 200*time.Millisecond)
	return p
}

// takesSeat has an admin make itself the operator of the seat.
func (c consortium) takesSeat(home string) {
	c.t.Helper()
	admin := c.address(home)
	c.sends(home, &poatypes.MsgOfferSeat{Admin: admin, OrgId: robbed, Operator: admin})
	c.sends(home, &poatypes.MsgAcceptSeat{Operator: admin, OrgId: robbed})
}

// rotates has an operator give the seat three new keys. A seat has one change at a time.
func (c consortium) rotates(home string, k poatypes.SeatKeys) {
	c.t.Helper()
	operator := c.address(home)
	for _, msg := range []sdk.Msg{
		&poatypes.MsgRotateBeaconKey{Operator: operator, Pubkey: k.BeaconPubkey, Possession: k.BeaconPossession},
		&poatypes.MsgRotateCourtKey{Operator: operator, Pubkey: k.CourtPubkey, Possession: k.CourtPossession},
		&poatypes.MsgRotateConsensusKey{Operator: operator, Pubkey: k.ConsensusPubkey, Possession: k.ConsensusPossession},
	} {
		c.sends(home, msg)
		require.Eventually(c.t, func() bool {
			res, err := poatypes.NewQueryClient(c.conn).Changes(c.ctx, &poatypes.QueryChangesRequest{})
			require.NoError(c.t, err)
			return len(res.Changes) == 0
		}, time.Minute, 200*time.Millisecond)
	}
}

func (c consortium) seat() poatypes.Seat {
	c.t.Helper()
	res, err := poatypes.NewQueryClient(c.conn).Seat(c.ctx, &poatypes.QuerySeatRequest{OrgId: robbed})
	require.NoError(c.t, err)
	return res.Seat
}

// refuses demands that the chain refuses a message for the role of its sender.
func (c consortium) refuses(home string, msg sdk.Msg) {
	c.t.Helper()
	sender, err := client.NewSender(c.conn, c.key(home), client.SenderOptions{})
	require.NoError(c.t, err)
	_, err = sender.Do(c.ctx, msg)
	require.ErrorContains(c.t, err, "role")
}
