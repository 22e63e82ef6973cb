package keeper_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/supply/types"
)

// TestImportNeedsTheCauses: a genesis file whose causes make another supply than the coins that it has does not start.
func TestImportNeedsTheCauses(t *testing.T) {
	c := testutil.New(t, setting()...)
	c.NextN(2)
	exported := c.Export()
	var state map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(exported.AppState, &state))
	var g types.GenesisState
	c.App.Encoding.Codec.MustUnmarshalJSON(state[types.ModuleName], &g)
	g.Causes[0].Amount = g.Causes[0].Amount.Sub(math.OneInt())
	state[types.ModuleName] = c.App.Encoding.Codec.MustMarshalJSON(&g)
	var err error
	exported.AppState, err = json.Marshal(state)
	require.NoError(t, err)
	require.Contains(t, recovered(func() { testutil.Import(t, exported, setting()...) }), types.ErrCauses.Error())
}

// recovered is the text of the error that a function panics with.
func recovered(do func()) (text string) {
	defer func() {
		if err, is := recover().(error); is {
			text = err.Error()
		}
	}()
	do()
	return ""
}
