package contract

import "github.com/credence-chain/credence/internal/words"

// Limits of a set of tags.
const (
	MaxTags   = 16
	MaxTagLen = 32
)

// IsTag says whether t is a tag, the name of a capability: 1 to MaxTagLen bytes of a-z, 0-9, '.' and '-'.
func IsTag(t string) bool {
	return len(t) > 0 && len(t) <= MaxTagLen && words.IsMade(t, ".-")
}
