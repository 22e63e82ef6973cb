package receipt

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Trust is what the verifier brings: a set of validators, or a block.
type Trust struct {
	// Height of the trusted block; 0 when Hash is that of a set of validators.
	Height int64
	// Hash of the set of validators, as headers have it, or of the block's header.
	Hash [32]byte
}

// ParseTrust reads HASH, that of a set of validators, or HEIGHT:HASH, that of a block. A hash is 64 hexadecimal digits, large
// or small.
func ParseTrust(text string) (t Trust, err error) {
	digits := text
	if height, rest, is := strings.Cut(text, ":"); is {
		digits = rest
		if t.Height, err = strconv.ParseInt(height, 10, 64); err != nil || t.Height < 1 {
			return t, fmt.Errorf("got the height %.40q, expected a number from 1", height)
		}
	}
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) != len(t.Hash) {
		return t, fmt.Errorf("got %.80q, expected the hash of a set of validators, 64 hexadecimal digits, or HEIGHT:HASH of a block", text)
	}
	copy(t.Hash[:], raw)
	return t, nil
}

// String is the inverse of ParseTrust.
func (t Trust) String() string {
	if t.Height == 0 {
		return fmt.Sprintf("%X", t.Hash)
	}
	return fmt.Sprintf("%d:%X", t.Height, t.Hash)
}

// namesHeader says whether the trust is in this header: it was signed by the trusted set, or is the trusted block.
func (t Trust) namesHeader(s *signed) bool {
	if t.Height == 0 {
		return bytes.Equal(t.Hash[:], s.header.ValidatorsHash)
	}
	return t.Height == s.header.Height && bytes.Equal(t.Hash[:], s.header.Hash())
}

// checkReach checks that a header of the path is trusted. checkPath has seen that each leads to the next.
func (t Trust) checkReach(path []*signed) error {
	for _, s := range path {
		if t.namesHeader(s) {
			return nil
		}
	}
	if t.Height == 0 {
		return newRefusal(ReasonUntrusted, "the set of validators %s signed none of its %d headers; the first of them is signed by the set %s", t, len(path), path[0].header.ValidatorsHash)
	}
	return newRefusal(ReasonUntrusted, "the block %s is none of its %d headers; the first of them is %d:%s", t, len(path), path[0].header.Height, path[0].header.Hash())
}
