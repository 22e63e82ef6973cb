package keeper_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/x/vouchers/types"
)

func TestIssueVoucher(t *testing.T) {
	for _, tc := range []struct {
		name     string
		malleate func(f *fixture, m *types.MsgIssueVoucher)
		expErr   error
	}{
		{"issued", func(*fixture, *types.MsgIssueVoucher) {}, nil},
		{"nothing in it", func(_ *fixture, m *types.MsgIssueVoucher) { m.Amount = 0 }, types.ErrVoucher},
		{"expired", func(_ *fixture, m *types.MsgIssueVoucher) { m.Expiry = 1 }, types.ErrExpired},
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
			require.Equal(t, ids.Format(types.VoucherID(chainID, m.Issuer, 7)), id)
			require.Equal(t, types.Voucher{
				Id: id, Issuer: m.Issuer, Nonce: 7, Holder: m.Holder, Balance: 900, Issued: 900, Expiry: 50, Apps: m.Apps, Description: "for rays",
			}, f.voucher(id))
			f.endBlock()
			money, err := f.Solvency(f.ctx)
			require.NoError(t, err)
			require.EqualValues(t, 900, money.Owed.Int64())
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
	require.ErrorIs(t, f.topUp("iss", id, 1, 99), types.ErrExpired)
}

func TestSetSpenders(t *testing.T) {
	f := newFixture(t)
	f.fund("iss", 1_000)
	id := f.issue("iss", 1, "ann", 100, 10)
	set := func(holder string, spenders ...string) error {
		return f.tx(func(ctx sdk.Context, m types.MsgServer) error {
			_, err := m.SetSpenders(ctx, &types.MsgSetSpenders{Holder: addr(holder), Id: id, Spenders: spenders})
			return err
		})
	}
	require.ErrorIs(t, set("bob", addr("bob")), types.ErrNotOwner)
	require.ErrorIs(t, set("iss", addr("bob")), types.ErrNotOwner)
	require.ErrorIs(t, set("ann", "x"), types.ErrVoucher)
	require.NoError(t, set("ann", addr("bob"), addr("cyd")))
	require.Equal(t, []string{addr("bob"), addr("cyd")}, f.voucher(id).Spenders)
	require.NoError(t, set("ann"))
	require.Empty(t, f.voucher(id).Spenders)
	f.next()
}
