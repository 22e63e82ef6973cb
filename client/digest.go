package client

import "github.com/credence-chain/credence/artifact"

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
