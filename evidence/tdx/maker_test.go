package tdx_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/evidence/tdx"
)

// maker makes platforms, collateral and quotes: an Intel of its own.
type maker struct {
	t                                 testing.TB
	root, authority, signer, pck, qe  *ecdsa.PrivateKey
	rootCert, authorityCert           *x509.Certificate
	signerDER, pckDER                 []byte
	version                           uint16
	long                              bool // the report of TDX 1.5
	report                            func([]byte)
	enclave                           func([]byte)
	levels, identity                  string // changes to the collateral, as old=new
	revokedByRoot, revokedByAuthority []int64
}

var madeAt = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func newMaker(t testing.TB) *maker {
	m := &maker{t: t, version: 4, report: func([]byte) {}, enclave: func([]byte) {}}
	for _, to := range []**ecdsa.PrivateKey{&m.root, &m.authority, &m.signer, &m.pck, &m.qe} {
		var err error
		*to, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
	}
	root := m.template("Root", 1, true)
	m.rootCert = m.issue(root, root, m.root, m.root)
	m.authorityCert = m.issue(m.template("Intel SGX PCK Platform CA", 2, true), m.rootCert, m.authority, m.root)
	m.signerDER = m.issue(m.template("Intel SGX TCB Signing", 3, false), m.rootCert, m.signer, m.root).Raw
	m.pckDER = m.issuePCK(m.platformExtension(9))
	return m
}

func (m *maker) template(name string, serial int64, authority bool) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: madeAt.AddDate(0, -1, 0), NotAfter: madeAt.AddDate(1, 0, 0),
		BasicConstraintsValid: true, IsCA: authority, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if authority {
		c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	}
	return c
}

func (m *maker) issue(c, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)
	require.NoError(m.t, err)
	out, err := x509.ParseCertificate(der)
	require.NoError(m.t, err)
	return out
}

// issuePCK issues the platform's certificate with an extension.
func (m *maker) issuePCK(extension []byte) []byte {
	c := m.template("Intel SGX PCK Certificate", 4, false)
	c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 840, 113741, 1, 13, 1}, Value: extension}}
	return m.issue(c, m.authorityCert, m.pck, m.authority).Raw
}

type item struct {
	ID    asn1.ObjectIdentifier
	Value any
}

// platformExtension says that every component of the platform has a version.
func (m *maker) platformExtension(svn int) []byte {
	base := asn1.ObjectIdentifier{1, 2, 840, 113741, 1, 13, 1}
	id := func(n ...int) asn1.ObjectIdentifier { return append(slices.Clone(base), n...) }
	var versions []item
	for i := range 16 {
		versions = append(versions, item{id(2, i+1), svn})
	}
	versions = append(versions, item{id(2, 17), 11}, item{id(2, 18), slices.Repeat([]byte{byte(svn)}, 16)})
	der, err := asn1.Marshal([]item{
		{id(1), slices.Repeat([]byte{0xaa}, 16)}, {id(2), versions}, {id(3), []byte{0, 0}}, {id(4), []byte{1, 2, 3, 4, 5, 0xbf}}, {id(5), asn1.Enumerated(1)},
	})
	require.NoError(m.t, err)
	return der
}

func (m *maker) list(authority *x509.Certificate, key *ecdsa.PrivateKey, serials []int64) []byte {
	l := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: madeAt.AddDate(0, 0, -1), NextUpdate: madeAt.AddDate(0, 0, 29)}
	for _, s := range serials {
		l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: big.NewInt(s), RevocationTime: madeAt, ReasonCode: 1})
	}
	der, err := x509.CreateRevocationList(rand.Reader, l, authority, key)
	require.NoError(m.t, err)
	return der
}

func (m *maker) sign(key *ecdsa.PrivateKey, message []byte) (out [64]byte) {
	digest := sha256.Sum256(message)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	require.NoError(m.t, err)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out
}

func chainPEM(ders ...[]byte) (out []byte) {
	for _, der := range ders {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return out
}

// quote makes one.
func (m *maker) quote() []byte {
	header := make([]byte, 48)
	binary.LittleEndian.PutUint16(header, m.version)
	binary.LittleEndian.PutUint16(header[2:], 2)
	binary.LittleEndian.PutUint32(header[4:], 0x81)
	copy(header[12:], "\x93\x9a\x72\x33\xf7\x9c\x4c\xa9\x94\x0a\x0d\xb3\x95\x7f\x06\x07")
	body := make([]byte, 584)
	kind := uint16(2)
	if m.long {
		body, kind = make([]byte, 648), 3
	}
	if m.version == 5 {
		header = binary.LittleEndian.AppendUint16(header, kind)
		header = binary.LittleEndian.AppendUint32(header, uint32(len(body)))
	}
	for i := range 16 {
		body[i] = 5
	}
	body[1], body[520] = 1, 0x5a
	m.report(body)
	signed := append(header, body...)

	point, err := m.qe.PublicKey.Bytes()
	require.NoError(m.t, err)
	key := point[1:]
	auth := []byte("some data of the enclave")
	bound := sha256.Sum256(append(slices.Clone(key), auth...))
	enclave := make([]byte, 384)
	enclave[48], enclave[49] = 0x11, 0
	copy(enclave[128:], slices.Repeat([]byte{0xcd}, 32))
	enclave[256], enclave[258] = 2, 4
	copy(enclave[320:], bound[:])
	m.enclave(enclave)

	certificates := chainPEM(m.pckDER, m.authorityCert.Raw, m.rootCert.Raw)
	certificates = append(certificates, 0)
	signature, enclaveSignature := m.sign(m.qe, signed), m.sign(m.pck, enclave)
	inner := append(slices.Clone(enclave), enclaveSignature[:]...)
	inner = binary.LittleEndian.AppendUint16(inner, uint16(len(auth)))
	inner = append(inner, auth...)
	inner = binary.LittleEndian.AppendUint16(inner, 5)
	inner = binary.LittleEndian.AppendUint32(inner, uint32(len(certificates)))
	inner = append(inner, certificates...)
	data := append(signature[:], key...)
	data = binary.LittleEndian.AppendUint16(data, 6)
	data = binary.LittleEndian.AppendUint32(data, uint32(len(inner)))
	data = append(data, inner...)
	return append(binary.LittleEndian.AppendUint32(signed, uint32(len(data))), data...)
}

// collateral makes what belongs to it.
func (m *maker) collateral() tdx.Collateral {
	components := func(n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`{"svn":%d,"category":"BIOS"},`, n), 16), ",") + "]"
	}
	level := func(n int, status string) string {
		return fmt.Sprintf(`{"tcb":{"sgxtcbcomponents":%s,"pcesvn":11,"tdxtcbcomponents":%s},"tcbDate":"2026-01-01T00:00:00Z","tcbStatus":%q}`, components(n), components(5), status)
	}
	versions := `"tcbLevels":[{"tcb":{"isvsvn":4},"tcbDate":"2026-01-01T00:00:00Z","tcbStatus":"UpToDate"},{"tcb":{"isvsvn":2},"tcbDate":"2025-01-01T00:00:00Z","tcbStatus":"OutOfDate","advisoryIDs":["INTEL-SA-1"]}]`
	signer := `"mrsigner":"` + strings.Repeat("0", 96) + `","attributes":"0000000000000000","attributesMask":"FFFFFFFFFFFFFFFF"`
	dates := `"issueDate":"2026-02-20T00:00:00Z","nextUpdate":"2026-03-20T00:00:00Z"`
	levels := `{"id":"TDX","version":3,` + dates + `,"fmspc":"0102030405BF","pceId":"0000","tcbType":0,"tcbEvaluationDataNumber":20,"tdxModule":{` + signer +
		`},"tdxModuleIdentities":[{"id":"TDX_01",` + signer + `,` + versions + `}],"tcbLevels":[` + level(9, "UpToDate") + "," + level(7, "OutOfDate") + `]}`
	identity := `{"id":"TD_QE","version":2,` + dates + `,"tcbEvaluationDataNumber":19,"miscselect":"00000000","miscselectMask":"FFFFFFFF","attributes":"11000000000000000000000000000000","attributesMask":"FBFFFFFFFFFFFFFF0000000000000000","mrsigner":"` +
		strings.Repeat("CD", 32) + `","isvprodid":2,` + versions + `}`
	change := func(s *string, rule string) {
		if old, to, found := strings.Cut(rule, "=>"); found {
			require.Contains(m.t, *s, old)
			*s = strings.Replace(*s, old, to, 1)
		}
	}
	change(&levels, m.levels)
	change(&identity, m.identity)
	return tdx.Collateral{
		RootList: m.list(m.rootCert, m.root, m.revokedByRoot), PlatformList: m.list(m.authorityCert, m.authority, m.revokedByAuthority),
		Signers: chainPEM(m.signerDER, m.rootCert.Raw), Levels: []byte(levels), LevelsSignature: m.sign(m.signer, []byte(levels)),
		Enclave: []byte(identity), EnclaveSignature: m.sign(m.signer, []byte(identity)),
	}
}

func (m *maker) verify() (tdx.Verdict, error) {
	q, err := tdx.ParseQuote(m.quote())
	if err != nil {
		return tdx.Verdict{}, err
	}
	return tdx.Verify(q, m.collateral(), sha256.Sum256(m.rootCert.Raw), madeAt.Unix())
}

// Quotes of all forms hold, and say what they are.
func TestMadeQuotes(t *testing.T) {
	for _, form := range []struct {
		version uint16
		long    bool
	}{{4, false}, {5, false}, {5, true}} {
		m := newMaker(t)
		m.version, m.long = form.version, form.long
		v, err := m.verify()
		require.NoError(t, err, form)
		require.True(t, v.UpToDate())
		require.EqualValues(t, 0x5a, v.Report.Data[0])
		require.EqualValues(t, 19, v.Evaluation, "the lower one of the two")
		require.Equal(t, [16]byte(slices.Repeat([]byte{0xaa}, 16)), v.Platform)
		require.Equal(t, time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC).Unix(), v.Expires)
		_, err = verify(m.quote(), m.collateral(), madeAt.Unix())
		require.ErrorIs(t, err, certificate.ErrChain, "it is not Intel's")
	}
}

// What Intel says of a platform, its module and its quoting enclave is in the verdict.
func TestStatus(t *testing.T) {
	for name, c := range map[string]struct {
		change                    func(*maker)
		platform, module, enclave tdx.Status
	}{
		"old microcode": {func(m *maker) { m.pckDER = m.issuePCK(m.platformExtension(8)) }, tdx.OutOfDate, tdx.UpToDate, tdx.UpToDate},
		"old module":    {func(m *maker) { m.report = func(b []byte) { b[0] = 3 } }, tdx.UpToDate, tdx.OutOfDate, tdx.UpToDate},
		"old enclave":   {func(m *maker) { m.enclave = func(b []byte) { b[258] = 3 } }, tdx.UpToDate, tdx.UpToDate, tdx.OutOfDate},
		"revoked":       {func(m *maker) { m.levels = `"tcbStatus":"UpToDate"},{"tcb":{"sgx=>"tcbStatus":"Revoked"},{"tcb":{"sgx` }, tdx.Revoked, tdx.UpToDate, tdx.UpToDate},
		"unknown":       {func(m *maker) { m.identity = `"UpToDate"=>"Fine"` }, tdx.UpToDate, tdx.UpToDate, tdx.Revoked},
	} {
		m := newMaker(t)
		c.change(m)
		v, err := m.verify()
		require.NoError(t, err, name)
		require.Equal(t, []tdx.Status{c.platform, c.module, c.enclave}, []tdx.Status{v.PlatformStatus, v.ModuleStatus, v.EnclaveStatus}, name)
		require.False(t, v.UpToDate(), name)
	}
}

func TestMadeQuotesRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*maker)
		want   error
	}{
		"platform revoked":   {func(m *maker) { m.revokedByAuthority = []int64{8, 4} }, certificate.ErrRevoked},
		"authority revoked":  {func(m *maker) { m.revokedByRoot = []int64{2} }, certificate.ErrRevoked},
		"signer revoked":     {func(m *maker) { m.revokedByRoot = []int64{3} }, certificate.ErrRevoked},
		"below all levels":   {func(m *maker) { m.pckDER = m.issuePCK(m.platformExtension(6)) }, tdx.ErrLevel},
		"component below":    {func(m *maker) { m.report = func(b []byte) { b[7] = 4 } }, tdx.ErrLevel},
		"module below":       {func(m *maker) { m.report = func(b []byte) { b[0] = 1 } }, tdx.ErrLevel},
		"enclave below":      {func(m *maker) { m.enclave = func(b []byte) { b[258] = 1 } }, tdx.ErrLevel},
		"unknown module":     {func(m *maker) { m.report = func(b []byte) { b[1] = 2 } }, tdx.ErrIdentity},
		"module's signer":    {func(m *maker) { m.report = func(b []byte) { b[64] = 1 } }, tdx.ErrIdentity},
		"module's modes":     {func(m *maker) { m.report = func(b []byte) { b[112] = 1 } }, tdx.ErrIdentity},
		"enclave's signer":   {func(m *maker) { m.enclave = func(b []byte) { b[128] = 0 } }, tdx.ErrIdentity},
		"enclave's product":  {func(m *maker) { m.enclave = func(b []byte) { b[256] = 1 } }, tdx.ErrIdentity},
		"enclave's debug":    {func(m *maker) { m.enclave = func(b []byte) { b[48] |= 2 } }, tdx.ErrIdentity},
		"enclave's misc":     {func(m *maker) { m.enclave = func(b []byte) { b[16] = 1 } }, tdx.ErrIdentity},
		"attestation key":    {func(m *maker) { m.enclave = func(b []byte) { b[320] ^= 1 } }, tdx.ErrSignature},
		"family":             {func(m *maker) { m.levels = "0102030405BF=>0102030405BE" }, tdx.ErrCollateral},
		"of SGX":             {func(m *maker) { m.levels = `"id":"TDX"=>"id":"SGX"` }, tdx.ErrCollateral},
		"of another enclave": {func(m *maker) { m.identity = `"id":"TD_QE"=>"id":"QE"` }, tdx.ErrCollateral},
		"levels ended":       {func(m *maker) { m.levels = "2026-03-20=>2026-02-28" }, tdx.ErrTime},
		"enclave ended":      {func(m *maker) { m.identity = "2026-03-20=>2026-02-28" }, tdx.ErrTime},
		"not yet":            {func(m *maker) { m.levels = "2026-02-20=>2026-03-02" }, tdx.ErrTime},
		"unknown field":      {func(m *maker) { m.levels = `"tcbType":0=>"tcbType":0,"more":1` }, tdx.ErrFormat},
		"shadow field":       {func(m *maker) { m.levels = `"tcbType":0=>"tcbType":0,"NextUpdate":"2099-01-01T00:00:00Z"` }, tdx.ErrFormat},
		"double field":       {func(m *maker) { m.levels = `"tcbType":0=>"tcbType":0,"tcbType":0` }, tdx.ErrFormat},
		"no extension": {func(m *maker) {
			m.pckDER = m.issue(m.template("Intel SGX PCK Certificate", 4, false), m.authorityCert, m.pck, m.authority).Raw
		}, tdx.ErrFormat},
		"another name": {func(m *maker) {
			m.pckDER = m.issue(m.template("Intel SGX TCB Signing", 4, false), m.authorityCert, m.pck, m.authority).Raw
		}, tdx.ErrFormat},
		"another's signer": {func(m *maker) {
			m.signerDER = m.issue(m.template("Intel SGX PCK Certificate", 3, false), m.rootCert, m.signer, m.root).Raw
		}, tdx.ErrCollateral},
		"an authority signs": {func(m *maker) {
			m.signerDER = m.issue(m.template("Intel SGX TCB Signing", 3, true), m.rootCert, m.signer, m.root).Raw
		}, certificate.ErrChain},
		"a leaf signs": {func(m *maker) {
			m.authorityCert = m.issue(m.template("Intel SGX PCK Platform CA", 2, false), m.rootCert, m.authority, m.root)
			m.pckDER = m.issuePCK(m.platformExtension(9))
		}, certificate.ErrChain},
	} {
		m := newMaker(t)
		c.change(m)
		if name == "a leaf signs" {
			// The standard library makes no revocation list for a leaf.
			q, err := tdx.ParseQuote(m.quote())
			require.NoError(t, err)
			other := newMaker(t)
			_, err = tdx.Verify(q, other.collateral(), sha256.Sum256(m.rootCert.Raw), madeAt.Unix())
			require.ErrorIs(t, err, c.want, name)
			continue
		}
		_, err := m.verify()
		require.ErrorIs(t, err, c.want, name)
	}
}
