package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/supply/keeper"
	"github.com/credence-chain/credence/x/supply/types"
)

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

// TestNoYearExceedsTheCap: whenever the council mints, and however much, no year_blocks in a row have more than the cap. A mint is refused
// only if it would break that.
func TestNoYearExceedsTheCap(t *testing.T) {
	const most = 100
	c := testutil.New(t, setting()...)
	k, treasury := app.SupplyKeeper(c.App), c.Account("treasury").String()
	rapid.Check(t, func(t *rapid.T) {
		ctx, _ := c.Ctx().CacheContext()
		type minted struct {
			height int64
			amount uint64
		}
		var done []minted
		height := ctx.BlockHeight()
		// within is what was minted in the year that ends at a height.
		within := func(height int64) (sum uint64) {
			for _, m := range done {
				if m.height > height-year && m.height <= height {
					sum += m.amount
				}
			}
			return sum
		}
		for range rapid.IntRange(1, 12).Draw(t, "mints") {
			height += rapid.SampledFrom([]int64{0, 1, year / 3, year - 1, year, year + 1}).Draw(t, "later")
			amount := rapid.Uint64Range(1, most+1).Draw(t, "amount")
			_, err := k.Mint(ctx.WithBlockHeight(height), treasury, amount, "rewards")
			if fits := within(height)+amount <= most; fits != (err == nil) {
				t.Fatalf("at height %d: %d after %v: %v", height, amount, done, err)
			}
			if err == nil {
				done = append(done, minted{height, amount})
			}
		}
		for _, m := range done {
			if sum := within(m.height + year - 1); sum > most {
				t.Fatalf("%d in the year from height %d: %v", sum, m.height, done)
			}
		}
		if err := k.CheckInvariants(ctx); err != nil {
			t.Fatal(err)
		}
	})
}
