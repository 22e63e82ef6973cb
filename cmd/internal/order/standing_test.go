package order

import (
	"testing"

	"github.com/stretchr/testify/require"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

// An open order below its owner's floor is cancelled. An open order is expired once its height has come, and stale if its pool has
// changed.
func TestOrderStatus(t *testing.T) {
	now := standing{floors{{"a", markettypes.ORDER_KIND_POOL}: 5}, map[string]string{"s": "its stake rose"}}
	for _, tc := range []struct {
		id     string
		nonce  uint64
		expiry int64
		status markettypes.OrderStatus
		want   string
	}{
		{"", 4, 0, markettypes.ORDER_STATUS_RESTING, "cancelled"},
		{"", 4, 0, markettypes.ORDER_STATUS_FILLED, "filled"},
		{"", 5, 0, markettypes.ORDER_STATUS_RESTING, "resting"},
		{"", 5, 10, markettypes.ORDER_STATUS_SIGNED, "expired"},
		{"", 5, 11, markettypes.ORDER_STATUS_SIGNED, "signed"},
		{"s", 5, 11, markettypes.ORDER_STATUS_SIGNED, "stale"},
		{"s", 5, 10, markettypes.ORDER_STATUS_SIGNED, "expired"},
		{"s", 5, 0, markettypes.ORDER_STATUS_FILLED, "filled"},
	} {
		r := markettypes.OrderRecord{Id: tc.id, Order: markettypes.Order{Owner: "a", Nonce: tc.nonce, Expiry: tc.expiry}, Kind: markettypes.ORDER_KIND_POOL, Status: tc.status}
		require.Equal(t, tc.want, now.formatStatus(r, 10), tc)
	}
}
