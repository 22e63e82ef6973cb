package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// submit puts an open proposal before the council and returns its number.
func submit(c *testutil.Chain, msgs ...sdk.Msg) uint64 {
	c.T.Helper()
	params, err := app.GovKeeper(c.App).Params.Get(c.Ctx())
	require.NoError(c.T, err)
	msg, err := govv1.NewMsgSubmitProposal(msgs, params.MinDeposit, c.Seats[0].Operator.String(), "", "t", "s", false)
	require.NoError(c.T, err)
	var res govv1.MsgSubmitProposalResponse
	c.Response(c.Deliver(c.Seats[0].Operator, msg), 0, &res)
	return res.ProposalId
}

func voteOn(c *testutil.Chain, who *testutil.Account) sdk.Msg {
	id := submit(c, &orgstypes.MsgUpdateParams{Authority: app.Authority()})
	return govv1.NewMsgVote(who.Addr, id, govv1.OptionYes, "")
}

// Each seat has one vote. The tally counts seats, whatever coins any account holds.
func TestTally(t *testing.T) {
	for _, tc := range []struct {
		name  string
		votes map[string]govv1.VoteOption
		jail  string
		want  govv1.ProposalStatus
		yes   string
	}{
		{"all", map[string]govv1.VoteOption{"val-1": govv1.OptionYes, "val-2": govv1.OptionYes, "val-3": govv1.OptionYes, "val-4": govv1.OptionYes}, "", govv1.StatusPassed, "4"},
		{"three of four", map[string]govv1.VoteOption{"val-1": govv1.OptionYes, "val-2": govv1.OptionYes, "val-3": govv1.OptionYes, "val-4": govv1.OptionNo}, "", govv1.StatusPassed, "3"},
		{"a tie fails", map[string]govv1.VoteOption{"val-1": govv1.OptionYes, "val-2": govv1.OptionYes, "val-3": govv1.OptionNo, "val-4": govv1.OptionNo}, "", govv1.StatusRejected, "2"},
		{"no quorum", map[string]govv1.VoteOption{"val-1": govv1.OptionYes}, "", govv1.StatusRejected, "1"},
		{"nobody", nil, "", govv1.StatusRejected, "0"},
		{"a jailed seat's vote does not count", map[string]govv1.VoteOption{"val-1": govv1.OptionYes, "val-2": govv1.OptionNo}, "val-1", govv1.StatusRejected, "0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := testutil.New(t, testutil.WithSeats(4))
			id := submit(c, &orgstypes.MsgUpdateParams{Authority: app.Authority()})
			for _, s := range c.Seats {
				if option, voted := tc.votes[s.OrgID]; voted {
					c.Queue(s.Operator, govv1.NewMsgVote(s.Operator.Addr, id, option, ""))
				}
			}
			c.Next()
			for _, r := range c.Results() {
				require.Zero(t, r.Code, r.Log)
			}
			if tc.jail != "" {
				c.Accuse(tc.jail)
			}
			c.NextN(8)
			p, err := app.GovKeeper(c.App).Proposals.Get(c.Ctx(), id)
			require.NoError(t, err)
			require.Equal(t, tc.want, p.Status, p.FailedReason)
			require.Equal(t, tc.yes, p.FinalTallyResult.YesCount)
		})
	}
}

// A proposal is decided by the votes of two thirds of the seats, and not of those that happen to be active: while two of six are jailed for
// downtime, all four others have to vote.
func TestQuorum(t *testing.T) {
	for _, tc := range []struct {
		name                 string
		seats, jailed, votes int
		want                 govv1.ProposalStatus
	}{
		{"half of four", 4, 0, 2, govv1.StatusRejected},
		{"three of four", 4, 0, 3, govv1.StatusPassed},
		{"two of three, exactly two thirds", 3, 0, 2, govv1.StatusPassed},
		{"three of the four active of six", 6, 2, 3, govv1.StatusRejected},
		{"the four active of six", 6, 2, 4, govv1.StatusPassed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := testutil.New(t, testutil.WithSeats(tc.seats), testutil.WithGenesis(jailEarly))
			away := c.Seats[tc.seats-tc.jailed:]
			for _, s := range away {
				c.Absent(s.OrgID)
			}
			for range 30 {
				c.Next()
			}
			active, err := app.PoaKeeper(c.App).ActiveSeats(c.Ctx())
			require.NoError(t, err)
			require.Len(t, active, tc.seats-tc.jailed)

			id := submit(c, &orgstypes.MsgUpdateParams{Authority: app.Authority()})
			for _, s := range c.Seats[:tc.votes] {
				c.Queue(s.Operator, govv1.NewMsgVote(s.Operator.Addr, id, govv1.OptionYes, ""))
			}
			c.NextN(9)
			p, err := app.GovKeeper(c.App).Proposals.Get(c.Ctx(), id)
			require.NoError(t, err)
			require.Equal(t, tc.want, p.Status, p.FailedReason)
		})
	}
}

// jailEarly jails a seat after three missed blocks, and lets nobody back for a long time.
func jailEarly(c *testutil.Chain, g genesis.State) {
	require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, poatypes.ModuleName, &poatypes.GenesisState{}, func(s *poatypes.GenesisState) error {
		s.Params.DowntimeWindow, s.Params.MaxMissed, s.Params.JailBlocks = 10, 3, 1000
		return nil
	}))
}
