package keeper_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/supply/keeper"
	"github.com/credence-chain/credence/x/supply/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// year is year_blocks: more than the votes of a test take.
const year = 200

func setting() []testutil.Option {
	return []testutil.Option{
		testutil.WithSeats(3), testutil.WithAccounts("treasury"),
		testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
			require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, types.ModuleName, &types.GenesisState{}, func(s *types.GenesisState) error {
				s.Params = types.Params{MintCap: 100, YearBlocks: year}
				return nil
			}))
		}),
	}
}

func mint(c *testutil.Chain, amount uint64, reason string) sdk.Msg {
	return &types.MsgMint{Authority: app.Authority(), To: c.Account("treasury").String(), Amount: amount, Reason: reason}
}

func supplyOf(c *testutil.Chain) *types.QuerySupplyResponse {
	c.T.Helper()
	require.NoError(c.T, app.SupplyKeeper(c.App).CheckInvariants(c.Ctx()))
	res, err := types.NewQueryClient(c.Conn()).Supply(c.Ctx(), &types.QuerySupplyRequest{})
	require.NoError(c.T, err)
	return res
}

// TestCouncilMintsWithinACap: within any year no more than the cap; after it again; each time for an account, with a reason.
func TestCouncilMintsWithinACap(t *testing.T) {
	c := testutil.New(t, setting()...)
	treasury := c.Account("treasury")
	atFirst := supplyOf(c)
	require.Equal(t, []types.Cause{{Name: types.Genesis, Amount: atFirst.Supply}}, atFirst.Made)
	require.Empty(t, atFirst.Destroyed)
	require.Equal(t, uint64(100), atFirst.Mintable)

	c.Pass(mint(c, 60, "rewards"))
	first := c.Height()
	require.Equal(t, testutil.Funds+60, c.Balance(treasury.Addr))
	require.Equal(t, uint64(40), supplyOf(c).Mintable)
	require.Equal(t, atFirst.Supply.AddRaw(60), supplyOf(c).Supply)
	for _, bad := range []struct {
		msg sdk.Msg
		err error
	}{
		{mint(c, 41, "too much"), types.ErrCap},
		{mint(c, 0, "nothing"), types.ErrInvalid},
		{mint(c, 1, ""), types.ErrInvalid},
		{&types.MsgMint{Authority: app.Authority(), To: "nobody", Amount: 1, Reason: "x"}, types.ErrInvalid},
		{&types.MsgMint{Authority: app.Authority(), To: moduleAccount(c, "market"), Amount: 1, Reason: "x"}, types.ErrInvalid},
	} {
		require.Contains(t, c.Vote(bad.msg).FailedReason, bad.err.Error())
	}
	c.Pass(mint(c, 40, "the rest"))
	require.Zero(t, supplyOf(c).Mintable)
	require.Equal(t, uint64(60), mintableAt(c, first+year), "the first of them is older than a year then")
	c.Until(first + year + 2)
	require.Equal(t, uint64(60), supplyOf(c).Mintable)
	c.Pass(mint(c, 60, "the next year"))

	mints, err := types.NewQueryClient(c.Conn()).Mints(c.Ctx(), &types.QueryMintsRequest{})
	require.NoError(t, err)
	require.Len(t, mints.Mints, 3)
	require.Equal(t, "the rest", mints.Mints[1].Reason)
	require.Equal(t, treasury.String(), mints.Mints[1].To)
	c.Refuse(treasury, orgstypes.ErrRole, &types.MsgMint{Authority: treasury.String(), To: treasury.String(), Amount: 1, Reason: "for me"})

	exported := c.Export()
	next := testutil.Import(t, exported, setting()...)
	require.JSONEq(t, string(exported.AppState), string(next.Export().AppState))
	require.Equal(t, supplyOf(c), supplyOf(next))
	require.Contains(t, next.Vote(mint(next, 1, "after the import")).FailedReason, types.ErrCap.Error(), "what was minted still counts")
	require.Equal(t, c.AppHash(), c.Replay())
}

// mintableAt is what could be minted in the block after a height, when nothing is minted until then.
func mintableAt(c *testutil.Chain, height int64) uint64 {
	res, err := keeper.NewQueryServer(app.SupplyKeeper(c.App)).Supply(c.Ctx().WithBlockHeight(height), &types.QuerySupplyRequest{})
	require.NoError(c.T, err)
	return res.Mintable
}

func moduleAccount(c *testutil.Chain, name string) string {
	return app.AccountKeeper(c.App).GetModuleAddress(name).String()
}

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

// TestImportNeedsTheCauses: a genesis file whose causes make another supply than the coins that it has does not start.
func TestImportNeedsTheCauses(t *testing.T) {
	c := testutil.New(t, setting()...)
	c.NextN(2)
	exported := c.Export()
	var state map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(exported.AppState, &state))
	var g types.GenesisState
	c.App.Encoding.Codec.MustUnmarshalJSON(state[types.ModuleName], &g)
	g.Causes[0].Amount = g.Causes[0].Amount.Sub(math.OneInt())
	state[types.ModuleName] = c.App.Encoding.Codec.MustMarshalJSON(&g)
	var err error
	exported.AppState, err = json.Marshal(state)
	require.NoError(t, err)
	require.Contains(t, recovered(func() { testutil.Import(t, exported, setting()...) }), types.ErrCauses.Error())
}

// recovered is the text of the error that a function panics with.
func recovered(do func()) (text string) {
	defer func() {
		if err, is := recover().(error); is {
			text = err.Error()
		}
	}()
	do()
	return ""
}
