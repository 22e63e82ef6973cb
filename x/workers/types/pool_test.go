package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/credence-chain/credence/poco/contract"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

var addresses = address.NewBech32Codec("cred")

func TestPoolValidate(t *testing.T) {
	for _, tc := range []struct {
		name     string
		malleate func(*types.Pool)
		says     string // "" for valid
	}{
		{"valid", func(*types.Pool) {}, ""},
		{"least", func(p *types.Pool) { *p = types.Pool{Id: "ab", Runtime: "wasm", Stake: 1} }, ""},
		{"nothing follows", func(p *types.Pool) { p.Next, p.NextHeight = nil, 0 }, ""},
		{"short id", func(p *types.Pool) { p.Id = "a" }, "id \"a\""},
		{"odd id", func(p *types.Pool) { p.Id = "Main" }, "expected only a-z"},
		{"operator", func(p *types.Pool) { p.Operator = "a/b" }, "operator of main"},
		{"pending operator", func(p *types.Pool) { p.PendingOperator = "B" }, "pending_operator of main"},
		{"runtime", func(p *types.Pool) { p.Runtime = "python" }, `main: runtime: got "python", expected wasm or oci or circuit`},
		{"description", func(p *types.Pool) { p.Description = strings.Repeat("a", 513) }, "description of main: 513"},
		{"no stake", func(p *types.Pool) { p.Stake = 0 }, "stake: 0 ucred"},
		{"stake", func(p *types.Pool) { p.Stake, p.Next.Stake = types.MaxStake+1, types.MaxStake+1 }, "stake: 7205"},
		{"commission", func(p *types.Pool) { p.MaxCommissionBps = 10_001 }, "max_commission_bps: 10001"},
		{"capabilities", func(p *types.Pool) { p.Capabilities = []string{"b", "a"} }, "capabilities of main"},
		{"requesters", func(p *types.Pool) { p.Requesters.Organisations = []string{"x"} }, "requesters of main"},
		{"next stake falls", func(p *types.Pool) { p.Next.Stake = 9 }, "next stake of main: 9"},
		{"next commission", func(p *types.Pool) { p.Next.MaxCommissionBps = 10_001 }, "next terms of main"},
		{"next without a height", func(p *types.Pool) { p.NextHeight = 0 }, "next_height of main: 0"},
		{"height without next", func(p *types.Pool) { p.Next = nil }, "expected 0 without next terms"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := types.Pool{
				Id: "main", Operator: "ops", Runtime: contract.RuntimeWasm, Stake: 10, Description: "for all", MinPrice: 3,
				MaxCommissionBps: 10_000, Capabilities: []string{"gpu", "tee"}, Invited: true,
				Requesters: orgstypes.Audience{Organisations: []string{"acme"}},
				Next:       &types.PoolTerms{Stake: 10}, NextHeight: 7, PendingOperator: "other",
			}
			tc.malleate(&p)
			err := p.Validate(addresses)
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidPool)
			require.ErrorContains(t, err, tc.says)
		})
	}
}
