package artifact

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"github.com/credence-chain/credence/internal/ids"
)

// Digest is the SHA-256 of a blob. Its text is "sha256:" and 64 lower-case hexadecimal digits; the zero Digest names nothing
// and is refused by every store.
type Digest [sha256.Size]byte

const (
	// DigestForm says what the text of a digest is, for the errors of those who expect one.
	DigestForm = "\"" + digestPrefix + "\" and 64 lower-case hexadecimal digits"

	digestPrefix = "sha256:"
)

// Sum returns the digest of data.
func Sum(data []byte) Digest { return sha256.Sum256(data) }

// ParseDigest reads the text form. It is strict: no other algorithm, no upper
// case, no missing prefix. Errors wrap ErrDigest.
func ParseDigest(text string) (Digest, error) {
	digits, named := CutAlgorithm(text)
	d, err := ids.Parse(digits)
	if err != nil || !named {
		return Digest{}, fmt.Errorf("%w: got %.80q, expected %s", ErrDigest, text, DigestForm)
	}
	return d, nil
}

// ParseHex reads the digits that Digest.Hex returns, as strictly. Errors wrap ErrDigest.
func ParseHex(digits string) (Digest, error) {
	d, err := ids.Parse(digits)
	if err != nil {
		return Digest{}, fmt.Errorf("%w: %w", ErrDigest, err)
	}
	return d, nil
}

// CutAlgorithm returns the text after "sha256:", and whether the text begins with that. The returned text may be only the beginning
// of a digest.
func CutAlgorithm(text string) (digits string, named bool) {
	return strings.CutPrefix(text, digestPrefix)
}

// AddAlgorithm is the inverse of CutAlgorithm.
func AddAlgorithm(digits string) string { return digestPrefix + digits }

// NamesDigest says whether a reference is meant to be a digest: whether it begins with "sha256:".
func NamesDigest(reference string) bool { return strings.HasPrefix(reference, digestPrefix) }

// String returns the text form.
func (d Digest) String() string { return AddAlgorithm(d.Hex()) }

// Hex returns the 64 lower-case digits without the algorithm.
func (d Digest) Hex() string { return hex.EncodeToString(d[:]) }

// IsZero says whether d is the zero Digest.
func (d Digest) IsZero() bool { return d == Digest{} }

// MarshalText returns the text form, for JSON and flags.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the text form as ParseDigest does.
func (d *Digest) UnmarshalText(text []byte) error {
	parsed, err := ParseDigest(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// Hasher computes the digest of what is written to it.
type Hasher struct{ hash.Hash }

// NewHasher returns a hasher that has read no bytes yet.
func NewHasher() Hasher { return Hasher{sha256.New()} }

// Digest returns the digest of everything written so far.
func (h Hasher) Digest() Digest { return Digest(h.Sum(nil)) }
