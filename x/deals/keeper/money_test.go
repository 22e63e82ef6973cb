package keeper_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/deals/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// marketPurse holds the escrow of requests that wait.
type marketPurse struct{ bank *bank }

func (p marketPurse) SendTo(_ context.Context, to string, amount uint64) error {
	return p.bank.move(module("market"), module(to), purse.Coins(amount))
}

// Escrow comes from whoever pays, and what is not spent goes back to the same.
func TestWhoPays(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(d *types.Deal)
		left   func(f *fixture) uint64 // what the payer has
	}{
		{"the requester", func(*types.Deal) {}, func(f *fixture) uint64 { return f.bank.has[string(account("requester"))] }},
		{"a sponsor", func(d *types.Deal) { d.Sponsor = addr("sponsor") }, func(f *fixture) uint64 { return f.bank.has[string(account("sponsor"))] }},
		{"a voucher", func(d *types.Deal) { d.Voucher = idOf("voucher") }, func(f *fixture) uint64 { return f.vouchers.pots[idOf("voucher")] }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			d := someDeal("a", 2)
			tc.change(&d)
			f.makeDeal(d)
			require.EqualValues(t, wealth-2*each, tc.left(f))
			f.beginBlocks(1)
			require.NoError(t, f.settle("a", 0, true, 40, 10))
			require.EqualValues(t, wealth-each-50, tc.left(f))
			require.NoError(t, f.settle("a", 1, false))
			require.EqualValues(t, wealth-50, tc.left(f))
			f.requireBalance("worker", 50)
			require.NoError(t, f.CheckInvariants(f.ctx))
			balance, err := f.Solvency(f.ctx)
			require.NoError(t, err)
			require.True(t, balance.Owed.IsZero())
			require.True(t, balance.Held.IsZero())
		})
	}
}

func TestEscrowOutOfAPurse(t *testing.T) {
	f := newFixture(t)
	_, err := f.MakeDeal(f.ctx, someDeal("a", 2), marketPurse{f.bank})
	require.NoError(t, err)
	require.EqualValues(t, wealth-2*each, f.bank.has[string(module("market"))])
	f.requireBalance("requester", wealth)
	require.NoError(t, f.CheckInvariants(f.ctx))
}

func TestVoucherWithoutBalance(t *testing.T) {
	f := newFixture(t)
	d := someDeal("a", 1)
	d.Voucher = idOf("empty")
	_, err := f.MakeDeal(f.ctx, d, nil)
	require.ErrorIs(t, err, voucherstypes.ErrBalance)
	require.NoError(t, f.CheckInvariants(f.ctx))
}

// The counter, the records and the coins have to agree: each one that is changed alone is noticed.
func TestInvariantsNotice(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(f *fixture)
		want error
	}{
		{"coins are missing", func(f *fixture) { f.bank.has[string(module(types.ModuleName))]-- }, purse.ErrInsolvent},
		{"a deal lost escrow", func(f *fixture) {
			p, err := f.Progress.Get(f.ctx, rawID("a"))
			require.NoError(f, err)
			p.Escrow--
			require.NoError(f, f.Progress.Set(f.ctx, rawID("a"), p))
		}, types.ErrGenesis},
		{"a deal was forgotten", func(f *fixture) {
			require.NoError(f, f.Deals.Remove(f.ctx, rawID("a")))
			position, err := f.Positions.Get(f.ctx, rawID("a"))
			require.NoError(f, err)
			require.NoError(f, f.Opening.Remove(f.ctx, position))
		}, purse.ErrInsolvent},
		{"a deal left the queue", func(f *fixture) {
			position, err := f.Positions.Get(f.ctx, rawID("a"))
			require.NoError(f, err)
			require.NoError(f, f.Opening.Remove(f.ctx, position))
		}, types.ErrGenesis},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.makeDeal(someDeal("a", 2))
			require.NoError(t, f.CheckInvariants(f.ctx))
			tc.do(f)
			require.ErrorIs(t, f.CheckInvariants(f.ctx), tc.want)
		})
	}
}
