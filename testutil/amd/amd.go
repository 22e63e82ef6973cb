// Package amd makes AMD's artefacts for tests: chips, lists and reports of SEV-SNP, under a root of its own.
package amd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"math/big"
	"slices"
	"time"

	"github.com/credence-chain/credence/evidence/sevsnp"
)

// Maker makes chips in the role of AMD. Its artefacts are valid for a month before and after At.
type Maker struct {
	At time.Time
	// ARKDER and ASKDER are the certificates of the root (serial number 1) and of the product (2).
	ARKDER, ASKDER []byte
	// Chip names the processor.
	Chip []byte

	ark, ask *rsa.PrivateKey
	vcek     *ecdsa.PrivateKey
}

// month is how long artefacts are valid before and after At.
const month = 30 * 24 * time.Hour

// New makes a Maker. It is slow, because it makes two RSA keys of 4096 bits.
func New(at time.Time) (*Maker, error) {
	m := &Maker{At: at, Chip: slices.Repeat([]byte{7}, 64)}
	var err error
	if m.ark, err = rsa.GenerateKey(rand.Reader, 4096); err != nil {
		return nil, err
	}
	if m.ask, err = rsa.GenerateKey(rand.Reader, 4096); err != nil {
		return nil, err
	}
	if m.vcek, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader); err != nil {
		return nil, err
	}
	ark := m.authority("ARK", 1)
	if m.ARKDER, err = x509.CreateCertificate(rand.Reader, ark, ark, &m.ark.PublicKey, m.ark); err != nil {
		return nil, err
	}
	m.ASKDER, err = x509.CreateCertificate(rand.Reader, m.authority("ASK", 2), ark, &m.ask.PublicKey, m.ark)
	return m, err
}

func (m *Maker) authority(name string, serial int64) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: m.At.Add(-month), NotAfter: m.At.Add(month),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SignatureAlgorithm: x509.SHA384WithRSAPSS,
	}
}

// RootHash returns the hash that pins the root.
func (m *Maker) RootHash() [32]byte { return sha256.Sum256(m.ARKDER) }

// VCEK issues the chip's certificate for the given versions, in DER.
func (m *Maker) VCEK(bootLoader, tee, snp, microcode uint8) ([]byte, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "SEV-VCEK"}, NotBefore: m.At.Add(-month), NotAfter: m.At.Add(month),
		SignatureAlgorithm: x509.SHA384WithRSAPSS,
	}
	add := func(value []byte, id ...int) {
		template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{Id: append(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 3704, 1}, id...), Value: value})
	}
	for id, v := range map[int]uint8{1: bootLoader, 2: tee, 3: snp, 8: microcode} {
		value, err := asn1.Marshal(int(v))
		if err != nil {
			return nil, err
		}
		add(value, 3, id)
	}
	add(m.Chip, 4)
	parent, err := x509.ParseCertificate(m.ASKDER)
	if err != nil {
		return nil, err
	}
	return x509.CreateCertificate(rand.Reader, template, parent, &m.vcek.PublicKey, m.ask)
}

// List makes the root's revocation list, in DER. It is issued the given time after At.
func (m *Maker) List(after time.Duration, serials ...int64) ([]byte, error) {
	template := &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: m.At.Add(after - 24*time.Hour), NextUpdate: m.At.Add(after + month), SignatureAlgorithm: x509.SHA384WithRSAPSS,
	}
	for _, s := range serials {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: big.NewInt(s), RevocationTime: m.At})
	}
	ark, err := x509.ParseCertificate(m.ARKDER)
	if err != nil {
		return nil, err
	}
	return x509.CreateRevocationList(rand.Reader, template, ark, m.ark)
}

// Report makes and signs a report. The function change may change it before it is signed.
func (m *Maker) Report(version uint32, change func([]byte)) ([]byte, error) {
	b := make([]byte, sevsnp.ReportSize)
	binary.LittleEndian.PutUint32(b, version)
	binary.LittleEndian.PutUint64(b[8:], 1<<17)
	binary.LittleEndian.PutUint32(b[0x34:], 1)
	if version == 3 {
		b[0x188] = 0x19
	}
	copy(b[0x1a0:], m.Chip)
	change(b)
	digest := sha512.Sum384(b[:0x2a0])
	r, s, err := ecdsa.Sign(rand.Reader, m.vcek, digest[:])
	if err != nil {
		return nil, err
	}
	for i, n := range []*big.Int{r, s} {
		field := n.FillBytes(make([]byte, 72))
		slices.Reverse(field)
		copy(b[0x2a0+72*i:], field)
	}
	return b, nil
}
