package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/verifiers/types"
)

// TestVerifyAgain: a proposer and a second check of the mempool ask whether the verifier counts, and compute no proof anew. Whoever judges a
// proposal, or executes the block, does: a proposer cannot bring a false proof in.
func TestVerifyAgain(t *testing.T) {
	c := testutil.New(t, testutil.WithChainID("x-devnet"), withVerifiers(func(s *types.GenesisState) { s.Verifiers = []types.Verifier{devCircuit(t, "dev")} }))
	k := app.VerifiersKeeper(c.App)
	for name, tc := range map[string]struct {
		mode    func(sdk.Context) sdk.Context
		trusted bool
	}{
		"a proposer":      {func(ctx sdk.Context) sdk.Context { return ctx.WithExecMode(sdk.ExecModePrepareProposal) }, true},
		"a second check":  {func(ctx sdk.Context) sdk.Context { return ctx.WithIsReCheckTx(true) }, true},
		"a first check":   {func(ctx sdk.Context) sdk.Context { return ctx.WithIsCheckTx(true) }, false},
		"who judges it":   {func(ctx sdk.Context) sdk.Context { return ctx.WithExecMode(sdk.ExecModeProcessProposal) }, false},
		"who executes it": {func(ctx sdk.Context) sdk.Context { return ctx.WithExecMode(sdk.ExecModeFinalize) }, false},
	} {
		ctx := tc.mode(c.Ctx())
		err := k.Verify(ctx, "dev", types.Claim{}, []byte("no proof"))
		if tc.trusted {
			require.NoError(t, err, name)
		} else {
			require.ErrorIs(t, err, types.ErrEvidence, name)
		}
		require.NoError(t, k.Stop(ctx, "dev", "it is broken", nil))
		require.ErrorIs(t, k.Verify(ctx, "dev", types.Claim{}, []byte("no proof")), types.ErrStopped, name)
		require.ErrorIs(t, k.CheckApp(ctx, "dev", types.App{}), types.ErrStopped, name)
		require.ErrorIs(t, k.CheckApp(ctx, "none", types.App{}), types.ErrNotFound, name)
	}
}

// TestCheckApp: a verifier is for apps whose answers it can check, and a request for another one is refused before anything is paid.
func TestCheckApp(t *testing.T) {
	circuit, guest := devCircuit(t, "dev"), types.Verifier{Name: "risc0-3.0", System: types.SYSTEM_RISC0}
	own := [32]byte(circuit.Root)
	for name, c := range map[string]struct {
		verifier types.Verifier
		app      types.App
		says     string
	}{
		"a circuit":                   {circuit, types.App{Runtime: contract.RuntimeCircuit, Program: own, Digest: own}, ""},
		"another circuit's":           {circuit, types.App{Runtime: contract.RuntimeCircuit, Program: [32]byte{1}, Digest: [32]byte{1}}, "a verifier of its own"},
		"a circuit by another id":     {circuit, types.App{Runtime: contract.RuntimeCircuit, Program: own, Digest: [32]byte{1}}, "expected the digest"},
		"a module under a circuit":    {circuit, types.App{Runtime: contract.RuntimeWasm, Program: own, Digest: own}, "does not prove programs"},
		"a module of a guest":         {guest, types.App{Runtime: contract.RuntimeWasm, Program: [32]byte{1}, Digest: [32]byte{2}}, ""},
		"a circuit under a guest":     {guest, types.App{Runtime: contract.RuntimeCircuit, Program: own, Digest: own}, "does not prove programs"},
		"a container":                 {guest, types.App{Runtime: contract.RuntimeOCI, Program: own, Digest: own}, "nothing can prove"},
		"a runtime that there is not": {guest, types.App{Runtime: "python", Program: own, Digest: own}, "python"},
	} {
		err := c.verifier.CheckApp(c.app)
		if c.says == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, types.ErrUnfit, name)
		require.ErrorContains(t, err, c.says, name)
	}
}
