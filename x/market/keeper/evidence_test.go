package keeper_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	"github.com/credence-chain/credence/x/market/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
)

// evidence says why that of a verifier, or of an enclave for a runtime, is not taken, by the name.
type evidence map[string]error

func (e evidence) CheckApp(_ context.Context, name string, a verifierstypes.App) error {
	if a.Digest == a.Program || a.Runtime == "" {
		return verifierstypes.ErrUnfit.Wrap("the market mixes up what an app says")
	}
	return e[name]
}

func (e evidence) CheckListing(_ context.Context, l enclavestypes.Listing) error { return e[l.Runtime] }

// TestEvidenceThatNobodyTakes: a request whose answer no evidence could show is refused before its money is locked, and one that was
// queued when that came about is refunded by the next block.
func TestEvidenceThatNobodyTakes(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) {
		v.Verifier, v.Program = "risc0-3.0", strings.Repeat("ab", 32)
	})
	for i, c := range []struct {
		policy, subject string
		want            error
	}{
		{poco.PolicyProven, "risc0-3.0", verifierstypes.ErrStopped},
		{poco.PolicyProven, "risc0-3.0", verifierstypes.ErrUnfit},
		{poco.PolicyAttested, "wasm", enclavestypes.ErrNotListed},
		{poco.PolicyAttested, "wasm", enclavestypes.ErrFrozen},
	} {
		j, nonce := job(), uint64(2*i+1)
		j.Policy = c.policy
		f.evidence[c.subject] = c.want
		_, err := f.submitErr("ann", nonce, j)
		require.ErrorIs(t, err, c.want)
		require.EqualValues(t, 10_000, f.balance("ann"))

		delete(f.evidence, c.subject)
		id := f.submit("ann", nonce+1, j)
		require.EqualValues(t, 9_000, f.balance("ann"))
		f.evidence[c.subject] = c.want
		f.next()
		f.next()
		require.Equal(t, types.REQUEST_STATUS_UNMATCHED, f.request(id).Status)
		require.Contains(t, f.request(id).Reason, c.want.Error())
		require.EqualValues(t, 10_000, f.balance("ann"))
		delete(f.evidence, c.subject)
		f.checkInvariants()
	}
}
