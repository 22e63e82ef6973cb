package order

import (
	"fmt"

	"github.com/credence-chain/credence/cmd/internal/printer"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// orNone returns the text, or "none" if it is empty.
func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// upTo returns "up to" and the text, but "any" as it is.
func upTo(text string) string {
	if text == "any" {
		return text
	}
	return "up to " + text
}

// formatVolume returns the number of tasks for which an order is good; 0 stands for no bound.
func formatVolume(volume uint64) string {
	if volume == 0 {
		return "no bound"
	}
	return printer.CountOf(volume, "task")
}

// formatExpiry says when an order expires and, if height is not 0, in how many blocks that is.
func formatExpiry(expiry, height int64) string {
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

// formatLeft returns how many tasks an order still offers, for --output json.
func formatLeft(r markettypes.OrderRecord) string {
	if left := r.Left(); left != markettypes.Unbounded {
		return fmt.Sprint(left)
	}
	return "unbounded"
}
