package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/workers/types"
)

func TestTermsValidateChange(t *testing.T) {
	from := types.PoolTerms{Stake: 50, MinPrice: 5, MaxCommissionBps: 2_000}
	params := types.DefaultParams()
	params.MaxStake, params.MaxCommissionBps = 80, 3_000
	small := params
	small.MaxStake, small.MaxCommissionBps = 10, 100 // lowered since
	for _, tc := range []struct {
		name   string
		params types.Params
		to     types.PoolTerms
		says   string // "" for valid
	}{
		{"the same", params, from, ""},
		{"all to the bound", params, types.PoolTerms{Stake: 80, MinPrice: 1<<64 - 1, MaxCommissionBps: 3_000}, ""},
		{"cheaper", params, types.PoolTerms{Stake: 50}, ""},
		{"stake falls", params, types.PoolTerms{Stake: 49}, "stake: 49 ucred, expected at least the 50 in force"},
		{"stake to nothing", params, types.PoolTerms{}, "stake: 0 ucred"},
		{"stake beyond the parameter", params, types.PoolTerms{Stake: 81}, "stake: 81 ucred, expected at most 80"},
		{"stake beyond the bound", params, types.PoolTerms{Stake: types.MaxStake + 1}, "stake: 7205"},
		{"commission beyond the parameter", params, types.PoolTerms{Stake: 50, MaxCommissionBps: 3_001}, "max_commission_bps: 3001, expected at most 3000"},
		{"commission beyond the whole", params, types.PoolTerms{Stake: 50, MaxCommissionBps: 10_001}, "max_commission_bps: 10001, expected at most 10000"},
		{"what is in force may stay", small, from, ""},
		{"and fall", small, types.PoolTerms{Stake: 50, MaxCommissionBps: 1_000}, ""},
		{"and not rise: stake", small, types.PoolTerms{Stake: 51}, "expected at most 10"},
		{"and not rise: commission", small, types.PoolTerms{Stake: 50, MaxCommissionBps: 2_001}, "expected at most 100"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.to.ValidateChange(from, tc.params)
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrTerms)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

// TestInForce: next terms are in force at their height, not before, and not while the pass over the workers goes on.
func TestInForce(t *testing.T) {
	p := types.Pool{Id: "main", Stake: 50, MinPrice: 5, MaxCommissionBps: 7, Retired: true,
		Next: &types.PoolTerms{Stake: 80, MinPrice: 9, MaxCommissionBps: 3}, NextHeight: 100}
	after := types.Pool{Id: "main", Stake: 80, MinPrice: 9, MaxCommissionBps: 3, Retired: true}
	pass := &types.Recheck{Pool: "main", Height: 100}
	require.Equal(t, p, p.InForce(99, nil))
	require.Equal(t, after, p.InForce(100, nil))
	require.Equal(t, after, p.InForce(1000, nil))
	require.Equal(t, after, after.InForce(1000, nil))
	require.Equal(t, p, p.InForce(100, pass))
	require.Equal(t, p, p.InForce(1000, pass))
}

// TestAsks: who the pass has reached needs the stake announced, the others what is in force.
func TestAsks(t *testing.T) {
	p := types.Pool{Stake: 50, Next: &types.PoolTerms{Stake: 80}, NextHeight: 100}
	same := types.Pool{Stake: 50, Next: &types.PoolTerms{Stake: 50}, NextHeight: 100}
	for _, tc := range []struct {
		name string
		pool types.Pool
		pass *types.Recheck
		asks uint64
	}{
		{"nothing follows", types.Pool{Stake: 50}, nil, 50},
		{"the same stake follows", same, nil, 50},
		{"the pass has not begun", p, &types.Recheck{}, 50},
		{"it is before the worker", p, &types.Recheck{Worker: "a"}, 50},
		{"it is at the worker", p, &types.Recheck{Worker: "b"}, 80},
		{"it is beyond", p, &types.Recheck{Worker: "c"}, 80},
		{"it has ended", p, nil, 80},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Equal(t, tc.asks, tc.pool.Asks("b", tc.pass)) })
	}
	require.False(t, (*types.Recheck)(nil).Begun())
	require.False(t, (&types.Recheck{}).Begun())
	require.True(t, (&types.Recheck{Worker: "a"}).Begun())
}
