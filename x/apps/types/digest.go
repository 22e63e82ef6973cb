package types

import (
	"fmt"
	"strings"
)

const (
	digestPrefix = "sha256:"
	digestLen    = len(digestPrefix) + 64
)

// IsDigest says whether a reference is meant as a digest.
func IsDigest(ref string) bool { return strings.HasPrefix(ref, digestPrefix) }

// ValidateDigest checks that digest is "sha256:" and 64 lower-case hex digits; ErrInvalidVersion otherwise.
func ValidateDigest(digest string) error {
	if err := checkDigest(digest); err != nil {
		return ErrInvalidVersion.Wrapf("digest %s", err)
	}
	return nil
}

func checkDigest(digest string) error {
	if len(digest) != digestLen || !IsDigest(digest) || !hasOnly(digest[len(digestPrefix):], hexDigits) {
		return fmt.Errorf("%q: expected \"sha256:\" and 64 hex digits in lower case", digest)
	}
	return nil
}
