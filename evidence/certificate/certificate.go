// Package certificate reads X.509 certificates and revocation lists of makers of processors, and checks them by rules of its own.
// The rules of crypto/x509 depend on the release of Go, on the environment (GODEBUG) and, in Verify, on the machine's certificate
// pool and clock. A block's verdict must not depend on these.
//
// It reads DER in its only form, with no bytes after it: a certificate of version 3, with a key of ECDSA on P-256 or P-384 or of
// RSA, signed with ECDSA and SHA-256 or SHA-384 or with RSA-PSS and SHA-384. It refuses an extension that is critical and unknown
// here. It compares names byte by byte.
package certificate

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/credence-chain/credence/evidence/internal/utc"
)

// Limits of the bytes that are read. They are checked before anything else.
const (
	MaxSize     = 4 << 10
	MaxListSize = 64 << 10
)

// The reasons for a refusal.
var (
	ErrFormat    = errors.New("certificate: not in the expected form")
	ErrSignature = errors.New("certificate: a signature does not hold")
	ErrChain     = errors.New("certificate: the chain does not lead to the root")
	ErrTime      = errors.New("certificate: not valid at this time")
	ErrRevoked   = errors.New("certificate: revoked")
)

// Certificate is a parsed certificate. It has not been checked against an issuer.
type Certificate struct {
	// Raw is the whole certificate.
	Raw []byte
	// Serial is the serial number, big endian, without leading zeroes.
	Serial []byte
	// Issuer and Subject are the names in DER.
	Issuer, Subject []byte
	// NotBefore and NotAfter are in Unix seconds. The certificate is valid at both moments and between them.
	NotBefore, NotAfter int64
	// Key is the subject's key.
	Key *Key
	// Authority says that the subject may sign certificates and revocation lists.
	Authority bool
	// Extensions are all extensions, in their order.
	Extensions []Extension

	signed    signed
	keyUsage  uint
	mayIssue  int // how many authorities may follow below; -1 for any number
	hasUsages bool
}

// signed is something that an issuer signed.
type signed struct {
	body      []byte
	algorithm signatureAlgorithm
	signature []byte
}

// Object identifiers of the extensions whose rules are known here.
const (
	idBasicConstraints = "2.5.29.19"
	idKeyUsage         = "2.5.29.15"
	idCommonName       = "2.5.4.3"
)

// Uses of a key, as bits of the extension.
const (
	usageSignatures   = 1 << 0
	usageCertificates = 1 << 5
	usageLists        = 1 << 6
)

// Parse reads one certificate.
func Parse(der []byte) (*Certificate, error) {
	if len(der) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes, expected at most %d", ErrFormat, len(der), MaxSize)
	}
	c := &Certificate{Raw: bytes.Clone(der), mayIssue: -1}
	body, inner, err := readSigned(c.Raw, &c.signed)
	if err != nil {
		return nil, err
	}
	if err := c.readBody(body, inner); err != nil {
		return nil, err
	}
	return c, c.readKnownExtensions()
}

// readSigned reads the frame that certificates and revocation lists share: the signed body, the algorithm, the signature. It
// returns the content of the body, and the algorithm's bytes, which the body repeats.
func readSigned(der []byte, to *signed) (body cryptobyte.String, algorithm []byte, err error) {
	input := cryptobyte.String(der)
	var outer, whole, id cryptobyte.String
	var signature []byte
	if !input.ReadASN1(&outer, asn1.SEQUENCE) || !input.Empty() || !outer.ReadASN1Element(&whole, asn1.SEQUENCE) ||
		!outer.ReadASN1Element(&id, asn1.SEQUENCE) || !outer.ReadASN1BitStringAsBytes(&signature) || !outer.Empty() {
		return nil, nil, fmt.Errorf("%w: frame", ErrFormat)
	}
	to.body, to.signature = whole, signature
	if to.algorithm, err = findSignatureAlgorithm(id); err != nil {
		return nil, nil, err
	}
	if !whole.ReadASN1(&body, asn1.SEQUENCE) {
		return nil, nil, fmt.Errorf("%w: body", ErrFormat)
	}
	return body, id, nil
}

// readBody reads the part that the issuer signed.
func (c *Certificate) readBody(body cryptobyte.String, algorithm []byte) error {
	var version int64
	var versionField, id, issuer, subject, keyInfo, extensions cryptobyte.String
	if !body.ReadASN1(&versionField, asn1.Tag(0).ContextSpecific().Constructed()) || !versionField.ReadASN1Integer(&version) ||
		!versionField.Empty() || version != 2 {
		return fmt.Errorf("%w: version, expected 3", ErrFormat)
	}
	if !readSerial(&body, &c.Serial) || !body.ReadASN1Element(&id, asn1.SEQUENCE) || !bytes.Equal(id, algorithm) ||
		!body.ReadASN1Element(&issuer, asn1.SEQUENCE) {
		return fmt.Errorf("%w: serial number, algorithm or issuer", ErrFormat)
	}
	if err := readValidity(&body, &c.NotBefore, &c.NotAfter); err != nil {
		return err
	}
	if !body.ReadASN1Element(&subject, asn1.SEQUENCE) || !body.ReadASN1(&keyInfo, asn1.SEQUENCE) ||
		!body.ReadASN1(&extensions, asn1.Tag(3).ContextSpecific().Constructed()) || !body.Empty() {
		return fmt.Errorf("%w: subject, key or extensions", ErrFormat)
	}
	c.Issuer, c.Subject = issuer, subject
	var err error
	if c.Key, err = readKey(keyInfo); err != nil {
		return err
	}
	c.Extensions, err = readExtensions(extensions)
	return err
}

// readSerial reads a serial number, which is not negative and has at most 20 bytes. AMD numbers some certificates 0.
func readSerial(s *cryptobyte.String, to *[]byte) bool {
	n := new(big.Int)
	if !s.ReadASN1Integer(n) || n.Sign() < 0 || n.BitLen() > 160 {
		return false
	}
	*to = n.Bytes()
	return true
}

func readValidity(body *cryptobyte.String, from, to *int64) error {
	var validity cryptobyte.String
	if !body.ReadASN1(&validity, asn1.SEQUENCE) {
		return fmt.Errorf("%w: validity", ErrFormat)
	}
	for _, at := range []*int64{from, to} {
		if err := readTime(&validity, at); err != nil {
			return err
		}
	}
	if !validity.Empty() || *from > *to {
		return fmt.Errorf("%w: validity", ErrFormat)
	}
	return nil
}

// readTime reads a time in either form.
func readTime(s *cryptobyte.String, to *int64) error {
	var b cryptobyte.String
	var tag asn1.Tag
	if !s.ReadAnyASN1(&b, &tag) {
		return fmt.Errorf("%w: time", ErrFormat)
	}
	var err error
	switch tag {
	case asn1.UTCTime:
		*to, err = utc.ParseShort(b)
	case asn1.GeneralizedTime:
		*to, err = utc.ParseLong(b)
	default:
		return fmt.Errorf("%w: time", ErrFormat)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return nil
}

// CommonName returns the common name of the subject. It is empty if the subject has none, or several.
func (c *Certificate) CommonName() string {
	subject := cryptobyte.String(c.Subject)
	var names cryptobyte.String
	if !subject.ReadASN1(&names, asn1.SEQUENCE) {
		return ""
	}
	found := ""
	for !names.Empty() {
		var set, one, value cryptobyte.String
		var id string
		var tag asn1.Tag
		if !names.ReadASN1(&set, asn1.SET) || !set.ReadASN1(&one, asn1.SEQUENCE) || !set.Empty() ||
			!readIdentifier(&one, &id) || !one.ReadAnyASN1(&value, &tag) || !one.Empty() {
			return ""
		}
		if id != idCommonName {
			continue
		}
		if found != "" || tag != asn1.UTF8String && tag != asn1.PrintableString {
			return ""
		}
		found = string(value)
	}
	return found
}

// CheckTime refuses a certificate outside its validity; the time is in Unix seconds.
func (c *Certificate) CheckTime(at int64) error {
	if at < c.NotBefore || at > c.NotAfter {
		return fmt.Errorf("%w: %d, expected %d to %d", ErrTime, at, c.NotBefore, c.NotAfter)
	}
	return nil
}

// CheckIssuedBy checks that an authority signed the certificate, and that it had the right to.
func (c *Certificate) CheckIssuedBy(authority *Certificate) error {
	switch {
	case !bytes.Equal(c.Issuer, authority.Subject):
		return fmt.Errorf("%w: the issuer's name is not the authority's", ErrChain)
	case !authority.Authority || !authority.mayUse(usageCertificates):
		return fmt.Errorf("%w: the issuer is no authority", ErrChain)
	}
	return authority.Key.checkSignature(c.signed)
}

// CheckChain checks a chain of exactly length certificates from a leaf to its root. The root's bytes hash to the pinned root, each
// certificate is signed by the next, all are valid at the time, which is in Unix seconds, and all but the leaf are authorities.
func CheckChain(chain []*Certificate, length int, root [32]byte, at int64) error {
	if len(chain) != length || length < 1 {
		return fmt.Errorf("%w: %d certificates, expected %d", ErrChain, len(chain), length)
	}
	top := chain[length-1]
	if hashOf(top.Raw) != root {
		return fmt.Errorf("%w: the last is not the pinned root", ErrChain)
	}
	if length > 1 && chain[0].Authority {
		return fmt.Errorf("%w: the first is an authority, expected a leaf", ErrChain)
	}
	for i, c := range chain {
		if err := c.CheckTime(at); err != nil {
			return err
		}
		// Between a leaf and authority i there are i-1 authorities.
		if c.mayIssue >= 0 && i-1 > c.mayIssue {
			return fmt.Errorf("%w: certificate %d has more authorities below it than it may", ErrChain, i)
		}
	}
	for i := range length - 1 {
		if err := chain[i].CheckIssuedBy(chain[i+1]); err != nil {
			return err
		}
	}
	return nil
}
