package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/executor/prover"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/verifiers/types"
)

// devCircuit is a verifier that development chains alone take.
func devCircuit(t *testing.T, name string) types.Verifier {
	p, err := circuit.Parse([]byte(circuit.Header + "\ninput x\nmul y x x\noutput y\n"))
	require.NoError(t, err)
	return types.Verifier{
		Name: name, System: types.SYSTEM_CIRCUIT, Key: prover.Setup(p, prover.DevnetSeed).VerifyingKey(), Root: p.ID[:], Inputs: 1,
	}
}

func withVerifiers(edit func(*types.GenesisState)) testutil.Option {
	return testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
		require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, types.ModuleName, &types.GenesisState{}, func(s *types.GenesisState) error {
			edit(s)
			return nil
		}))
	})
}
