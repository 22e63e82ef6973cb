package order

import (
	"strings"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

// formatOrderStatus returns in one word the status that the record of an order says.
func formatOrderStatus(s markettypes.OrderStatus) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "ORDER_STATUS_"))
}

// formatRequestStatus returns in one word the status that the record of a request says.
func formatRequestStatus(s markettypes.RequestStatus) string {
	return s.Word()
}
