package order

import (
	"fmt"

	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// leftCell returns how many tasks an order still offers.
func leftCell(r markettypes.OrderRecord) string {
	if left := r.Left(); left != markettypes.Unbounded {
		return fmt.Sprint(left)
	}
	return "no bound"
}

// priceCell returns an order's price, and what it is the price of.
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

// expiryCell returns in how many blocks an order expires.
func expiryCell(expiry, height int64) string {
	switch {
	case expiry == 0:
		return "never"
	case expiry <= height:
		return fmt.Sprintf("at %d", expiry)
	}
	return "in " + printer.CountOf(uint64(expiry-height), "block")
}

// ageCell returns how many blocks ago something happened.
func ageCell(came, height int64) string {
	if came == 0 {
		return "genesis"
	}
	return printer.CountOf(uint64(max(0, height-came)), "block")
}
