package receipt

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Trust is the set of validators, or the block, that the verifier trusts.
type Trust struct {
	// Height is the height of the trusted block, or 0 if Hash is that of a set of validators.
	Height int64
	// Hash is the hash of the set of validators, as headers hold it, or of the block's header.
	Hash [32]byte
}

// ParseTrust reads HASH for a set of validators, or HEIGHT:HASH for a block. A hash is 64 hexadecimal digits, in upper or lower
// case.
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

// namesHeader says whether this header is trusted by itself: the trusted set signed it, or it is the trusted block.
func (t Trust) namesHeader(s *signed) bool {
	if t.Height == 0 {
		return bytes.Equal(t.Hash[:], s.header.ValidatorsHash)
	}
	return t.Height == s.header.Height && bytes.Equal(t.Hash[:], s.header.Hash())
}

// checkReach checks that a header of the path is trusted. checkPath has already checked that each header leads to the next.
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
