package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/x/vouchers/keeper"
	"github.com/credence-chain/credence/x/vouchers/types"
)

func (f *fixture) spend(id string, amount uint64) error {
	return f.runTx(func(ctx sdk.Context) error { return f.SpendVoucher(ctx, id, amount, spender) })
}

// What transactions spend leaves the balance at once, and the module has it by the end of the block, though it was issued in
// the same one.
func TestSpendInATransaction(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 1_000)
	id, other := f.issue("iss", 1, "ann", 300, 10), f.issue("iss", 2, "bob", 500, 10)
	require.NoError(t, f.spend(id, 100))
	require.NoError(t, f.spend(id, 50))
	require.NoError(t, f.spend(other, 500))
	require.ErrorIs(t, f.spend(id, 151), types.ErrBalance)
	require.ErrorIs(t, f.spend(strings.Repeat("0", 64), 1), types.ErrNotFound)
	require.ErrorIs(t, f.spend("x", 1), types.ErrID)
	require.EqualValues(t, 150, f.voucher(id).Balance)
	require.Zero(t, f.spent())
	f.endBlock()
	require.EqualValues(t, 650, f.spent())
	f.next()
	require.EqualValues(t, 650, f.spent(), "once")
}

// Block hooks and passed proposals spend at once.
func TestSpendInABlockHook(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 1_000)
	id := f.issue("iss", 1, "ann", 300, 10)
	f.next()
	require.NoError(t, f.SpendVoucher(f.ctx, id, 100, spender))
	require.EqualValues(t, 100, f.spent())
	require.NoError(t, f.CheckInvariants(f.ctx), "nothing may wait for another EndBlock")
}

func TestRefundGoesToTheVoucherAndLaterToItsIssuer(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 1_000)
	id := f.issue("iss", 1, "ann", 300, 4)
	f.next()
	require.NoError(t, f.SpendVoucher(f.ctx, id, 300, spender))
	require.NoError(t, f.RefundVoucher(f.ctx, id, 200, spenderPurse{f.bank}))
	require.EqualValues(t, 200, f.voucher(id).Balance)
	require.NoError(t, f.CheckInvariants(f.ctx))
	f.until(4)
	require.True(t, f.voucher(id).Expired)
	require.EqualValues(t, 900, f.balance("iss"))
	require.NoError(t, f.RefundVoucher(f.ctx, id, 100, spenderPurse{f.bank}))
	require.EqualValues(t, 1_000, f.balance("iss"))
	require.Zero(t, f.voucher(id).Balance)
	require.Zero(t, f.spent())
	f.next()
}

// What ends in a block is capped and carried over, and none of it is lost.
func TestEndsAreCarriedOver(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 1_000)
	require.NoError(t, f.Params.Set(f.ctx, types.Params{EndsPerBlock: 2}))
	for nonce := range uint64(5) {
		f.issue("iss", nonce, "ann", 100, 3)
	}
	for _, want := range []uint64{500, 700, 900, 1_000} {
		f.next()
		require.EqualValues(t, want, f.balance("iss"), "at %d", f.ctx.BlockHeight())
	}
}

// Whatever is done to vouchers, the counter is the sum of the balances, the coins are exactly what is owed, and no coin is
// made or lost.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(t)
		f.fund("iss", 10_000)
		var issued []string
		out := map[string]uint64{} // spent of a voucher and not given back
		amount := func() uint64 { return rapid.Uint64Range(0, 400).Draw(rt, "amount") }
		one := func() string { return rapid.SampledFrom(issued).Draw(rt, "voucher") }
		for range rapid.IntRange(10, 30).Draw(rt, "steps") {
			step := rapid.SampledFrom([]string{"issue", "top up", "spend", "refund", "block"}).Draw(rt, "step")
			switch {
			case step == "block":
				f.next()
			case step == "issue" || len(issued) == 0:
				if id, err := f.issueErr(types.MsgIssueVoucher{
					Issuer: addr("iss"), Nonce: uint64(len(issued)), Holder: addr("ann"), Amount: amount(), Expiry: f.ctx.BlockHeight() + rapid.Int64Range(0, 6).Draw(rt, "blocks"),
				}); err == nil {
					issued = append(issued, id)
				}
			case step == "top up":
				_ = f.topUp("iss", one(), amount(), f.ctx.BlockHeight()+rapid.Int64Range(0, 9).Draw(rt, "blocks"))
			case step == "spend":
				id, some := one(), amount()
				if f.spend(id, some) == nil {
					out[id] += some
				}
			case step == "refund":
				f.next()
				id := one()
				back := min(amount(), out[id])
				require.NoError(rt, f.RefundVoucher(f.ctx, id, back, spenderPurse{f.bank}))
				out[id] -= back
			}
		}
		f.next()
		money, err := f.Solvency(f.ctx)
		require.NoError(rt, err)
		require.Equal(rt, money.Owed.String(), money.Held.String())
		require.EqualValues(rt, 10_000, f.balance("iss")+money.Held.Uint64()+f.spent())
	})
}

func TestQueries(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 1_000)
	id := f.issue("iss", 1, "ann", 300, 9)
	q := keeper.NewQueryServer(f.Keeper)
	for _, req := range []types.QueryVouchersRequest{{Issuer: addr("iss")}, {Holder: addr("ann")}} {
		res, err := q.Vouchers(f.ctx, &req)
		require.NoError(t, err)
		require.Equal(t, []types.Voucher{f.voucher(id)}, res.Vouchers)
	}
	none, err := q.Vouchers(f.ctx, &types.QueryVouchersRequest{Holder: addr("iss")})
	require.NoError(t, err)
	require.Empty(t, none.Vouchers)
	for _, req := range []types.QueryVouchersRequest{{}, {Issuer: addr("iss"), Holder: addr("ann")}, {Issuer: "x"}} {
		_, err := q.Vouchers(f.ctx, &req)
		require.ErrorContains(t, err, "InvalidArgument")
	}
	one, err := q.Voucher(f.ctx, &types.QueryVoucherRequest{Id: id})
	require.NoError(t, err)
	require.Equal(t, f.voucher(id), one.Voucher)
	_, err = q.Voucher(f.ctx, &types.QueryVoucherRequest{Id: ids.Format([32]byte{})})
	require.ErrorContains(t, err, "NotFound")
	_, err = q.Voucher(f.ctx, &types.QueryVoucherRequest{Id: "x"})
	require.ErrorContains(t, err, "InvalidArgument")
	found, err := q.Resolve(f.ctx, &types.QueryResolveRequest{Prefix: id[:8]})
	require.NoError(t, err)
	require.Equal(t, []string{id}, found.Vouchers)
	f.endBlock()
	s, err := q.Solvency(f.ctx, &types.QuerySolvencyRequest{})
	require.NoError(t, err)
	require.Equal(t, &types.QuerySolvencyResponse{Balance: 300, Owed: 300, Solvent: true}, s)
	p, err := q.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.DefaultParams(), p.Params)
	_, err = keeper.NewMsgServer(f.Keeper).UpdateParams(f.ctx, &types.MsgUpdateParams{Params: types.Params{EndsPerBlock: 7}})
	require.NoError(t, err)
	_, err = keeper.NewMsgServer(f.Keeper).UpdateParams(f.ctx, &types.MsgUpdateParams{})
	require.ErrorIs(t, err, types.ErrInvalidParams)
}
