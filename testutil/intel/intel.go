// Package intel makes Intel's artefacts for tests: platforms, collateral and quotes of TDX, under a root of its own.
package intel

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

	"github.com/credence-chain/credence/evidence/tdx"
)

// Maker makes platforms, collateral and quotes in the role of Intel.
type Maker struct {
	T testing.TB
	// At is the time of making. All artefacts are valid at this time.
	At time.Time
	// These are the keys of the root, the platform authority, the signer of collateral, the platform and the quoting enclave.
	Root, Authority, Signer, PCK, QE *ecdsa.PrivateKey
	// These are certificates for some of the keys. A test may replace SignerDER and PCKDER.
	RootCert, AuthorityCert *x509.Certificate
	SignerDER, PCKDER       []byte
	// Version is the version of quotes. Long selects the report of TDX 1.5.
	Version uint16
	Long    bool
	// Report and Enclave change the two reports before they are signed.
	Report, Enclave func([]byte)
	// Levels and Identity are changes to the collateral, in the form old=>new.
	Levels, Identity string
	// RevokedByRoot and RevokedByAuthority are the serial numbers of revoked certificates.
	RevokedByRoot, RevokedByAuthority []int64
	// Issued moves the dates of the collateral and of the lists by this duration.
	Issued time.Duration
}

// New makes a Maker with new keys and certificates.
func New(t testing.TB, at time.Time) *Maker {
	m := &Maker{T: t, At: at, Version: 4, Report: func([]byte) {}, Enclave: func([]byte) {}}
	for _, to := range []**ecdsa.PrivateKey{&m.Root, &m.Authority, &m.Signer, &m.PCK, &m.QE} {
		var err error
		*to, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
	}
	root := m.Template("Root", 1, true)
	m.RootCert = m.Issue(root, root, m.Root, m.Root)
	m.AuthorityCert = m.Issue(m.Template("Intel SGX PCK Platform CA", 2, true), m.RootCert, m.Authority, m.Root)
	m.SignerDER = m.Issue(m.Template("Intel SGX TCB Signing", 3, false), m.RootCert, m.Signer, m.Root).Raw
	m.PCKDER = m.IssuePCK(m.PlatformExtension(9))
	return m
}

// RootHash returns the hash that pins the root.
func (m *Maker) RootHash() [32]byte { return sha256.Sum256(m.RootCert.Raw) }

// AuthorityPEM returns the certificates of the platform authority and of the root.
func (m *Maker) AuthorityPEM() []byte { return ChainPEM(m.AuthorityCert.Raw, m.RootCert.Raw) }

// Template returns a certificate to be issued.
func (m *Maker) Template(name string, serial int64, authority bool) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: m.At.AddDate(0, -1, 0), NotAfter: m.At.AddDate(1, 0, 0),
		BasicConstraintsValid: true, IsCA: authority, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if authority {
		c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	}
	return c
}

// Issue signs a certificate.
func (m *Maker) Issue(c, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)
	require.NoError(m.T, err)
	out, err := x509.ParseCertificate(der)
	require.NoError(m.T, err)
	return out
}

// IssuePCK issues the platform's certificate with an extension.
func (m *Maker) IssuePCK(extension []byte) []byte {
	c := m.Template("Intel SGX PCK Certificate", 4, false)
	c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 840, 113741, 1, 13, 1}, Value: extension}}
	return m.Issue(c, m.AuthorityCert, m.PCK, m.Authority).Raw
}

type item struct {
	ID    asn1.ObjectIdentifier
	Value any
}

// PlatformExtension makes the extension that gives every component of the platform the same version.
func (m *Maker) PlatformExtension(svn int) []byte {
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
	require.NoError(m.T, err)
	return der
}

func (m *Maker) list(authority *x509.Certificate, key *ecdsa.PrivateKey, serials []int64) []byte {
	l := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: m.At.Add(m.Issued).AddDate(0, 0, -1), NextUpdate: m.At.Add(m.Issued).AddDate(0, 0, 29)}
	for _, s := range serials {
		l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: big.NewInt(s), RevocationTime: m.At, ReasonCode: 1})
	}
	der, err := x509.CreateRevocationList(rand.Reader, l, authority, key)
	require.NoError(m.T, err)
	return der
}

func (m *Maker) sign(key *ecdsa.PrivateKey, message []byte) (out [64]byte) {
	digest := sha256.Sum256(message)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	require.NoError(m.T, err)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out
}

// ChainPEM writes certificates in PEM.
func ChainPEM(ders ...[]byte) (out []byte) {
	for _, der := range ders {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return out
}

// Quote makes a quote.
func (m *Maker) Quote() []byte {
	header := make([]byte, 48)
	binary.LittleEndian.PutUint16(header, m.Version)
	binary.LittleEndian.PutUint16(header[2:], 2)
	binary.LittleEndian.PutUint32(header[4:], 0x81)
	copy(header[12:], "\x93\x9a\x72\x33\xf7\x9c\x4c\xa9\x94\x0a\x0d\xb3\x95\x7f\x06\x07")
	body := make([]byte, 584)
	kind := uint16(2)
	if m.Long {
		body, kind = make([]byte, 648), 3
	}
	if m.Version == 5 {
		header = binary.LittleEndian.AppendUint16(header, kind)
		header = binary.LittleEndian.AppendUint32(header, uint32(len(body)))
	}
	for i := range 16 {
		body[i] = 5
	}
	body[1], body[520] = 1, 0x5a
	m.Report(body)
	signed := append(header, body...)

	point, err := m.QE.PublicKey.Bytes()
	require.NoError(m.T, err)
	key := point[1:]
	auth := []byte("some data of the enclave")
	bound := sha256.Sum256(append(slices.Clone(key), auth...))
	enclave := make([]byte, 384)
	enclave[48], enclave[49] = 0x11, 0
	copy(enclave[128:], slices.Repeat([]byte{0xcd}, 32))
	enclave[256], enclave[258] = 2, 4
	copy(enclave[320:], bound[:])
	m.Enclave(enclave)

	certificates := ChainPEM(m.PCKDER, m.AuthorityCert.Raw, m.RootCert.Raw)
	certificates = append(certificates, 0)
	signature, enclaveSignature := m.sign(m.QE, signed), m.sign(m.PCK, enclave)
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

// Collateral makes the collateral of the maker's quotes.
func (m *Maker) Collateral() tdx.Collateral {
	components := func(n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`{"svn":%d,"category":"BIOS"},`, n), 16), ",") + "]"
	}
	level := func(n int, status string) string {
		return fmt.Sprintf(`{"tcb":{"sgxtcbcomponents":%s,"pcesvn":11,"tdxtcbcomponents":%s},"tcbDate":"2026-01-01T00:00:00Z","tcbStatus":%q}`, components(n), components(5), status)
	}
	versions := `"tcbLevels":[{"tcb":{"isvsvn":4},"tcbDate":"2026-01-01T00:00:00Z","tcbStatus":"UpToDate"},{"tcb":{"isvsvn":2},"tcbDate":"2025-01-01T00:00:00Z","tcbStatus":"OutOfDate","advisoryIDs":["INTEL-SA-1"]}]`
	signer := `"mrsigner":"` + strings.Repeat("0", 96) + `","attributes":"0000000000000000","attributesMask":"FFFFFFFFFFFFFFFF"`
	day := func(n int) string { return m.At.Add(m.Issued).AddDate(0, 0, n).UTC().Format("2006-01-02T15:04:05Z") }
	dates := `"issueDate":"` + day(-9) + `","nextUpdate":"` + day(19) + `"`
	levels := `{"id":"TDX","version":3,` + dates + `,"fmspc":"0102030405BF","pceId":"0000","tcbType":0,"tcbEvaluationDataNumber":20,"tdxModule":{` + signer +
		`},"tdxModuleIdentities":[{"id":"TDX_01",` + signer + `,` + versions + `}],"tcbLevels":[` + level(9, "UpToDate") + "," + level(7, "OutOfDate") + `]}`
	identity := `{"id":"TD_QE","version":2,` + dates + `,"tcbEvaluationDataNumber":19,"miscselect":"00000000","miscselectMask":"FFFFFFFF","attributes":"11000000000000000000000000000000","attributesMask":"FBFFFFFFFFFFFFFF0000000000000000","mrsigner":"` +
		strings.Repeat("CD", 32) + `","isvprodid":2,` + versions + `}`
	change := func(s *string, rule string) {
		if old, to, found := strings.Cut(rule, "=>"); found {
			require.Contains(m.T, *s, old)
			*s = strings.Replace(*s, old, to, 1)
		}
	}
	change(&levels, m.Levels)
	change(&identity, m.Identity)
	return tdx.Collateral{
		RootList: m.list(m.RootCert, m.Root, m.RevokedByRoot), PlatformList: m.list(m.AuthorityCert, m.Authority, m.RevokedByAuthority),
		Signers: ChainPEM(m.SignerDER, m.RootCert.Raw), Levels: []byte(levels), LevelsSignature: m.sign(m.Signer, []byte(levels)),
		Enclave: []byte(identity), EnclaveSignature: m.sign(m.Signer, []byte(identity)),
	}
}
