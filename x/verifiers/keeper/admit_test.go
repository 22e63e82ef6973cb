package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/verifiers/types"
)

// TestAdmit: the council admits, and the verifier counts after the delay; a name is given once.
func TestAdmit(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), testutil.WithChainID("x-devnet"), withVerifiers(func(s *types.GenesisState) { s.Params.DelayBlocks = 8 }))
	k := app.VerifiersKeeper(c.App)
	admit := func(v types.Verifier) sdk.Msg { return &types.MsgAdmit{Authority: app.Authority(), Verifier: v} }
	c.Pass(admit(devCircuit(t, "dev")))
	v, err := k.GetVerifier(c.Ctx(), "dev")
	require.NoError(t, err)
	c.Until(v.ActiveFrom - 1)
	usable, err := k.IsUsable(c.Ctx(), "dev")
	require.NoError(t, err)
	require.False(t, usable)
	require.ErrorIs(t, k.Verify(c.Ctx(), "dev", types.Claim{}, nil), types.ErrTooEarly)
	c.Next()
	usable, err = k.IsUsable(c.Ctx(), "dev")
	require.NoError(t, err)
	require.True(t, usable)
	require.ErrorIs(t, k.Verify(c.Ctx(), "dev", types.Claim{}, nil), types.ErrEvidence)
	require.ErrorIs(t, k.Verify(c.Ctx(), "none", types.Claim{}, nil), types.ErrNotFound)

	require.Contains(t, c.Vote(admit(devCircuit(t, "dev"))).FailedReason, types.ErrExists.Error())
	started := devCircuit(t, "eager")
	started.ActiveFrom = 1
	require.Contains(t, c.Vote(admit(started)).FailedReason, types.ErrInvalid.Error())
	c.Refuse(c.Seats[0].Operator, orgstypes.ErrRole, &types.MsgAdmit{Authority: c.Seats[0].Operator.String(), Verifier: devCircuit(t, "mine")})
}

// TestWhatCanBeAdmitted: a verifier has what its system needs and nothing else, and a key of sound points.
func TestWhatCanBeAdmitted(t *testing.T) {
	good := devCircuit(t, "dev")
	require.NoError(t, good.Validate())
	for name, change := range map[string]func(*types.Verifier){
		"no name":            func(v *types.Verifier) { v.Name = "" },
		"upper case":         func(v *types.Verifier) { v.Name = "Dev" },
		"no system":          func(v *types.Verifier) { v.System = types.SYSTEM_UNSPECIFIED },
		"another system":     func(v *types.Verifier) { v.System = types.SYSTEM_SP1 },
		"no key":             func(v *types.Verifier) { v.Key = nil },
		"a changed key":      func(v *types.Verifier) { v.Key = append([]byte(nil), v.Key...); v.Key[40] ^= 1 },
		"a key with a tail":  func(v *types.Verifier) { v.Key = append(append([]byte(nil), v.Key...), 0) },
		"no root":            func(v *types.Verifier) { v.Root = nil },
		"a short root":       func(v *types.Verifier) { v.Root = v.Root[1:] },
		"a selector":         func(v *types.Verifier) { v.Selector = []byte{1, 2, 3, 4} },
		"a control id":       func(v *types.Verifier) { v.ControlId = v.Root },
		"no inputs":          func(v *types.Verifier) { v.Inputs = 0 },
		"no output left":     func(v *types.Verifier) { v.Inputs = 2 },
		"a negative height":  func(v *types.Verifier) { v.ActiveFrom = -1 },
		"an unsaid stop":     func(v *types.Verifier) { v.Stopped = &types.Stop{} },
		"seats out of order": func(v *types.Verifier) { v.Stopped = &types.Stop{Reason: "x", Seats: []string{"b", "a"}} },
	} {
		v := good
		change(&v)
		require.ErrorIs(t, v.Validate(), types.ErrInvalid, name)
	}
}
