package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/verifiers/types"
)

// TestStopVotes: more than a third of the active power stops a verifier in the block of the last vote, and for good.
func TestStopVotes(t *testing.T) {
	options := []testutil.Option{testutil.WithSeats(6), testutil.WithChainID("x-devnet"), testutil.WithAccounts("alice"), withVerifiers(func(s *types.GenesisState) {
		s.Params.VoteBlocks = 10
		s.Verifiers = []types.Verifier{devCircuit(t, "dev"), devCircuit(t, "twin")}
	})}
	c := testutil.New(t, options...)
	k := app.VerifiersKeeper(c.App)
	vote := func(i int, reason string) sdk.Msg {
		return &types.MsgVoteStop{Operator: c.Seats[i].Operator.String(), Name: "dev", Reason: reason}
	}
	c.Deliver(c.Seats[2].Operator, vote(2, "I was first"))
	c.Deliver(c.Seats[2].Operator, vote(2, "I was first"))
	c.Deliver(c.Seats[0].Operator, vote(0, "me too"))
	usable, err := k.IsUsable(c.Ctx(), "dev")
	require.NoError(t, err)
	require.True(t, usable, "two of six are a third, not more")
	res, err := types.NewQueryClient(c.Conn()).Verifier(c.Ctx(), &types.QueryVerifierRequest{Name: "dev"})
	require.NoError(t, err)
	require.True(t, res.Active)
	require.Len(t, res.Votes, 2)
	exported := c.Export()
	require.JSONEq(t, string(exported.AppState), string(testutil.Import(t, exported, options...).Export().AppState))

	c.NextN(10)
	c.Deliver(c.Seats[3].Operator, vote(3, "late"))
	usable, err = k.IsUsable(c.Ctx(), "dev")
	require.NoError(t, err)
	require.True(t, usable, "the others are too old")
	c.Deliver(c.Seats[1].Operator, vote(1, "second"))
	c.Deliver(c.Seats[4].Operator, vote(4, "third"))
	v, err := k.GetVerifier(c.Ctx(), "dev")
	require.NoError(t, err)
	require.Equal(t, &types.Stop{Height: c.Height(), Reason: "late", Seats: []string{"val-2", "val-4", "val-5"}}, v.Stopped)
	require.ErrorIs(t, k.Verify(c.Ctx(), "dev", types.Claim{}, nil), types.ErrStopped)
	usable, err = k.IsUsable(c.Ctx(), "twin")
	require.NoError(t, err)
	require.True(t, usable, "the votes were about another one")
	c.Refuse(c.Seats[5].Operator, types.ErrStopped, vote(5, "again"))
	c.Refuse(c.Account("alice"), orgstypes.ErrRole, &types.MsgVoteStop{Operator: c.Account("alice").String(), Name: "dev", Reason: "me"})
	require.Contains(t, c.Vote(&types.MsgStop{Authority: app.Authority(), Name: "dev", Reason: "again"}).FailedReason, types.ErrStopped.Error())
	c.Pass(&types.MsgStop{Authority: app.Authority(), Name: "twin", Reason: "as a precaution"})
	usable, err = k.IsUsable(c.Ctx(), "twin")
	require.NoError(t, err)
	require.False(t, usable)
	exported = c.Export()
	require.JSONEq(t, string(exported.AppState), string(testutil.Import(t, exported, options...).Export().AppState))
}

// TestRepeatedStopVote: a seat that votes again has one vote, whose age begins anew. It cannot make a third of the power out of itself.
func TestRepeatedStopVote(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), testutil.WithChainID("x-devnet"), withVerifiers(func(s *types.GenesisState) {
		s.Params.VoteBlocks, s.Verifiers = 10, []types.Verifier{devCircuit(t, "dev")}
	}))
	k, ctx := app.VerifiersKeeper(c.App), c.Ctx()
	vote := func(seat int, after int64) bool {
		t.Helper()
		stopped, err := k.VoteStop(ctx.WithBlockHeight(ctx.BlockHeight()+after), c.Seats[seat].Operator.Addr, "dev", "it is broken")
		require.NoError(t, err)
		return stopped
	}
	for after := range int64(5) {
		require.False(t, vote(0, after), "one of four")
	}
	require.True(t, vote(1, 13), "the last vote of the other is 9 blocks old")
	_, err := k.VoteStop(ctx, c.Seats[2].Operator.Addr, "dev", "again")
	require.ErrorIs(t, err, types.ErrStopped)
	_, err = k.VoteStop(ctx, c.Seats[2].Operator.Addr, "none", "again")
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = k.VoteStop(ctx, c.Seats[2].Operator.Addr, "dev", " ")
	require.ErrorIs(t, err, types.ErrInvalid)
}
