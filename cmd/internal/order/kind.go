package order

import (
	"fmt"
	"strings"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

// parseKind reads the kind of an order.
func parseKind(text string) (markettypes.OrderKind, error) {
	for k := markettypes.ORDER_KIND_APP; k <= markettypes.ORDER_KIND_REQUEST; k++ {
		if strings.EqualFold(text, k.Word()) {
			return k, nil
		}
	}
	return 0, fmt.Errorf("kind %q: expected app, dataset, pool or request", text)
}
