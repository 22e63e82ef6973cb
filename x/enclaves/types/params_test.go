package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/enclaves/types"
)

// TestParams names each parameter that cannot be.
func TestParams(t *testing.T) {
	require.NoError(t, types.DefaultParams().Validate())
	product := types.Product{Name: "milan", Root: make([]byte, 32)}
	for name, change := range map[string]func(*types.Params){
		"delay_blocks": func(p *types.Params) { p.DelayBlocks = -1 }, "vote_blocks": func(p *types.Params) { p.VoteBlocks = 0 },
		"session_blocks": func(p *types.Params) { p.SessionBlocks = 0 }, "fresh_blocks": func(p *types.Params) { p.FreshBlocks = types.MaxBlocks + 1 },
		"intel_root":    func(p *types.Params) { p.IntelRoot = nil },
		"products: got": func(p *types.Params) { p.Products = make([]types.Product, types.MaxProducts+1) },
		"sorted":        func(p *types.Params) { p.Products = []types.Product{product, product} },
		"name":          func(p *types.Params) { p.Products = []types.Product{{Name: "Milan", Root: product.Root}} },
		"root of milan": func(p *types.Params) { p.Products = []types.Product{{Name: "milan"}} },
		"least of milan": func(p *types.Params) {
			p.Products = []types.Product{{Name: "milan", Root: product.Root, Least: types.Versions{Snp: 256}}}
		},
	} {
		p := types.DefaultParams()
		change(&p)
		err := p.Validate()
		require.ErrorIs(t, err, types.ErrInvalidParams, name)
		require.ErrorContains(t, err, name)
	}
}
