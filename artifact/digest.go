package artifact

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// Digest is the SHA-256 of a blob. Its text is "sha256:" and 64 lower-case hex
// digits; the zero Digest names nothing and is refused by every store.
type Digest [sha256.Size]byte

const digestPrefix = "sha256:"

// Sum returns the digest of data.
func Sum(data []byte) Digest { return sha256.Sum256(data) }

// ParseDigest reads the text form. It is strict: no other algorithm, no upper
// case, no missing prefix. Errors wrap ErrDigest.
func ParseDigest(text string) (Digest, error) {
	digits, ok := strings.CutPrefix(text, digestPrefix)
	if !ok {
		return Digest{}, fmt.Errorf("%w: %q, expected the prefix %q", ErrDigest, clipText(text), digestPrefix)
	}
	return parseHex(digits)
}

// String returns the text form.
func (d Digest) String() string { return digestPrefix + d.Hex() }

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

func parseHex(digits string) (Digest, error) {
	var d Digest
	if len(digits) != hex.EncodedLen(len(d)) || strings.ToLower(digits) != digits {
		return Digest{}, fmt.Errorf("%w: %q, expected 64 lower-case hex digits", ErrDigest, clipText(digits))
	}
	if _, err := hex.Decode(d[:], []byte(digits)); err != nil {
		return Digest{}, fmt.Errorf("%w: %q: %v", ErrDigest, clipText(digits), err)
	}
	return d, nil
}

// clipText keeps hostile text out of logs.
func clipText(text string) string {
	if len(text) > 80 {
		return text[:80] + "..."
	}
	return text
}

// Hasher computes the digest of what is written to it.
type Hasher struct{ hash.Hash }

// NewHasher returns a hasher of no bytes yet.
func NewHasher() Hasher { return Hasher{sha256.New()} }

// Digest returns the digest of everything written so far.
func (h Hasher) Digest() Digest { return Digest(h.Sum(nil)) }
