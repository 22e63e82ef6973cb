package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/supply/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestEveryBurnHasACause: coins of their owner, slashed stake, the premium of an accepted task, the deposit of a proposal that was vetoed.
func TestEveryBurnHasACause(t *testing.T) {
	c := testutil.NewCompute(t, testutil.ComputeOptions{}, testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
		require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, govtypes.ModuleName, &govv1.GenesisState{}, func(s *govv1.GenesisState) error {
			s.Params.BurnVoteVeto = true
			return nil
		}))
	}))
	destroyed := func() map[string]int64 {
		out := map[string]int64{}
		for _, cause := range supplyOf(c.Chain).Destroyed {
			out[cause.Name] = cause.Amount.Int64()
		}
		return out
	}
	require.Empty(t, destroyed())

	stranger := c.Account("stranger")
	c.Deliver(stranger, &types.MsgBurn{Owner: stranger.String(), Amount: 7, Reason: "found on the street"})
	c.Refuse(stranger, types.ErrInvalid, &types.MsgBurn{Owner: stranger.String(), Amount: 7})
	require.Equal(t, map[string]int64{types.Burnt: 7}, destroyed())

	// The first worker lies, the court says so.
	liar := c.Submit(c.Job())
	lied := func(task taskstypes.Task, seat taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool) {
		o, commits := testutil.Honest(task, seat, bench)
		if bench == taskstypes.BENCH_WORKERS && seat.Who == task.Seats[0].Who {
			o.Digest[0] ^= 1
		}
		return o, commits
	}
	c.Run(lied, liar...)
	slashed := destroyed()[types.Slashed]
	require.Positive(t, slashed)

	params, err := app.GovKeeper(c.App).Params.Get(c.Ctx())
	require.NoError(t, err)
	id := c.SubmitProposal(&types.MsgUpdateParams{Authority: app.Authority(), Params: types.Params{MintCap: 1 << 60, YearBlocks: 1}})
	for _, s := range c.Seats {
		c.Queue(s.Operator, govv1.NewMsgVote(s.Operator.Addr, id, govv1.OptionNoWithVeto, ""))
	}
	c.NextN(int(testutil.VotingPeriod/testutil.BlockTime) + 2)
	require.Equal(t, map[string]int64{types.Burnt: 7, types.Slashed: slashed, types.Premiums: 1, types.Deposits: params.MinDeposit[0].Amount.Int64()}, destroyed())
	c.CheckBooks()
}

// TestCountingBank: coins that a module destroys are counted under its cause and no other, and what it pays out is not. A bank for a cause that
// makes coins is a mistake of the program, which does not start.
func TestCountingBank(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("treasury", "other"))
	k, ctx := app.SupplyKeeper(c.App), c.Ctx()
	coins := func(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewCoin(types.Denom, math.NewInt(n))) }
	bank := k.CountAs(types.Slashed, app.BankKeeper(c.App))
	require.NoError(t, bank.SendCoinsFromAccountToModule(ctx, c.Account("treasury").Addr, types.ModuleName, coins(90)))
	require.NoError(t, bank.BurnCoins(ctx, types.ModuleName, coins(30)))
	before := app.BankKeeper(c.App).GetBalance(ctx, c.Account("other").Addr, types.Denom).Amount
	require.NoError(t, bank.SendCoinsFromModuleToAccounts(ctx, types.ModuleName, []purse.Credit{
		{To: c.Account("other").Addr, Coins: coins(20)}, {To: c.Account("treasury").Addr, Coins: coins(5)}, {To: c.Account("other").Addr, Coins: coins(1)},
	}))
	require.Equal(t, before.AddRaw(21), app.BankKeeper(c.App).GetBalance(ctx, c.Account("other").Addr, types.Denom).Amount)
	counted, err := k.Causes.Get(ctx, types.Slashed)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(30), counted)
	for _, other := range types.Destroyed {
		has, err := k.Causes.Has(ctx, other)
		require.NoError(t, err)
		require.Equal(t, other == types.Slashed, has, other)
	}
	require.Error(t, bank.BurnCoins(ctx, types.ModuleName, coins(35)), "34 are left")
	require.NoError(t, k.CheckInvariants(ctx))
	for _, cause := range append([]string{"theft"}, types.Made...) {
		require.Panics(t, func() { k.CountAs(cause, app.BankKeeper(c.App)) }, cause)
	}
}
