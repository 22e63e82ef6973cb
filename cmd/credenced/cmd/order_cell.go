package cmd

import (
	"fmt"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

func leftCell(r markettypes.OrderRecord) string {
	if left := r.Left(); left != markettypes.Unbounded {
		return fmt.Sprint(left)
	}
	return "-"
}

// expiryCell says in how many blocks an order ends.
func expiryCell(expiry, height int64) string {
	switch {
	case expiry == 0:
		return "never"
	case expiry <= height:
		return fmt.Sprintf("at %d", expiry)
	}
	return fmt.Sprintf("+%d", expiry-height)
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// ageCell says how many blocks ago something came.
func ageCell(came, height int64) string {
	if came == 0 {
		return "genesis"
	}
	return counted(uint64(max(0, height-came)), "block")
}
