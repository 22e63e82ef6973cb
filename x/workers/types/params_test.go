package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/workers/types"
)

func TestParamsValidate(t *testing.T) {
	for _, tc := range []struct {
		name     string
		malleate func(*types.Params)
		says     string // "" for valid
	}{
		{"default", func(*types.Params) {}, ""},
		{"unbonding", func(p *types.Params) { p.UnbondingBlocks = 0 }, "unbonding_blocks: 0, expected 1 to"},
		{"negative", func(p *types.Params) { p.CoolingBlocks = -1 }, "cooling_blocks: -1"},
		{"overflow", func(p *types.Params) { p.ForgivenessBlocks = 1<<63 - 1 }, "forgiveness_blocks"},
		{"due", func(p *types.Params) { p.DuePerBlock = 10_001 }, "due_per_block: 10001, expected 1 to 10000"},
		{"slots", func(p *types.Params) { p.MaxSlots = 0 }, "max_slots"},
		{"pools", func(p *types.Params) { p.MaxPools = 65 }, "max_pools"},
		{"notice", func(p *types.Params) { p.NoticeBlocks = 0 }, "notice_blocks: 0, expected 1 to"},
		{"evict", func(p *types.Params) { p.EvictBlocks = 0 }, "evict_blocks: 0, expected 1 to"},
		{"evict overflow", func(p *types.Params) { p.EvictBlocks = 1<<40 + 1 }, "evict_blocks: 1099511627777, expected"},
		{"all of the price", func(p *types.Params) { p.MaxCommissionBps = 10_000 }, ""},
		{"more than the price", func(p *types.Params) { p.MaxCommissionBps = 10_001 }, "max_commission_bps: 10001, expected at most 10000"},
		{"no stake", func(p *types.Params) { p.MaxStake = 0 }, "max_stake: 0 ucred, expected 1 to"},
		{"stake", func(p *types.Params) { p.MaxStake = types.MaxStake + 1 }, "max_stake: 7205"},
		{"default pool", func(p *types.Params) { p.DefaultPool = "public" }, ""},
		{"no id", func(p *types.Params) { p.DefaultPool = "Public" }, "default_pool"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := types.DefaultParams()
			tc.malleate(&p)
			err := p.Validate()
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidParams)
			require.ErrorContains(t, err, tc.says)
		})
	}
}
