package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/verifiers/types"
)

// TestNoOtherGenesisTakesADevelopmentVerifier: whoever writes it into the genesis of another chain has no chain; neither does a vote
// of the council bring it in.
func TestNoOtherGenesisTakesADevelopmentVerifier(t *testing.T) {
	with := withVerifiers(func(s *types.GenesisState) { s.Verifiers = []types.Verifier{devCircuit(t, "dev")} })
	for _, id := range []string{"devnet", "credence-devnet"} {
		require.NotPanics(t, func() { testutil.New(t, testutil.WithChainID(id), with) }, id)
	}
	for _, id := range []string{"credence-1", "credence-test", "credence-testnet", "devnet-1", "credencedevnet", ""} {
		require.ErrorIs(t, devCircuit(t, "dev").CheckChain(id), types.ErrDevelopment, id)
	}
	require.Panics(t, func() { testutil.New(t, testutil.WithChainID("credence-1"), with) })

	c := testutil.New(t, testutil.WithSeats(4), testutil.WithChainID("credence-1"))
	require.Contains(t, c.Vote(&types.MsgAdmit{Authority: app.Authority(), Verifier: devCircuit(t, "dev")}).FailedReason, types.ErrDevelopment.Error())
}
