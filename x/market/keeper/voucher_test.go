package keeper_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

func TestIssueVoucher(t *testing.T) {
	for _, tc := range []struct {
		name     string
		malleate func(f *fixture, m *types.MsgIssueVoucher)
		expErr   error
	}{
		{"issued", func(*fixture, *types.MsgIssueVoucher) {}, nil},
		{"nothing in it", func(_ *fixture, m *types.MsgIssueVoucher) { m.Amount = 0 }, types.ErrVoucher},
		{"expired", func(_ *fixture, m *types.MsgIssueVoucher) { m.Expiry = 1 }, types.ErrVoucherExpired},
		{"no expiry", func(_ *fixture, m *types.MsgIssueVoucher) { m.Expiry = 0 }, types.ErrVoucher},
		{"no holder", func(_ *fixture, m *types.MsgIssueVoucher) { m.Holder = "" }, types.ErrVoucher},
		{"bad issuer", func(_ *fixture, m *types.MsgIssueVoucher) { m.Issuer = "x" }, types.ErrVoucher},
		{"blocked issuer", func(_ *fixture, m *types.MsgIssueVoucher) { m.Issuer = addr("blocked") }, types.ErrVoucher},
		{"bad app", func(_ *fixture, m *types.MsgIssueVoucher) { m.Apps = []string{"x"} }, types.ErrVoucher},
		{"nonce used", func(f *fixture, m *types.MsgIssueVoucher) { f.issue("iss", m.Nonce, "bob", 1, 50) }, types.ErrNonce},
		{"more than the issuer has", func(_ *fixture, m *types.MsgIssueVoucher) { m.Amount = 1_001 }, errAny},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.fund("iss", 1_000)
			m := types.MsgIssueVoucher{Issuer: addr("iss"), Nonce: 7, Holder: addr("ann"), Amount: 900, Expiry: 50, Apps: []string{"studio/ray"}, Description: "for rays"}
			tc.malleate(f, &m)
			before, had := f.dump(), f.balance("iss")
			id, err := f.issueErr(m)
			if tc.expErr != nil {
				require.Error(t, err)
				if tc.expErr != errAny {
					require.ErrorIs(t, err, tc.expErr)
				}
				require.Equal(t, before, f.dump())
				require.Equal(t, had, f.balance("iss"))
				f.endBlock()
				return
			}
			require.NoError(t, err)
			require.Equal(t, types.FormatID(types.VoucherIDOf(chainID, m.Issuer, 7)), id)
			require.Equal(t, types.Voucher{
				Id: id, Issuer: m.Issuer, Nonce: 7, Holder: m.Holder, Balance: 900, Issued: 900, Expiry: 50, Apps: m.Apps, Description: "for rays",
			}, f.voucher(id))
			f.endBlock()
			_, owed, err := f.Solvency(f.ctx)
			require.NoError(t, err)
			require.EqualValues(t, 900, owed.Int64())
			require.EqualValues(t, 100, f.balance("iss"))
		})
	}
}

func TestTopUpVoucher(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 1_000)
	id := f.issue("iss", 1, "ann", 100, 10)
	for _, tc := range []struct {
		name   string
		issuer string
		id     string
		amount uint64
		expiry int64
		expErr error
	}{
		{"another issuer", "bob", id, 1, 0, types.ErrNotOwner},
		{"unknown", "iss", strings.Repeat("0", 64), 1, 0, types.ErrNotFound},
		{"nothing", "iss", id, 0, 0, types.ErrVoucher},
		{"nothing, at the same expiry", "iss", id, 0, 10, types.ErrVoucher},
		{"shorter", "iss", id, 1, 9, types.ErrVoucher},
		{"beyond 64 bits", "iss", id, math.MaxUint64, 0, types.ErrVoucher},
	} {
		t.Run(tc.name, func(t *testing.T) { require.ErrorIs(t, f.topUp(tc.issuer, tc.id, tc.amount, tc.expiry), tc.expErr) })
	}
	require.NoError(t, f.topUp("iss", id, 50, 0), "twice in the block in which it was issued")
	require.NoError(t, f.topUp("iss", id, 50, 12))
	f.next()
	require.NoError(t, f.topUp("iss", id, 0, 13))
	require.NoError(t, f.topUp("iss", id, 1, 13))
	v := f.voucher(id)
	require.EqualValues(t, []uint64{201, 201}, []uint64{v.Balance, v.Issued})
	f.until(12)
	require.False(t, f.voucher(id).Expired)
	f.until(13)
	require.True(t, f.voucher(id).Expired)
	require.EqualValues(t, 1_000, f.balance("iss"))
	require.ErrorIs(t, f.topUp("iss", id, 1, 99), types.ErrVoucherExpired)
}

func TestSetSpenders(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 10_000)
	f.offer("open", 1, 20, 0)
	id := f.issue("iss", 1, "ann", 10_000, 50)
	set := func(holder string, spenders ...string) error {
		return f.tx(func(ctx sdkContext, m types.MsgServer) error {
			_, err := m.SetSpenders(ctx, &types.MsgSetSpenders{Holder: addr(holder), Id: id, Spenders: spenders})
			return err
		})
	}
	j := job()
	j.Voucher = id
	_, err := f.submitErr("bob", 1, j)
	require.ErrorIs(t, err, types.ErrVoucherSpender)
	require.ErrorIs(t, set("bob", addr("bob")), types.ErrNotOwner)
	require.ErrorIs(t, set("iss", addr("bob")), types.ErrNotOwner)
	require.ErrorIs(t, set("ann", "x"), types.ErrVoucher)
	require.NoError(t, set("ann", addr("bob")))
	r := f.submit("bob", 1, j)
	f.next()
	require.Equal(t, id, f.deal(r).Voucher)
	require.NoError(t, set("ann"))
	_, err = f.submitErr("bob", 2, j)
	require.ErrorIs(t, err, types.ErrVoucherSpender)
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
	require.ErrorIs(t, err, types.ErrVoucherBalance)
	r := f.submit("ann", 1, j)
	require.EqualValues(t, 4_000, f.voucher(id).Balance, "in the block in which it was issued")
	f.next()
	d := f.deal(r)
	require.EqualValues(t, 910, d.Escrow)
	require.EqualValues(t, 5_000-910, f.voucher(id).Balance)
	_, to := account("w1")
	require.NoError(t, f.settleTask(d.Id, 0, []types.EscrowPay{{To: to, Amount: 200}}, 710, true))
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
	require.ErrorIs(t, err, types.ErrVoucherExpired, "a request does not outlive what pays for it")
	late := f.rest("ann", 3, none, 50)
	r = f.submit("ann", 4, j)
	f.next()
	d = f.deal(r)
	f.until(50)
	v := f.voucher(id)
	require.True(t, v.Expired)
	require.Zero(t, v.Balance)
	require.Equal(t, types.REQUEST_STATUS_EXPIRED, f.request(late).Status)
	require.EqualValues(t, 4_800-910, f.balance("iss"))
	f.settle(d)
	require.EqualValues(t, 4_800, f.balance("iss"), "what comes back later goes to the issuer")
	_, err = f.submitErr("ann", 5, j)
	require.ErrorIs(t, err, types.ErrVoucherExpired)
	f.next()
}

// Whichever of the two the block ends first, a request that rests and the voucher that paid for it give the issuer all.
func TestVoucherEndsWithItsRequest(t *testing.T) {
	ends := map[bool]bool{} // whether the voucher ended first
	for nonce := range uint64(12) {
		f := newFixture(t)
		f.setParams(func(p *types.Params) { p.EndsPerBlock = 1 })
		f.fund("iss", 5_000)
		j := job()
		j.Voucher = f.issue("iss", nonce, "ann", 5_000, 5)
		r := f.rest("ann", nonce, j, 5)
		f.until(5)
		ends[f.voucher(j.Voucher).Expired] = true
		f.next()
		require.Equal(t, types.REQUEST_STATUS_EXPIRED, f.request(r).Status)
		require.True(t, f.voucher(j.Voucher).Expired)
		require.EqualValues(t, 5_000, f.balance("iss"))
		f.next()
	}
	require.Len(t, ends, 2)
}

// At the height of its expiry a voucher pays for nothing, though the block may not have come to ending it.
func TestVoucherExpiryIsExact(t *testing.T) {
	for height := int64(4); height <= 6; height++ { // of the match
		f := newFixture(t)
		f.setParams(func(p *types.Params) { p.EndsPerBlock = 1 })
		f.fund("iss", 5_000)
		f.offer("open", 1, 20, 0)
		j := job()
		for n := range uint64(3) { // one of them is ended at 5, the others later
			j.Voucher = f.issue("iss", n, "ann", 1_000, 5)
		}
		f.until(height - 1)
		r, err := f.submitErr("ann", 1, j)
		if height == 6 {
			require.ErrorIs(t, err, types.ErrVoucherExpired)
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
	id, err := f.issueErr(types.MsgIssueVoucher{
		Issuer: addr("iss"), Nonce: 1, Holder: addr("ann"), Amount: 9_000, Expiry: 50,
		Apps: []string{"studio/ray"}, Datasets: []string{"data/aa:v1"}, Pools: []string{"second"},
	})
	require.NoError(t, err)
	j := job()
	j.Voucher, j.App = id, "studio/zoo:v1"
	_, err = f.submitErr("ann", 1, j)
	require.ErrorIs(t, err, types.ErrVoucherAsset)
	j.App, j.Datasets = "studio/ray:v1", []string{"data/bb:v1"}
	_, err = f.submitErr("ann", 1, j)
	require.ErrorIs(t, err, types.ErrVoucherAsset)
	j.Datasets = []string{"data/aa:v1"}
	r := f.submit("ann", 1, j)
	f.next()
	require.Equal(t, "second", f.deal(r).Pool, "not the cheapest, but one that it pays for")
	j.Pool = "open"
	r = f.submit("ann", 2, j)
	f.next()
	require.Contains(t, f.request(r).Reason, types.ErrVoucherAsset.Error())
	f.next()
}
