package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

func TestUpdateParams(t *testing.T) {
	f := newFixture(t)
	p := types.DefaultParams()
	p.MaxRestBlocks = 0
	update := func() error {
		return f.tx(func(ctx sdkContext, m types.MsgServer) error {
			_, err := m.UpdateParams(ctx, &types.MsgUpdateParams{Authority: addr("council"), Params: p})
			return err
		})
	}
	require.ErrorIs(t, update(), types.ErrInvalidParams)
	p.MaxRestBlocks = 7
	require.NoError(t, update())
	got, err := f.Params.Get(f.ctx)
	require.NoError(t, err)
	require.Equal(t, p, got)
	require.Equal(t, addr("council"), f.GetAuthority())
}

func TestSetCategory(t *testing.T) {
	f := newFixture(t)
	c := types.Category{Id: "day", Description: "a day", Seconds: 86_400, FuelLimit: 9}
	require.NoError(t, f.tx(func(ctx sdkContext, m types.MsgServer) error {
		_, err := m.SetCategory(ctx, &types.MsgSetCategory{Authority: addr("council"), Category: c})
		return err
	}))
	require.Equal(t, []*types.EventCategory{{Category: c}}, events[*types.EventCategory](f))
	got, err := f.Categories.Get(f.ctx, "day")
	require.NoError(t, err)
	require.Equal(t, c, got)
}
