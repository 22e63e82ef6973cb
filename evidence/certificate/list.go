package certificate

import (
	"bytes"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// RevocationList names the certificates that an authority has revoked. It has been parsed, but not checked.
type RevocationList struct {
	// Issuer is the authority's name in DER.
	Issuer []byte
	// ThisUpdate and NextUpdate bound the time in which the list is valid, in Unix seconds.
	ThisUpdate, NextUpdate int64

	signed  signed
	revoked map[string]struct{} // by serial number
}

// maxRevoked bounds the entries of a list.
const maxRevoked = 4096

// ParseRevocationList reads one list of version 2. It must cover the whole authority.
func ParseRevocationList(der []byte) (*RevocationList, error) {
	if len(der) > MaxListSize {
		return nil, fmt.Errorf("%w: a revocation list of %d bytes, expected at most %d", ErrFormat, len(der), MaxListSize)
	}
	l := &RevocationList{revoked: map[string]struct{}{}}
	body, algorithm, err := readSigned(bytes.Clone(der), &l.signed)
	if err != nil {
		return nil, err
	}
	var version int64
	var id, issuer cryptobyte.String
	if !body.ReadASN1Integer(&version) || version != 1 || !body.ReadASN1Element(&id, asn1.SEQUENCE) || !bytes.Equal(id, algorithm) ||
		!body.ReadASN1Element(&issuer, asn1.SEQUENCE) {
		return nil, fmt.Errorf("%w: a revocation list's version, algorithm or issuer", ErrFormat)
	}
	l.Issuer = issuer
	for _, to := range []*int64{&l.ThisUpdate, &l.NextUpdate} {
		if err := readTime(&body, to); err != nil {
			return nil, err
		}
	}
	if body.PeekASN1Tag(asn1.SEQUENCE) {
		if err := l.readEntries(&body); err != nil {
			return nil, err
		}
	}
	return l, readListExtensions(body)
}

// readEntries reads the serial numbers. It ignores the reasons. An entry for a certificate of another authority must be marked
// critical, and is refused.
func (l *RevocationList) readEntries(body *cryptobyte.String) error {
	var list cryptobyte.String
	if !body.ReadASN1(&list, asn1.SEQUENCE) {
		return fmt.Errorf("%w: a revocation list's entries", ErrFormat)
	}
	for !list.Empty() {
		var one cryptobyte.String
		var serial []byte
		var at int64
		if !list.ReadASN1(&one, asn1.SEQUENCE) || !readSerial(&one, &serial) || len(l.revoked) >= maxRevoked {
			return fmt.Errorf("%w: entry %d of a revocation list", ErrFormat, len(l.revoked))
		}
		if err := readTime(&one, &at); err != nil {
			return err
		}
		if !one.Empty() {
			if err := refuseCritical(one); err != nil {
				return err
			}
		}
		l.revoked[string(serial)] = struct{}{}
	}
	return nil
}

// readListExtensions reads the extensions of a list, which are optional.
func readListExtensions(body cryptobyte.String) error {
	if body.Empty() {
		return nil
	}
	var extensions cryptobyte.String
	if !body.ReadASN1(&extensions, asn1.Tag(0).ContextSpecific().Constructed()) || !body.Empty() {
		return fmt.Errorf("%w: a revocation list's extensions", ErrFormat)
	}
	return refuseCritical(extensions)
}

// refuseCritical reads extensions of which none may be critical: those that are would limit what the list says.
func refuseCritical(s cryptobyte.String) error {
	list, err := readExtensions(s)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Critical {
			return fmt.Errorf("%w: critical extension %s of a revocation list", ErrFormat, e.ID)
		}
	}
	return nil
}

// Check checks that the authority signed the list, and that the list is valid at the time, which is in Unix seconds.
func (l *RevocationList) Check(authority *Certificate, at int64) error {
	switch {
	case !bytes.Equal(l.Issuer, authority.Subject):
		return fmt.Errorf("%w: a revocation list of another authority", ErrChain)
	case !authority.Authority || !authority.mayUse(usageLists):
		return fmt.Errorf("%w: the issuer of a revocation list is no authority", ErrChain)
	case at < l.ThisUpdate || at > l.NextUpdate:
		return fmt.Errorf("%w: a revocation list for %d to %d, at %d", ErrTime, l.ThisUpdate, l.NextUpdate, at)
	}
	return authority.Key.checkSignature(l.signed)
}

// CheckNotRevoked refuses a certificate of the list's authority that the list names.
func (l *RevocationList) CheckNotRevoked(c *Certificate) error {
	if !bytes.Equal(l.Issuer, c.Issuer) {
		return fmt.Errorf("%w: a revocation list of another authority", ErrChain)
	}
	if _, revoked := l.revoked[string(c.Serial)]; revoked {
		return fmt.Errorf("%w: serial number %x", ErrRevoked, c.Serial)
	}
	return nil
}
