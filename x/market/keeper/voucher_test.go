package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

func TestSetSpenders(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 10_000)
	f.offer("open", 1, 20, 0)
	id := f.issue("iss", 1, "ann", 10_000, 50)
	set := func(holder string, spenders ...string) error {
		return f.voucherTx(func(ctx sdkContext, m voucherstypes.MsgServer) error {
			_, err := m.SetSpenders(ctx, &voucherstypes.MsgSetSpenders{Holder: addr(holder), Id: id, Spenders: spenders})
			return err
		})
	}
	j := job()
	j.Voucher = id
	_, err := f.submitErr("bob", 1, j)
	require.ErrorIs(t, err, voucherstypes.ErrSpender)
	require.ErrorIs(t, set("bob", addr("bob")), voucherstypes.ErrNotOwner)
	require.ErrorIs(t, set("iss", addr("bob")), voucherstypes.ErrNotOwner)
	require.ErrorIs(t, set("ann", "x"), voucherstypes.ErrVoucher)
	require.NoError(t, set("ann", addr("bob")))
	r := f.submit("bob", 1, j)
	f.next()
	require.Equal(t, id, f.deal(r).Voucher)
	require.NoError(t, set("ann"))
	_, err = f.submitErr("bob", 2, j)
	require.ErrorIs(t, err, voucherstypes.ErrSpender)
}

// A voucher pays in the requester's place: what is not spent comes back into it.
func TestVoucherPays(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 5_000)
	f.offer("open", 1, 100, 0)
	f.next()
	id := f.issue("iss", 1, "ann", 5_000, 50)
	j := job()
	j.Voucher = id
	_, err := f.submitErr("ann", 9, func() types.Job { j := j; j.Size_ = 6; return j }())
	require.ErrorIs(t, err, voucherstypes.ErrBalance)
	r := f.submit("ann", 1, j)
	require.EqualValues(t, 4_000, f.voucher(id).Balance, "in the block in which it was issued")
	f.next()
	d := f.deal(r)
	require.EqualValues(t, 911, d.Escrow)
	require.EqualValues(t, 5_000-911, f.voucher(id).Balance)
	_, to := account("w1")
	require.NoError(t, f.settleTask(d.Id, 0, []dealstypes.EscrowPay{{To: to, Amount: 200}}, 711, true))
	require.EqualValues(t, 4_800, f.voucher(id).Balance)
	require.Zero(t, f.balance("ann"))

	// Taken back, it is refunded into the voucher; once that has expired, to the issuer.
	r = f.submit("ann", 2, j)
	require.NoError(t, f.cancel("ann", r))
	f.next()
	require.EqualValues(t, 4_800, f.voucher(id).Balance)
	none := j
	none.Category = "xs"
	_, err = f.restErr("ann", 3, none, 51)
	require.ErrorIs(t, err, voucherstypes.ErrExpired, "a request does not outlive what pays for it")
	late := f.rest("ann", 3, none, 50)
	r = f.submit("ann", 4, j)
	f.next()
	d = f.deal(r)
	f.until(50)
	v := f.voucher(id)
	require.True(t, v.Expired)
	require.Zero(t, v.Balance)
	require.Equal(t, types.REQUEST_STATUS_EXPIRED, f.request(late).Status)
	require.EqualValues(t, 4_800-911, f.balance("iss"))
	f.settle(d)
	require.EqualValues(t, 4_800, f.balance("iss"), "what comes back later goes to the issuer")
	_, err = f.submitErr("ann", 5, j)
	require.ErrorIs(t, err, voucherstypes.ErrExpired)
	f.next()
}

// A request that rests and the voucher that paid for it end in one block: the issuer gets all, though the voucher ends
// first, and the request perhaps in a later block.
func TestVoucherEndsWithItsRequest(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.EndsPerBlock = 1 })
	f.fund("iss", 10_000)
	j, requests := job(), []string(nil)
	for nonce := range uint64(2) {
		j.Voucher = f.issue("iss", nonce, "ann", 5_000, 5)
		requests = append(requests, f.rest("ann", nonce, j, 5))
	}
	f.until(5)
	require.True(t, f.voucher(j.Voucher).Expired)
	require.EqualValues(t, 9_000, f.balance("iss"))
	f.next()
	require.EqualValues(t, 10_000, f.balance("iss"))
	for _, r := range requests {
		require.Equal(t, types.REQUEST_STATUS_EXPIRED, f.request(r).Status)
	}
	f.next()
}

// At the height of its expiry a voucher pays for nothing, though the block may not have come to ending it.
func TestVoucherExpiryIsExact(t *testing.T) {
	for height := int64(4); height <= 6; height++ { // of the match
		f := newFixture(t)
		require.NoError(t, f.vouchers.Params.Set(f.ctx, voucherstypes.Params{EndsPerBlock: 1}))
		f.fund("iss", 5_000)
		f.offer("open", 1, 20, 0)
		j := job()
		for n := range uint64(3) { // one of them is ended at 5, the others later
			j.Voucher = f.issue("iss", n, "ann", 1_000, 5)
		}
		f.until(height - 1)
		r, err := f.submitErr("ann", 1, j)
		if height == 6 {
			require.ErrorIs(t, err, voucherstypes.ErrExpired)
			continue
		}
		require.NoError(t, err)
		f.next()
		require.Equal(t, height < 5, f.request(r).Deal != "")
		f.until(8)
		require.True(t, f.voucher(j.Voucher).Expired)
		if height == 5 {
			require.EqualValues(t, 5_000, f.balance("iss"))
		}
	}
}

// A voucher pays for the assets that it names, and no others.
func TestVoucherAssets(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 9_000)
	f.addApp("studio/zoo:v1", 10)
	f.offer("open", 1, 20, 0)
	f.offer("second", 2, 30, 0)
	f.next()
	id, err := f.issueErr(voucherstypes.MsgIssueVoucher{
		Issuer: addr("iss"), Nonce: 1, Holder: addr("ann"), Amount: 9_000, Expiry: 50,
		Apps: []string{"studio/ray"}, Datasets: []string{"data/aa:v1"}, Pools: []string{"second"},
	})
	require.NoError(t, err)
	j := job()
	j.Voucher, j.App = id, "studio/zoo:v1"
	_, err = f.submitErr("ann", 1, j)
	require.ErrorIs(t, err, voucherstypes.ErrAsset)
	j.App, j.Datasets = "studio/ray:v1", []string{"data/bb:v1"}
	_, err = f.submitErr("ann", 1, j)
	require.ErrorIs(t, err, voucherstypes.ErrAsset)
	j.Datasets = []string{"data/aa:v1"}
	r := f.submit("ann", 1, j)
	f.next()
	require.Equal(t, "second", f.deal(r).Pool, "not the cheapest, but one that it pays for")
	j.Pool = "open"
	r = f.submit("ann", 2, j)
	f.next()
	require.Contains(t, f.request(r).Reason, voucherstypes.ErrAsset.Error())
	f.next()
}
