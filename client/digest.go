package client

import "github.com/credence-chain/credence/artifact"

// ShortDigest returns the first 12 digits of a digest or an id, which are enough for people to compare. A digest keeps its "sha256:".
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
