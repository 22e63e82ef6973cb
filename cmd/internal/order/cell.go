package order

import (
	"fmt"

	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// leftCell says how many tasks are left of an order.
func leftCell(r markettypes.OrderRecord) string {
	if left := r.Left(); left != markettypes.Unbounded {
		return fmt.Sprint(left)
	}
	return "no bound"
}

// priceCell says an order's price, and of what.
func priceCell(o markettypes.Order) string {
	price := cli.FormatCRED(o.Price())
	if o.IsPricedByUse() {
		return "up to " + price + " a replica"
	}
	if o.Pool != nil {
		return price + " a replica"
	}
	return price + " a task"
}

// expiryCell says in how many blocks an order ends.
func expiryCell(expiry, height int64) string {
	switch {
	case expiry == 0:
		return "never"
	case expiry <= height:
		return fmt.Sprintf("at %d", expiry)
	}
	return "in " + printer.CountOf(uint64(expiry-height), "block")
}

// ageCell says how many blocks ago something came.
func ageCell(came, height int64) string {
	if came == 0 {
		return "genesis"
	}
	return printer.CountOf(uint64(max(0, height-came)), "block")
}
