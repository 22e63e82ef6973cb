package keeper_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/enclaves/keeper"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// attested is a worker whose session is in the state, an answer of it, and the evidence that its enclave signed.
type attested struct {
	k         keeper.Keeper
	ctx       sdk.Context
	key       *ecdsa.PrivateKey
	session   types.Session
	listing   types.Listing // of an app whose version lists the session's measurement
	statement poco.Statement
	evidence  []byte
}

func newAttested(t *testing.T, c *testutil.Chain) *attested {
	t.Helper()
	ctx, _ := c.Ctx().CacheContext()
	a := &attested{k: app.EnclavesKeeper(c.App), ctx: ctx.WithBlockHeight(100).WithBlockTime(time.Unix(1_000, 0))}
	var err error
	a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	public, err := a.key.PublicKey.ECDH()
	require.NoError(t, err)
	a.session = types.Session{
		Worker: c.Account("worker").String(), Organisation: "lab", Key: public.Bytes()[1:], Platform: types.PLATFORM_TDX,
		Machine: ids.Format([32]byte{1}), Measurement: ids.Format([32]byte{2}), Level: types.Level{Evaluation: 1 << 20},
		Registered: 90, UntilHeight: 200, UntilTime: 2_000,
	}
	a.listing = types.Listing{Runtime: contract.RuntimeWasm, Measurements: []string{a.session.Measurement}}
	a.statement = poco.Statement{
		ChainID: "credence-1", Task: [32]byte{5}, Attempt: 1, Who: a.session.Worker, Kind: poco.EvidenceAttestation,
		Outcome: poco.Outcome{Kind: poco.KindResult, Digest: [32]byte{8}},
	}
	a.evidence = append(append([]byte{}, a.session.Key...), a.sign(t, a.statement)...)
	a.store(t)
	return a
}

func (a *attested) sign(t *testing.T, s poco.Statement) []byte {
	digest := s.Digest()
	hashed := sha256.Sum256(digest[:])
	r, z, err := ecdsa.Sign(rand.Reader, a.key, hashed[:])
	require.NoError(t, err)
	return append(r.FillBytes(make([]byte, 32)), z.FillBytes(make([]byte, 32))...)
}

func (a *attested) store(t *testing.T) {
	require.NoError(t, a.k.Sessions.Set(a.ctx, collections.Join(a.session.Worker, a.session.Key), a.session))
}

func (a *attested) freeze(t *testing.T, subject string) {
	require.NoError(t, a.k.Freeze(a.ctx, subject, "it was opened", nil))
}

func (a *attested) verify() error { return a.k.Verify(a.ctx, a.listing, a.statement, a.evidence) }

// TestVerify: an answer counts with a signature of its own statement, under a session that is the worker's, that counts in this block,
// and whose measurement the deal accepts. Each thing that is missing has its own error.
func TestVerify(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("worker", "thief"))
	image := func(a *attested, from int64) {
		a.listing.Measurements = nil
		require.NoError(t, a.k.Images.Set(a.ctx, collections.Join(contract.RuntimeWasm, a.session.Measurement), types.Image{
			Runtime: contract.RuntimeWasm, Measurement: a.session.Measurement, ActiveFrom: from,
		}))
	}
	for name, tc := range map[string]struct {
		change func(a *attested)
		want   error
	}{
		"as it is":                 {func(*attested) {}, nil},
		"the last height":          {func(a *attested) { a.ctx = a.ctx.WithBlockHeight(199) }, nil},
		"a height too late":        {func(a *attested) { a.ctx = a.ctx.WithBlockHeight(200) }, types.ErrExpired},
		"the last second":          {func(a *attested) { a.ctx = a.ctx.WithBlockTime(time.Unix(2_000, 0)) }, nil},
		"a second too late":        {func(a *attested) { a.ctx = a.ctx.WithBlockTime(time.Unix(2_001, 0)) }, types.ErrExpired},
		"evidence without its end": {func(a *attested) { a.evidence = a.evidence[1:] }, types.ErrEvidence},
		"another key":              {func(a *attested) { a.evidence[0] ^= 1 }, types.ErrNoSession},
		"a thief's answer":         {func(a *attested) { a.statement.Who = c.Account("thief").String() }, types.ErrNoSession},
		"another result":           {func(a *attested) { a.statement.Outcome.Digest[0]++ }, types.ErrEvidence},
		"a frozen machine":         {func(a *attested) { a.freeze(t, a.session.Machine) }, types.ErrFrozen},
		"a frozen measurement":     {func(a *attested) { a.freeze(t, a.session.Measurement) }, types.ErrFrozen},
		"a level below the parameters": {func(a *attested) {
			params := types.DefaultParams()
			params.TdxEvaluation = a.session.Level.Evaluation + 1
			require.NoError(t, a.k.Params.Set(a.ctx, params))
		}, types.ErrLevel},
		"a version that lists others": {func(a *attested) { a.listing.Measurements = []string{ids.Format([32]byte{9})} }, types.ErrNotListed},
		"no list":                     {func(a *attested) { a.listing.Measurements = nil }, types.ErrNotListed},
		"an image of the council":     {func(a *attested) { image(a, 100) }, nil},
		"an image that counts later":  {func(a *attested) { image(a, 101) }, types.ErrNotListed},
		"an image of another runtime": {func(a *attested) { image(a, 100); a.listing.Runtime = contract.RuntimeOCI }, types.ErrNotListed},
	} {
		a := newAttested(t, c)
		tc.change(a)
		if err := a.verify(); tc.want == nil {
			require.NoError(t, err, name)
		} else {
			require.ErrorIs(t, err, tc.want, name)
		}
	}
}

// TestVerifyAgain: a proposal and a second check of the mempool ask whether the session counts, and check no signature again.
func TestVerifyAgain(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("worker"))
	for name, mode := range map[string]func(sdk.Context) sdk.Context{
		"proposal":    func(ctx sdk.Context) sdk.Context { return ctx.WithExecMode(sdk.ExecModePrepareProposal) },
		"check again": func(ctx sdk.Context) sdk.Context { return ctx.WithIsReCheckTx(true) },
	} {
		a := newAttested(t, c)
		a.ctx = mode(a.ctx)
		a.evidence[len(a.evidence)-1] ^= 1
		require.NoError(t, a.verify(), name)
		a.freeze(t, a.session.Machine)
		require.ErrorIs(t, a.verify(), types.ErrFrozen, name)
	}
	a := newAttested(t, c)
	a.ctx = a.ctx.WithExecMode(sdk.ExecModeProcessProposal)
	a.evidence[len(a.evidence)-1] ^= 1
	require.ErrorIs(t, a.verify(), types.ErrEvidence, "who judges a proposal checks it")
}

// TestWasVoided: a worker is excused where the chain itself took a session from it that it had when it committed.
func TestWasVoided(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("worker"))
	for name, tc := range map[string]struct {
		frozen    int64 // height at which its machine is frozen; 0 for never
		committed int64
		change    func(a *attested)
		want      bool
	}{
		"it counts still":                       {0, 95, nil, false},
		"frozen after the commitment":           {98, 95, nil, true},
		"frozen in the block of the commitment": {95, 95, nil, true},
		"frozen before the commitment":          {94, 95, nil, false},
		"registered after the commitment":       {98, 89, nil, false},
		"its time was over":                     {98, 95, func(a *attested) { a.session.UntilHeight = 100; a.store(t) }, false},
		"for another app":                       {98, 95, func(a *attested) { a.listing.Measurements = []string{ids.Format([32]byte{9})} }, false},
	} {
		a := newAttested(t, c)
		if tc.frozen > 0 {
			now := a.ctx
			a.ctx = now.WithBlockHeight(tc.frozen)
			a.freeze(t, a.session.Machine)
			a.ctx = now
		}
		if tc.change != nil {
			tc.change(a)
		}
		voided, err := a.k.WasVoided(a.ctx, a.listing, a.session.Worker, tc.committed)
		require.NoError(t, err, name)
		require.Equal(t, tc.want, voided, name)
	}
}

// TestIsUsable: a deal can still end by an attested answer while one measurement that it accepts is not frozen.
func TestIsUsable(t *testing.T) {
	a := newAttested(t, testutil.New(t, testutil.WithAccounts("worker")))
	other := ids.Format([32]byte{3})
	a.listing.Measurements = append(a.listing.Measurements, other)
	usable := func() bool {
		ok, err := a.k.IsUsable(a.ctx, a.listing)
		require.NoError(t, err)
		return ok
	}
	require.True(t, usable())
	a.freeze(t, a.session.Measurement)
	require.True(t, usable(), "the other one is left")
	a.freeze(t, other)
	require.False(t, usable())
	a.listing.Measurements = nil
	require.False(t, usable(), "the council has listed no image")
}
