package cli

import (
	"fmt"

	"github.com/credence-chain/credence/poco"
)

// FormatReplicaPrice describes what a right replica is paid: the price or, with a price by use, the base, the rate and the most.
func FormatReplicaPrice(price uint64, use poco.UsePrice) string {
	if !use.IsSet() {
		return FormatCRED(price)
	}
	rate, unit := use.PerGfuel, "Gfuel that is used"
	if use.PerSecond > 0 {
		rate, unit = use.PerSecond, "second that the job declares"
	}
	text := fmt.Sprintf("%s for each %s", FormatCRED(rate), unit)
	if use.Base > 0 {
		text = FormatCRED(use.Base) + " and " + text
	}
	return fmt.Sprintf("%s, at most %s", text, FormatCRED(price))
}
