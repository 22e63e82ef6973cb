package certificate

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Extension is one extension of a certificate.
type Extension struct {
	// ID is the object identifier in dots.
	ID       string
	Critical bool
	Value    []byte
}

// readExtensions reads a list of extensions, each once.
func readExtensions(s cryptobyte.String) (out []Extension, err error) {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return nil, fmt.Errorf("%w: extensions", ErrFormat)
	}
	for !list.Empty() {
		var one, value cryptobyte.String
		var e Extension
		if !list.ReadASN1(&one, asn1.SEQUENCE) || !readIdentifier(&one, &e.ID) ||
			!readTrue(&one, &e.Critical) || !one.ReadASN1(&value, asn1.OCTET_STRING) || !one.Empty() {
			return nil, fmt.Errorf("%w: extension %d", ErrFormat, len(out))
		}
		e.Value = value
		for _, other := range out {
			if other.ID == e.ID {
				return nil, fmt.Errorf("%w: extension %s is there twice", ErrFormat, e.ID)
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// readTrue reads a boolean that DER leaves out when it is false.
func readTrue(s *cryptobyte.String, to *bool) bool {
	return !s.PeekASN1Tag(asn1.BOOLEAN) || s.ReadASN1Boolean(to) && *to
}

// readKnownExtensions reads the extensions that say what the certificate's key may do, and refuses a critical extension that is not
// known.
func (c *Certificate) readKnownExtensions() error {
	for _, e := range c.Extensions {
		var ok bool
		switch e.ID {
		case idBasicConstraints:
			ok = c.readBasicConstraints(e.Value)
		case idKeyUsage:
			ok = c.readKeyUsage(e.Value)
		default:
			ok = !e.Critical
		}
		if !ok {
			return fmt.Errorf("%w: extension %s", ErrFormat, e.ID)
		}
	}
	return nil
}

func (c *Certificate) readBasicConstraints(value cryptobyte.String) bool {
	var body cryptobyte.String
	if !value.ReadASN1(&body, asn1.SEQUENCE) || !value.Empty() || !readTrue(&body, &c.Authority) {
		return false
	}
	if body.Empty() {
		return true
	}
	var length uint8
	if !body.ReadASN1Integer(&length) || !body.Empty() || !c.Authority {
		return false
	}
	c.mayIssue = int(length)
	return true
}

func (c *Certificate) readKeyUsage(value cryptobyte.String) bool {
	var body cryptobyte.String
	if !value.ReadASN1(&body, asn1.BIT_STRING) || !value.Empty() || len(body) < 2 || len(body) > 3 || body[0] > 7 {
		return false
	}
	c.hasUsages = true
	for i, b := range body[1:] {
		for bit := range 8 {
			if b&(0x80>>bit) != 0 {
				c.keyUsage |= 1 << (8*i + bit)
			}
		}
	}
	return true
}

// mayUse says whether the key may be used in this way. A certificate that lists no uses allows all.
func (c *Certificate) mayUse(usage uint) bool { return !c.hasUsages || c.keyUsage&usage != 0 }

// MaySign says whether the key may sign data other than certificates and revocation lists.
func (c *Certificate) MaySign() bool { return c.mayUse(usageSignatures) }

// Find returns the value of an extension.
func (c *Certificate) Find(id string) ([]byte, bool) {
	for _, e := range c.Extensions {
		if e.ID == id {
			return e.Value, true
		}
	}
	return nil, false
}
