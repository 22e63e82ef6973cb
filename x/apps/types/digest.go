package types

import (
	"fmt"

	"github.com/credence-chain/credence/artifact"
)

// ValidateDigest checks the text of a digest; ErrInvalidVersion otherwise.
func ValidateDigest(digest string) error {
	if err := checkDigest(digest); err != nil {
		return ErrInvalidVersion.Wrapf("digest %s", err)
	}
	return nil
}

func checkDigest(digest string) error {
	if _, err := artifact.ParseDigest(digest); err != nil {
		return fmt.Errorf("%.80q: expected %s", digest, artifact.DigestForm)
	}
	return nil
}
