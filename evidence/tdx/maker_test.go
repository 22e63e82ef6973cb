package tdx_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/evidence/tdx"
	"github.com/credence-chain/credence/testutil/intel"
)

var madeAt = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// verifyMade verifies a made quote with its own collateral.
func verifyMade(m *intel.Maker) (tdx.Verdict, error) {
	q, err := tdx.ParseQuote(m.Quote())
	if err != nil {
		return tdx.Verdict{}, err
	}
	return tdx.Verify(q, m.Collateral(), m.RootHash(), madeAt.Unix())
}

// A made quote of each form verifies, and the verdict holds what the quote says.
func TestMadeQuotes(t *testing.T) {
	for _, form := range []struct {
		version uint16
		long    bool
	}{{4, false}, {5, false}, {5, true}} {
		m := intel.New(t, madeAt)
		m.Version, m.Long = form.version, form.long
		v, err := verifyMade(m)
		require.NoError(t, err, form)
		require.True(t, v.UpToDate())
		require.EqualValues(t, 0x5a, v.Report.Data[0])
		require.EqualValues(t, 19, v.Evaluation, "the lower one of the two")
		require.Equal(t, [16]byte(slices.Repeat([]byte{0xaa}, 16)), v.Platform)
		require.Equal(t, time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC).Unix(), v.Expires)
		_, err = verify(m.Quote(), m.Collateral(), madeAt.Unix())
		require.ErrorIs(t, err, certificate.ErrChain, "it is not Intel's")
	}
}

// The verdict holds what Intel says about a platform, its module and its quoting enclave.
func TestStatus(t *testing.T) {
	for name, c := range map[string]struct {
		change                    func(*intel.Maker)
		platform, module, enclave tdx.Status
	}{
		"old microcode": {func(m *intel.Maker) { m.PCKDER = m.IssuePCK(m.PlatformExtension(8)) }, tdx.OutOfDate, tdx.UpToDate, tdx.UpToDate},
		"old module":    {func(m *intel.Maker) { m.Report = func(b []byte) { b[0] = 3 } }, tdx.UpToDate, tdx.OutOfDate, tdx.UpToDate},
		"old enclave":   {func(m *intel.Maker) { m.Enclave = func(b []byte) { b[258] = 3 } }, tdx.UpToDate, tdx.UpToDate, tdx.OutOfDate},
		"revoked": {func(m *intel.Maker) {
			m.Levels = `"tcbStatus":"UpToDate"},{"tcb":{"sgx=>"tcbStatus":"Revoked"},{"tcb":{"sgx`
		}, tdx.Revoked, tdx.UpToDate, tdx.UpToDate},
		"unknown": {func(m *intel.Maker) { m.Identity = `"UpToDate"=>"Fine"` }, tdx.UpToDate, tdx.UpToDate, tdx.Revoked},
	} {
		m := intel.New(t, madeAt)
		c.change(m)
		v, err := verifyMade(m)
		require.NoError(t, err, name)
		require.Equal(t, []tdx.Status{c.platform, c.module, c.enclave}, []tdx.Status{v.PlatformStatus, v.ModuleStatus, v.EnclaveStatus}, name)
		require.False(t, v.UpToDate(), name)
	}
}

func TestMadeQuotesRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*intel.Maker)
		want   error
	}{
		"platform revoked":   {func(m *intel.Maker) { m.RevokedByAuthority = []int64{8, 4} }, certificate.ErrRevoked},
		"authority revoked":  {func(m *intel.Maker) { m.RevokedByRoot = []int64{2} }, certificate.ErrRevoked},
		"signer revoked":     {func(m *intel.Maker) { m.RevokedByRoot = []int64{3} }, certificate.ErrRevoked},
		"below all levels":   {func(m *intel.Maker) { m.PCKDER = m.IssuePCK(m.PlatformExtension(6)) }, tdx.ErrLevel},
		"component below":    {func(m *intel.Maker) { m.Report = func(b []byte) { b[7] = 4 } }, tdx.ErrLevel},
		"module below":       {func(m *intel.Maker) { m.Report = func(b []byte) { b[0] = 1 } }, tdx.ErrLevel},
		"enclave below":      {func(m *intel.Maker) { m.Enclave = func(b []byte) { b[258] = 1 } }, tdx.ErrLevel},
		"unknown module":     {func(m *intel.Maker) { m.Report = func(b []byte) { b[1] = 2 } }, tdx.ErrIdentity},
		"module's signer":    {func(m *intel.Maker) { m.Report = func(b []byte) { b[64] = 1 } }, tdx.ErrIdentity},
		"module's modes":     {func(m *intel.Maker) { m.Report = func(b []byte) { b[112] = 1 } }, tdx.ErrIdentity},
		"enclave's signer":   {func(m *intel.Maker) { m.Enclave = func(b []byte) { b[128] = 0 } }, tdx.ErrIdentity},
		"enclave's product":  {func(m *intel.Maker) { m.Enclave = func(b []byte) { b[256] = 1 } }, tdx.ErrIdentity},
		"enclave's debug":    {func(m *intel.Maker) { m.Enclave = func(b []byte) { b[48] |= 2 } }, tdx.ErrIdentity},
		"enclave's misc":     {func(m *intel.Maker) { m.Enclave = func(b []byte) { b[16] = 1 } }, tdx.ErrIdentity},
		"attestation key":    {func(m *intel.Maker) { m.Enclave = func(b []byte) { b[320] ^= 1 } }, tdx.ErrSignature},
		"family":             {func(m *intel.Maker) { m.Levels = "0102030405BF=>0102030405BE" }, tdx.ErrCollateral},
		"of SGX":             {func(m *intel.Maker) { m.Levels = `"id":"TDX"=>"id":"SGX"` }, tdx.ErrCollateral},
		"of another enclave": {func(m *intel.Maker) { m.Identity = `"id":"TD_QE"=>"id":"QE"` }, tdx.ErrCollateral},
		"levels ended":       {func(m *intel.Maker) { m.Levels = "2026-03-20=>2026-02-28" }, tdx.ErrTime},
		"enclave ended":      {func(m *intel.Maker) { m.Identity = "2026-03-20=>2026-02-28" }, tdx.ErrTime},
		"not yet":            {func(m *intel.Maker) { m.Levels = "2026-02-20=>2026-03-02" }, tdx.ErrTime},
		"unknown field":      {func(m *intel.Maker) { m.Levels = `"tcbType":0=>"tcbType":0,"more":1` }, tdx.ErrFormat},
		"shadow field":       {func(m *intel.Maker) { m.Levels = `"tcbType":0=>"tcbType":0,"NextUpdate":"2099-01-01T00:00:00Z"` }, tdx.ErrFormat},
		"double field":       {func(m *intel.Maker) { m.Levels = `"tcbType":0=>"tcbType":0,"tcbType":0` }, tdx.ErrFormat},
		"no extension": {func(m *intel.Maker) {
			m.PCKDER = m.Issue(m.Template("Intel SGX PCK Certificate", 4, false), m.AuthorityCert, m.PCK, m.Authority).Raw
		}, tdx.ErrFormat},
		"another name": {func(m *intel.Maker) {
			m.PCKDER = m.Issue(m.Template("Intel SGX TCB Signing", 4, false), m.AuthorityCert, m.PCK, m.Authority).Raw
		}, tdx.ErrFormat},
		"another's signer": {func(m *intel.Maker) {
			m.SignerDER = m.Issue(m.Template("Intel SGX PCK Certificate", 3, false), m.RootCert, m.Signer, m.Root).Raw
		}, tdx.ErrCollateral},
		"an authority signs": {func(m *intel.Maker) {
			m.SignerDER = m.Issue(m.Template("Intel SGX TCB Signing", 3, true), m.RootCert, m.Signer, m.Root).Raw
		}, certificate.ErrChain},
		"a leaf signs": {func(m *intel.Maker) {
			m.AuthorityCert = m.Issue(m.Template("Intel SGX PCK Platform CA", 2, false), m.RootCert, m.Authority, m.Root)
			m.PCKDER = m.IssuePCK(m.PlatformExtension(9))
		}, certificate.ErrChain},
	} {
		m := intel.New(t, madeAt)
		c.change(m)
		if name == "a leaf signs" {
			// The standard library makes no revocation list whose issuer is a leaf, so another maker's collateral serves.
			q, err := tdx.ParseQuote(m.Quote())
			require.NoError(t, err)
			other := intel.New(t, madeAt)
			_, err = tdx.Verify(q, other.Collateral(), m.RootHash(), madeAt.Unix())
			require.ErrorIs(t, err, c.want, name)
			continue
		}
		_, err := verifyMade(m)
		require.ErrorIs(t, err, c.want, name)
	}
}
