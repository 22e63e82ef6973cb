package client

import (
	"fmt"

	"github.com/credence-chain/credence/artifact"
)

// ShortDigest is the beginning of a digest or an id, enough for people to compare.
func ShortDigest(text string) string {
	digits, named := artifact.CutAlgorithm(text)
	if len(digits) > 12 {
		digits = digits[:12]
	}
	if named {
		return artifact.AddAlgorithm(digits)
	}
	return digits
}

func pluralOf(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
