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

// nameKind returns the name of an order's kind with its article.
func nameKind(kind markettypes.OrderKind) string {
	switch kind {
	case markettypes.ORDER_KIND_REQUEST:
		return "a request"
	case markettypes.ORDER_KIND_APP:
		return "an app order"
	}
	return "a " + kind.Word() + " order"
}
