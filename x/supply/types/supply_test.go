package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/credence-chain/credence/x/supply/types"
)

func cause(name string, amount int64) types.Cause {
	return types.Cause{Name: name, Amount: math.NewInt(amount)}
}

// TestSum: what was made less what was destroyed, of causes that there are.
func TestSum(t *testing.T) {
	for _, c := range []struct {
		causes []types.Cause
		want   int64
		bad    string
	}{
		{nil, 0, ""},
		{[]types.Cause{cause(types.Genesis, 10), cause(types.Minted, 5), cause(types.Slashed, 3), cause(types.Deposits, 2), cause(types.Burnt, 1)}, 9, ""},
		{[]types.Cause{cause(types.Genesis, 1), cause(types.Burnt, 2)}, 0, "more was destroyed than made"},
		{[]types.Cause{cause("stolen", 1)}, 0, "expected one of"},
		{[]types.Cause{cause(types.Genesis, -1)}, 0, "0 or more"},
		{[]types.Cause{{Name: types.Genesis}}, 0, "0 or more"},
	} {
		got, err := types.Sum(c.causes)
		if c.bad != "" {
			require.ErrorIs(t, err, types.ErrCauses)
			require.ErrorContains(t, err, c.bad)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, math.NewInt(c.want), got)
	}
	rapid.Check(t, func(t *rapid.T) {
		made, gone := rapid.Int64Range(0, 1<<60).Draw(t, "made"), rapid.Int64Range(0, 1<<60).Draw(t, "gone")
		sum, err := types.Sum([]types.Cause{cause(types.Burnt, gone), cause(types.Genesis, made)})
		if (err == nil) != (gone <= made) || err == nil && sum.Int64() != made-gone {
			t.Fatalf("%d made, %d gone: %s, %v", made, gone, sum, err)
		}
	})
}

func TestGenesisValidate(t *testing.T) {
	mint := func(number uint64, height int64) types.Mint {
		return types.Mint{Number: number, Height: height, Amount: 1, Reason: "rewards"}
	}
	good := types.GenesisState{
		Params: types.DefaultParams(), Causes: []types.Cause{cause(types.Genesis, 2), cause(types.Minted, 2)}, Mints: []types.Mint{mint(1, 5), mint(2, 5)},
	}
	require.NoError(t, good.Validate())
	for name, edit := range map[string]func(*types.GenesisState){
		"no year":            func(g *types.GenesisState) { g.Params.YearBlocks = 0 },
		"long year":          func(g *types.GenesisState) { g.Params.YearBlocks = types.MaxYearBlocks + 1 },
		"causes in no order": func(g *types.GenesisState) { g.Causes = []types.Cause{cause(types.Minted, 2), cause(types.Genesis, 2)} },
		"cause twice": func(g *types.GenesisState) {
			g.Causes = []types.Cause{cause(types.Genesis, 2), cause(types.Genesis, 2)}
		},
		"mint missing":     func(g *types.GenesisState) { g.Mints = []types.Mint{mint(2, 5)} },
		"mints go back":    func(g *types.GenesisState) { g.Mints = []types.Mint{mint(1, 5), mint(2, 4)} },
		"mint for nothing": func(g *types.GenesisState) { g.Mints = []types.Mint{{Number: 1, Amount: 1}} },
	} {
		bad := good
		edit(&bad)
		require.Error(t, bad.Validate(), name)
	}
	require.ErrorIs(t, types.ValidateDecision(0, "x"), types.ErrInvalid)
	require.ErrorIs(t, types.ValidateDecision(1, strings.Repeat("x", types.MaxReason+1)), types.ErrInvalid)
	require.ErrorIs(t, types.ValidateDecision(1, "\xff"), types.ErrInvalid)
	require.NoError(t, types.ValidateDecision(1, "x"))
}
