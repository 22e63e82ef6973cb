package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/enclaves/types"
)

// TestCheckLevel: what is below the parameters, or below the collateral that is kept now, counts no more.
func TestCheckLevel(t *testing.T) {
	p := types.DefaultParams()
	p.TdxEvaluation, p.Software, p.SoftwareLevel = 17, true, 2
	p.Products = []types.Product{{Name: "milan", Root: make([]byte, 32), Least: types.Versions{BootLoader: 2, Snp: 5, Microcode: 9}}}
	good := &types.Versions{BootLoader: 2, Tee: 0, Snp: 5, Microcode: 9}
	for name, c := range map[string]struct {
		platform   types.Platform
		level      types.Level
		evaluation uint64
		ok         bool
	}{
		"tdx":               {types.PLATFORM_TDX, types.Level{Evaluation: 17}, 17, true},
		"tdx, parameters":   {types.PLATFORM_TDX, types.Level{Evaluation: 16}, 0, false},
		"tdx, collateral":   {types.PLATFORM_TDX, types.Level{Evaluation: 17}, 18, false},
		"snp":               {types.PLATFORM_SEV_SNP, types.Level{Product: "milan", Versions: good}, 0, true},
		"snp, old":          {types.PLATFORM_SEV_SNP, types.Level{Product: "milan", Versions: &types.Versions{BootLoader: 9, Snp: 4, Microcode: 99}}, 0, false},
		"snp, no versions":  {types.PLATFORM_SEV_SNP, types.Level{Product: "milan"}, 0, false},
		"snp, gone product": {types.PLATFORM_SEV_SNP, types.Level{Product: "genoa", Versions: good}, 0, false},
		"software":          {types.PLATFORM_SOFTWARE, types.Level{Software: 2}, 0, true},
		"software, old":     {types.PLATFORM_SOFTWARE, types.Level{Software: 1}, 0, false},
	} {
		err := c.level.CheckLevel(c.platform, p, c.evaluation)
		if c.ok {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, types.ErrLevel, name)
	}
	p.Software = false
	require.ErrorIs(t, types.Level{Software: 9}.CheckLevel(types.PLATFORM_SOFTWARE, p, 0), types.ErrLevel)
	require.ErrorIs(t, types.Level{}.CheckLevel(types.PLATFORM_UNSPECIFIED, p, 0), types.ErrInvalid)
}
