package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/keeper"
	"github.com/credence-chain/credence/x/market/types"
	voucherskeeper "github.com/credence-chain/credence/x/vouchers/keeper"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// Messages of a passed proposal run in EndBlock, perhaps after the market's and the bank's: coins and counter move at
// once there, whatever transactions did to the same records in the block.
func TestProposalsMoveCoinsAtOnce(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 10_000)
	f.fund("ann", 10_000)
	v := f.issue("iss", 1, "ann", 100, 90)
	require.NoError(t, f.topUp("iss", v, 10, 0))
	f.endBlock()
	credit := voucherskeeper.NewMsgServer(f.vouchers)
	_, err := credit.TopUpVoucher(f.ctx, &voucherstypes.MsgTopUpVoucher{Issuer: addr("iss"), Id: v, Amount: 7})
	require.NoError(t, err)
	f.checkInvariants() // nothing may wait for another EndBlock
	res, err := credit.IssueVoucher(f.ctx, &voucherstypes.MsgIssueVoucher{Issuer: addr("iss"), Nonce: 2, Holder: addr("ann"), Amount: 50, Expiry: 90})
	require.NoError(t, err)
	_, err = keeper.NewMsgServer(f.Keeper).SubmitTask(f.ctx, &types.MsgSubmitTask{Requester: addr("ann"), Nonce: 1, Job: job()})
	require.NoError(t, err)
	f.checkInvariants()
	f.ctx = f.ctx.WithBlockHeight(2)
	f.beginBlock()
	require.NoError(t, f.topUp("iss", v, 3, 0))
	f.next()
	require.EqualValues(t, []uint64{120, 50}, []uint64{f.voucher(v).Balance, f.voucher(res.Id).Balance})
	require.EqualValues(t, 10_000-170, f.balance("iss"))
	require.EqualValues(t, 10_000, f.balance("ann"))
}

// The same when the proposal runs before the vouchers' EndBlock.
func TestProposalsBeforeTheVouchersEndBlock(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 10_000)
	v := f.issue("iss", 1, "ann", 100, 90)
	_, err := voucherskeeper.NewMsgServer(f.vouchers).TopUpVoucher(f.ctx, &voucherstypes.MsgTopUpVoucher{Issuer: addr("iss"), Id: v, Amount: 7})
	require.NoError(t, err)
	f.next()
	require.EqualValues(t, 107, f.voucher(v).Balance)
	require.EqualValues(t, 10_000-107, f.balance("iss"))
}

// A transaction that fails after it has locked leaves nothing behind.
func TestFailedTransactionsLockNothing(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	before := f.dump()
	require.ErrorIs(t, f.tx(func(ctx sdk.Context, m types.MsgServer) error {
		_, err := m.SubmitTask(ctx, &types.MsgSubmitTask{Requester: addr("ann"), Nonce: 1, Job: job()})
		require.NoError(t, err)
		return errAny
	}), errAny)
	require.Equal(t, before, f.dump())
	f.next()
	require.EqualValues(t, 10_000, f.balance("ann"))
}

// Whoever paid gets the rest back, in whatever way a task or a request ends.
func TestRefundsGoToWhoPaid(t *testing.T) {
	for _, who := range []string{"requester", "sponsor", "voucher"} {
		for _, end := range []string{"settled", "cancelled"} {
			t.Run(who+" "+end, func(t *testing.T) {
				f := newFixture(t)
				f.fund("ann", 10_000)
				f.fund("spo", 10_000)
				f.fund("iss", 10_000)
				f.setDealParams(func(p *dealstypes.Params) { p.OpensPerBlock = 1 })
				j := job()
				j.Size_ = 3
				switch who {
				case "sponsor":
					j.Sponsor = addr("spo")
				case "voucher":
					j.Voucher = f.issue("iss", 1, "ann", 10_000, 90)
				}
				request := requestOrder("ann", 1, j)
				_, err := f.matchErr(types.MsgMatchOrders{Relayer: addr("spo"), Pool: f.sign(f.poolOrder("open", 1, 100, 0)), Request: f.sign(request)})
				require.NoError(t, err)
				f.next()
				d := f.deal(idOf(request))
				left := func() uint64 {
					return map[string]uint64{"requester": f.balance("ann"), "sponsor": f.balance("spo"), "voucher": f.balance("ann")}[who]
				}
				if who == "voucher" {
					left = func() uint64 { return f.voucher(j.Voucher).Balance }
				}
				require.EqualValues(t, 10_000-3*911, left())
				require.EqualValues(t, 3*911, d.Escrow)
				if end == "cancelled" {
					require.NoError(t, f.cancel("ann", idOf(request)))
					f.next()
					require.EqualValues(t, 10_000-911, left())
					f.settle(f.deal(idOf(request)))
				} else {
					f.until(4)
					for range 3 {
						f.settle(f.deal(idOf(request)))
					}
				}
				require.EqualValues(t, 10_000, left())
				f.next()
			})
		}
	}
}
