package client

import (
	"fmt"
	"strings"
)

// ShortDigest is the beginning of a digest or an id, enough for people to compare.
func ShortDigest(text string) string {
	digits, prefixed := strings.CutPrefix(text, "sha256:")
	if len(digits) > 12 {
		digits = digits[:12]
	}
	if prefixed {
		return "sha256:" + digits
	}
	return digits
}

func pluralOf(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
