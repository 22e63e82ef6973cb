package order

import (
	"fmt"

	"github.com/credence-chain/credence/cmd/internal/printer"
)

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func upTo(text string) string {
	if text == "any" {
		return text
	}
	return "up to " + text
}

func volumeText(volume uint64) string {
	if volume == 0 {
		return "no bound"
	}
	return printer.CountOf(volume, "task")
}

// expiryText says when an order expires and, if height is not 0, in how many blocks that is.
func expiryText(expiry, height int64) string {
	switch {
	case expiry == 0:
		return "never"
	case height == 0:
		return fmt.Sprintf("height %d", expiry)
	case expiry <= height:
		return fmt.Sprintf("height %d, EXPIRED", expiry)
	}
	return fmt.Sprintf("height %d, in %s", expiry, printer.CountOf(uint64(expiry-height), "block"))
}
