package tdx_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/evidence/tdx"
	"github.com/credence-chain/credence/testutil/intel"
)

// inspect inspects made collateral without a quote.
func inspect(m *intel.Maker, at time.Time) (tdx.Edition, error) {
	return m.Collateral().Inspect(intel.ChainPEM(m.AuthorityCert.Raw, m.RootCert.Raw), m.RootHash(), at.Unix())
}

// TestInspect: collateral itself tells its family, how new it is and when it expires.
func TestInspect(t *testing.T) {
	m := intel.New(t, madeAt)
	e, err := inspect(m, madeAt)
	require.NoError(t, err)
	require.Equal(t, [6]byte{1, 2, 3, 4, 5, 0xbf}, e.Family)
	require.Equal(t, []uint64{20, 19}, []uint64{e.LevelsEvaluation, e.EnclaveEvaluation})
	issued := time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC).Unix()
	require.Equal(t, []int64{issued, issued}, []int64{e.LevelsIssued, e.EnclaveIssued})
	require.NotZero(t, e.RootListIssued)
	require.NotZero(t, e.PlatformListIssued)
	require.Equal(t, time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC).Unix(), e.Expires)
	q, err := tdx.ParseQuote(m.Quote())
	require.NoError(t, err)
	family, err := q.Family()
	require.NoError(t, err)
	require.Equal(t, e.Family, family)
}

// TestInspectRefuses: collateral is refused if another key signed it, if it is not valid at that time, or if its authority is not an
// authority under this root.
func TestInspectRefuses(t *testing.T) {
	m, other := intel.New(t, madeAt), intel.New(t, madeAt)
	root := m.RootHash()
	authority := intel.ChainPEM(m.AuthorityCert.Raw, m.RootCert.Raw)
	_, err := inspect(m, madeAt.AddDate(0, 2, 0))
	require.Error(t, err, "it has ended")
	_, err = m.Collateral().Inspect(authority, root, 0)
	require.ErrorIs(t, err, tdx.ErrTime)
	_, err = m.Collateral().Inspect(authority, tdx.IntelRoot, madeAt.Unix())
	require.ErrorIs(t, err, certificate.ErrChain, "it is not Intel's")
	_, err = other.Collateral().Inspect(authority, root, madeAt.Unix())
	require.Error(t, err, "another's collateral")
	for name, pem := range map[string][]byte{
		"none": nil, "the root alone": intel.ChainPEM(m.RootCert.Raw), "another's authority": intel.ChainPEM(other.AuthorityCert.Raw, m.RootCert.Raw),
		"a leaf": intel.ChainPEM(m.SignerDER, m.RootCert.Raw), "with a tail": append(intel.ChainPEM(m.AuthorityCert.Raw, m.RootCert.Raw), 'x'),
	} {
		_, err := m.Collateral().Inspect(pem, root, madeAt.Unix())
		require.Error(t, err, name)
	}
	c := m.Collateral()
	c.Levels[20] ^= 1
	_, err = c.Inspect(authority, root, madeAt.Unix())
	require.ErrorIs(t, err, tdx.ErrSignature)
	revoked := intel.New(t, madeAt)
	revoked.RevokedByRoot = []int64{2}
	_, err = inspect(revoked, madeAt)
	require.ErrorIs(t, err, certificate.ErrRevoked)
}

// TestFollows: an edition follows a known one if none of its parts is older, none of its numbers is lower, and at least one of them is
// newer.
func TestFollows(t *testing.T) {
	old := tdx.Edition{Family: [6]byte{1}, LevelsEvaluation: 5, EnclaveEvaluation: 5, LevelsIssued: 5, EnclaveIssued: 5, RootListIssued: 5, PlatformListIssued: 5}
	require.ErrorContains(t, old.Follows(old), "nothing of it is newer")
	parts := []func(e *tdx.Edition, by int64){
		func(e *tdx.Edition, by int64) { e.LevelsEvaluation += uint64(by) }, func(e *tdx.Edition, by int64) { e.EnclaveEvaluation += uint64(by) },
		func(e *tdx.Edition, by int64) { e.LevelsIssued += by }, func(e *tdx.Edition, by int64) { e.EnclaveIssued += by },
		func(e *tdx.Edition, by int64) { e.RootListIssued += by }, func(e *tdx.Edition, by int64) { e.PlatformListIssued += by },
	}
	for i, change := range parts {
		newer := old
		change(&newer, 1)
		require.NoError(t, newer.Follows(old), "part %d", i)
		require.ErrorIs(t, old.Follows(newer), tdx.ErrCollateral, "part %d", i)
		mixed := newer
		parts[(i+1)%len(parts)](&mixed, -1)
		require.ErrorIs(t, mixed.Follows(old), tdx.ErrCollateral, "part %d is newer, the next is older", i)
	}
	other := old
	other.Family[0]++
	other.LevelsIssued++
	require.ErrorIs(t, other.Follows(old), tdx.ErrCollateral)
}

// FuzzInspect: no collateral makes its reader panic.
func FuzzInspect(f *testing.F) {
	c := collateral(f, "quote_v4_collateral.json")
	f.Add(c.Signers, c.RootList, c.PlatformList, c.Levels, c.Enclave)
	f.Fuzz(func(t *testing.T, pem, rootList, platformList, levels, enclave []byte) {
		c := tdx.Collateral{RootList: rootList, PlatformList: platformList, Signers: pem, Levels: levels, Enclave: enclave}
		_, _ = c.Inspect(pem, tdx.IntelRoot, v4At)
	})
}
