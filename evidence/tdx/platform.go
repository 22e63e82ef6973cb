package tdx

import (
	encodingasn1 "encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/credence-chain/credence/evidence/certificate"
)

// idExtension is the extension of a platform key's certificate in which Intel describes the platform. It is a list of pairs, of
// which four are read: the platform's name (1), its versions (2), the kind of its provisioning enclave (3), its family (4). The
// others say how the platform was set up.
const (
	idExtension = "1.2.840.113741.1.13.1"
	idName      = idExtension + ".1"
	idVersions  = idExtension + ".2"
	idPCE       = idExtension + ".3"
	idFamily    = idExtension + ".4"
)

// platform is Intel's description of one platform.
type platform struct {
	id         [16]byte
	svn        [components]byte
	pceVersion uint64
	pce        [2]byte
	family     [6]byte
}

// pair is an item of the extension.
type pair struct {
	id    string
	value cryptobyte.String
}

// readPairs reads a list of pairs of an identifier and a value. No identifier may occur twice.
func readPairs(s cryptobyte.String) (out []pair, ok bool) {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return nil, false
	}
	seen := map[string]bool{}
	for !list.Empty() {
		var one, value cryptobyte.String
		var id encodingasn1.ObjectIdentifier
		var tag asn1.Tag
		if !list.ReadASN1(&one, asn1.SEQUENCE) || !one.ReadASN1ObjectIdentifier(&id) || !one.ReadAnyASN1Element(&value, &tag) ||
			!one.Empty() || seen[id.String()] {
			return nil, false
		}
		seen[id.String()] = true
		out = append(out, pair{id.String(), value})
	}
	return out, true
}

// fillOctets reads a string of exactly that length.
func fillOctets(value cryptobyte.String, to []byte) bool {
	var b cryptobyte.String
	return value.ReadASN1(&b, asn1.OCTET_STRING) && value.Empty() && copy(to, b) == len(b) && len(b) == len(to)
}

// readPlatform reads the description in a platform's certificate.
func readPlatform(c *certificate.Certificate) (p platform, err error) {
	value, found := c.Find(idExtension)
	if !found {
		return p, malformedError("a platform's certificate without Intel's extension")
	}
	pairs, ok := readPairs(value)
	if !ok {
		return p, malformedError("the extension of a platform's certificate")
	}
	read := map[string]func(cryptobyte.String) bool{
		idName:     func(v cryptobyte.String) bool { return fillOctets(v, p.id[:]) },
		idPCE:      func(v cryptobyte.String) bool { return fillOctets(v, p.pce[:]) },
		idFamily:   func(v cryptobyte.String) bool { return fillOctets(v, p.family[:]) },
		idVersions: p.readVersions,
	}
	for _, one := range pairs {
		f := read[one.id]
		if f == nil {
			continue
		}
		if !f(one.value) {
			return p, malformedError("field " + one.id + " of a platform's certificate")
		}
		delete(read, one.id)
	}
	if len(read) > 0 {
		return p, malformedError("a platform's certificate without its name, versions or family")
	}
	return p, nil
}

// readVersions reads the versions of the components (.1 to .16) and of the provisioning enclave (.17). The value after them (.18)
// repeats the former.
func (p *platform) readVersions(value cryptobyte.String) bool {
	pairs, ok := readPairs(value)
	if !ok || len(pairs) != components+2 {
		return false
	}
	for i, one := range pairs {
		if one.id != fmt.Sprintf("%s.%d", idVersions, i+1) {
			return false
		}
		if i > components {
			continue
		}
		var n uint16
		if !one.value.ReadASN1Integer(&n) || !one.value.Empty() || i < components && n > 255 {
			return false
		}
		if i == components {
			p.pceVersion = uint64(n)
			continue
		}
		p.svn[i] = byte(n)
	}
	return true
}
