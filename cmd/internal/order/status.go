package order

import (
	"fmt"
	"strings"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

func kindValue(word string) int32 {
	kind, _ := parseKind(word)
	return int32(kind)
}

func orderStatus(s markettypes.OrderStatus) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "ORDER_STATUS_"))
}

func requestStatus(s markettypes.RequestStatus) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "REQUEST_STATUS_"))
}

func leftText(r markettypes.OrderRecord) string {
	if left := r.Left(); left != markettypes.Unbounded {
		return fmt.Sprint(left)
	}
	return "unbounded"
}
