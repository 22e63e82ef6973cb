package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/executor/prover"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
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

// TestStopVotes: more than a third of the active power stops a verifier in the block of the last vote, and for good.
func TestStopVotes(t *testing.T) {
	options := []testutil.Option{testutil.WithSeats(6), testutil.WithChainID("x-devnet"), testutil.WithAccounts("alice"), withVerifiers(func(s *types.GenesisState) {
		s.Params.VoteBlocks = 10
		s.Verifiers = []types.Verifier{devCircuit(t, "dev"), devCircuit(t, "twin")}
	})}
	c := testutil.New(t, options...)
	k := app.VerifiersKeeper(c.App)
	vote := func(i int, reason string) sdk.Msg {
		return &types.MsgVoteStop{Operator: c.Seats[i].Operator.String(), Name: "dev", Reason: reason}
	}
	c.Deliver(c.Seats[2].Operator, vote(2, "I was first"))
	c.Deliver(c.Seats[2].Operator, vote(2, "I was first"))
	c.Deliver(c.Seats[0].Operator, vote(0, "me too"))
	usable, err := k.IsUsable(c.Ctx(), "dev")
	require.NoError(t, err)
	require.True(t, usable, "two of six are a third, not more")
	res, err := types.NewQueryClient(c.Conn()).Verifier(c.Ctx(), &types.QueryVerifierRequest{Name: "dev"})
	require.NoError(t, err)
	require.True(t, res.Active)
	require.Len(t, res.Votes, 2)
	exported := c.Export()
	require.JSONEq(t, string(exported.AppState), string(testutil.Import(t, exported, options...).Export().AppState))

	c.NextN(10)
	c.Deliver(c.Seats[3].Operator, vote(3, "late"))
	usable, err = k.IsUsable(c.Ctx(), "dev")
	require.NoError(t, err)
	require.True(t, usable, "the others are too old")
	c.Deliver(c.Seats[1].Operator, vote(1, "second"))
	c.Deliver(c.Seats[4].Operator, vote(4, "third"))
	v, err := k.GetVerifier(c.Ctx(), "dev")
	require.NoError(t, err)
	require.Equal(t, &types.Stop{Height: c.Height(), Reason: "late", Seats: []string{"val-2", "val-4", "val-5"}}, v.Stopped)
	require.ErrorIs(t, k.Verify(c.Ctx(), "dev", types.Claim{}, nil), types.ErrStopped)
	usable, err = k.IsUsable(c.Ctx(), "twin")
	require.NoError(t, err)
	require.True(t, usable, "the votes were about another one")
	c.Refuse(c.Seats[5].Operator, types.ErrStopped, vote(5, "again"))
	c.Refuse(c.Account("alice"), orgstypes.ErrRole, &types.MsgVoteStop{Operator: c.Account("alice").String(), Name: "dev", Reason: "me"})
	require.Contains(t, c.Vote(&types.MsgStop{Authority: app.Authority(), Name: "dev", Reason: "again"}).FailedReason, types.ErrStopped.Error())
	c.Pass(&types.MsgStop{Authority: app.Authority(), Name: "twin", Reason: "as a precaution"})
	usable, err = k.IsUsable(c.Ctx(), "twin")
	require.NoError(t, err)
	require.False(t, usable)
	exported = c.Export()
	require.JSONEq(t, string(exported.AppState), string(testutil.Import(t, exported, options...).Export().AppState))
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
