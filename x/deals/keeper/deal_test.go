package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/deals/types"
)

func TestMakeDeal(t *testing.T) {
	f := newFixture(t)
	d := someDeal("a", 3)
	d.Callback, d.Args, d.Inputs = "hook", []string{"x"}, []*types.Input{{Name: "y"}}
	made := f.makeDeal(d)
	require.EqualValues(t, 3*each, made.Escrow)
	require.EqualValues(t, types.DefaultParams().CallbackGas, made.CallbackGas, "the gas of the callback is pinned")
	f.requireBalance("requester", wealth-3*each)

	stored := f.deal("a")
	require.Empty(t, stored.Args, "what is large stays with the request")
	require.Empty(t, stored.Inputs)
	whole, err := f.WholeDeal(f.ctx, made.Id)
	require.NoError(t, err)
	require.Equal(t, []string{"of " + made.Request}, whole.Args)
	require.Equal(t, "in", whole.Inputs[0].Name)
	require.Equal(t, "log", whole.Execution.Stdout)
	require.Equal(t, types.DEAL_STATE_RUNNING, stored.State())
	require.NoError(t, f.CheckInvariants(f.ctx))
}

// The terms of a deal are those with which it was made: parameters that change later change nothing of it.
func TestTermsArePinned(t *testing.T) {
	f := newFixture(t)
	d := someDeal("a", 1)
	d.Callback = "hook"
	f.makeDeal(d)
	params := types.DefaultParams()
	params.CallbackGas++
	require.NoError(t, f.Params.Set(f.ctx, params))
	require.EqualValues(t, types.DefaultParams().CallbackGas, f.deal("a").CallbackGas)
	require.Equal(t, someTerms(), f.deal("a").Terms)
}

func TestMakeDealRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(d *types.Deal)
		want   error
	}{
		{"an id that is none", func(d *types.Deal) { d.Id = "short" }, types.ErrID},
		{"an escrow of more than 64 bits", func(d *types.Deal) { d.Size_ = 1 << 63 }, types.ErrPrice},
		{"a price of more than 64 bits", func(d *types.Deal) { d.Terms.Price = 1 << 63 }, types.ErrPrice},
		{"a payer without the coins", func(d *types.Deal) { d.Requester = addr("poor") }, types.ErrUnfunded},
		{"a payer who may receive nothing", func(d *types.Deal) { d.Sponsor = addr("blocked") }, types.ErrPayer},
		{"a payer that is no address", func(d *types.Deal) { d.Sponsor = "somebody" }, types.ErrPayer},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			d := someDeal("a", 2)
			tc.change(&d)
			_, err := f.MakeDeal(f.ctx, d, nil)
			require.ErrorIs(t, err, tc.want)
			require.NoError(t, f.CheckInvariants(f.ctx))
			f.requireBalance("requester", wealth)
		})
	}
}

func TestGetDealRefuses(t *testing.T) {
	f := newFixture(t)
	_, err := f.GetDeal(f.ctx, idOf("nothing"))
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = f.WholeDeal(f.ctx, "no id")
	require.ErrorIs(t, err, types.ErrID)
}
