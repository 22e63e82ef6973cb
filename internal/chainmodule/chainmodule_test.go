package chainmodule_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/chainmodule"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
)

type state = supplytypes.GenesisState

// TestGenesis takes a state from a file into a module and out again, and names the module in every failure.
func TestGenesis(t *testing.T) {
	var cdc codec.JSONCodec = codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	var stored *state
	refusal := errors.New("refused")
	m := chainmodule.NewGenesis("supply", supplytypes.DefaultGenesis,
		func(g state) error {
			if g.Params.MintCap == 7 {
				return refusal
			}
			return nil
		},
		func(_ context.Context, g state) error {
			if g.Params.MintCap == 8 {
				return refusal
			}
			stored = &g
			return nil
		},
		func(context.Context) (*state, error) {
			if stored == nil {
				return nil, refusal
			}
			return stored, nil
		})

	require.PanicsWithError(t, "export of supply: refused", func() { m.ExportGenesis(sdk.Context{}, cdc) })
	file := m.DefaultGenesis(cdc)
	require.NoError(t, m.ValidateGenesis(cdc, nil, file))
	m.InitGenesis(sdk.Context{}, cdc, file)
	require.Equal(t, supplytypes.DefaultParams(), stored.Params)
	require.JSONEq(t, string(file), string(m.ExportGenesis(sdk.Context{}, cdc)))

	require.ErrorIs(t, m.ValidateGenesis(cdc, nil, json.RawMessage(`{"params":{"mint_cap":"7"}}`)), refusal)
	require.ErrorContains(t, m.ValidateGenesis(cdc, nil, json.RawMessage(`{"x":1}`)), "genesis of supply: ")
	require.PanicsWithError(t, "genesis of supply: refused", func() {
		m.InitGenesis(sdk.Context{}, cdc, json.RawMessage(`{"params":{"mint_cap":"8"}}`))
	})
	require.Panics(t, func() { m.InitGenesis(sdk.Context{}, cdc, json.RawMessage(`[]`)) })
}
