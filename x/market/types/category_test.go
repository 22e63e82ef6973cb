package types_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

func TestCategoryValidate(t *testing.T) {
	for _, tc := range []struct {
		name     string
		malleate func(*types.Category)
		says     string // "" for valid
	}{
		{"good", func(*types.Category) {}, ""},
		{"longest id", func(c *types.Category) { c.Id = strings.Repeat("x", 16) }, ""},
		{"no id", func(c *types.Category) { c.Id = "" }, "category: got"},
		{"long id", func(c *types.Category) { c.Id = strings.Repeat("x", 17) }, "category: got"},
		{"capital", func(c *types.Category) { c.Id = "XS" }, "category: got"},
		{"description", func(c *types.Category) { c.Description = strings.Repeat("x", 513) }, "description: 513 bytes"},
		{"no time", func(c *types.Category) { c.Seconds = 0 }, "seconds: got 0"},
		{"long time", func(c *types.Category) { c.Seconds = types.MaxCategorySeconds + 1 }, "seconds: got 2592001"},
		{"no fuel", func(c *types.Category) { c.FuelLimit = 0 }, "fuel_limit: got 0"},
		{"fuel", func(c *types.Category) { c.FuelLimit = math.MaxUint64 }, "fuel_limit: got"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := types.Category{Id: "xs", Seconds: 300, FuelLimit: 1}
			tc.malleate(&c)
			if tc.says == "" {
				require.NoError(t, c.Validate())
				return
			}
			require.ErrorIs(t, c.Validate(), types.ErrCategory)
			require.ErrorContains(t, c.Validate(), tc.says)
		})
	}
	for _, c := range types.DefaultCategories() {
		require.NoError(t, c.Validate(), c.Id)
	}
}

func TestCategoryBlocks(t *testing.T) {
	for _, tc := range []struct {
		seconds, millis uint64
		want            int64
	}{{300, 500, 600}, {1, 500, 2}, {1, 300, 4}, {1, 1_000, 1}, {1, 7_000, 1}, {types.MaxCategorySeconds, 1, 2_592_000_000}} {
		got := types.Category{Seconds: tc.seconds}.Blocks(types.Params{BlockMillis: tc.millis})
		require.Equal(t, tc.want, got, "%d s of %d ms", tc.seconds, tc.millis)
	}
	p := types.DefaultParams()
	p.BlockMillis = 1
	require.Less(t, types.Category{Seconds: math.MaxUint64}.Blocks(p)+p.CommitBlocks, int64(1)<<32, "every category fits the protocol's windows")
}
