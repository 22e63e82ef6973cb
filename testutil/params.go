package testutil

import (
	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/genesis"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// These options set the parameters with which a chain begins.

// withoutAudits makes accepted answers final at once, unless a job or a test asks for an audit window.
func withoutAudits() Option {
	return WithParams(nil, func(p *markettypes.Params) { p.AuditBlocks = 0 }, nil)
}

// WithParams edits the parameters of the three modules of the market at genesis; nil leaves one as it is.
func WithParams(tasks func(*taskstypes.Params), market func(*markettypes.Params), workers func(*workerstypes.Params)) Option {
	return WithGenesis(func(c *Chain, g genesis.State) {
		if tasks != nil {
			editGenesis(c, g, taskstypes.ModuleName, &taskstypes.GenesisState{}, func(s *taskstypes.GenesisState) { tasks(&s.Params) })
		}
		if market != nil {
			editGenesis(c, g, markettypes.ModuleName, &markettypes.GenesisState{}, func(s *markettypes.GenesisState) { market(&s.Params) })
		}
		if workers != nil {
			editGenesis(c, g, workerstypes.ModuleName, &workerstypes.GenesisState{}, func(s *workerstypes.GenesisState) { workers(&s.Params) })
		}
	})
}

// WithDealParams changes the parameters of deals at genesis.
func WithDealParams(deals func(*dealstypes.Params)) Option {
	return WithGenesis(func(c *Chain, g genesis.State) {
		editGenesis(c, g, dealstypes.ModuleName, &dealstypes.GenesisState{}, func(s *dealstypes.GenesisState) { deals(&s.Params) })
	})
}

func editGenesis[T gogoproto.Message](c *Chain, g genesis.State, module string, state T, edit func(T)) {
	c.T.Helper()
	require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, module, state, func(s T) error { edit(s); return nil }))
}
