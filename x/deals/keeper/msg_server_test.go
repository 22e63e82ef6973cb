package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/deals/keeper"
	"github.com/credence-chain/credence/x/deals/types"
)

func TestUpdateParams(t *testing.T) {
	f := newFixture(t)
	server := keeper.NewMsgServer(f.Keeper)
	require.Equal(t, addr(council), f.GetAuthority())
	for _, tc := range []struct {
		name   string
		params types.Params
		ok     bool
	}{
		{"least", types.Params{OpensPerBlock: 1, CallbackGas: 1}, true},
		{"most", types.Params{OpensPerBlock: 100_000, CallbackGas: 10_000_000}, true},
		{"no openings", types.Params{OpensPerBlock: 0, CallbackGas: 1}, false},
		{"too many openings", types.Params{OpensPerBlock: 100_001, CallbackGas: 1}, false},
		{"no gas", types.Params{OpensPerBlock: 1, CallbackGas: 0}, false},
		{"too much gas", types.Params{OpensPerBlock: 1, CallbackGas: 10_000_001}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before, err := f.Params.Get(f.ctx)
			require.NoError(t, err)
			_, err = server.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: addr(council), Params: tc.params})
			after, getErr := f.Params.Get(f.ctx)
			require.NoError(t, getErr)
			if tc.ok {
				require.NoError(t, err)
				require.Equal(t, tc.params, after)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidParams)
			require.Equal(t, before, after)
		})
	}
}
