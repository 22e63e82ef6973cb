package cmd

import (
	"testing"

	"github.com/stretchr/testify/require"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

// An order below its owner's floor is cancelled, whatever its record says; one whose height has come is expired.
func TestOrderStatus(t *testing.T) {
	record := func(nonce uint64, expiry int64, s markettypes.OrderStatus) markettypes.OrderRecord {
		return markettypes.OrderRecord{Order: markettypes.Order{Owner: "a", Nonce: nonce, Expiry: expiry}, Kind: markettypes.ORDER_KIND_POOL, Status: s}
	}
	below := floors{{"a", markettypes.ORDER_KIND_POOL}: 5}
	for _, tc := range []struct {
		nonce  uint64
		expiry int64
		status markettypes.OrderStatus
		want   string
	}{
		{4, 0, markettypes.ORDER_STATUS_RESTING, "cancelled"},
		{4, 0, markettypes.ORDER_STATUS_FILLED, "filled"},
		{5, 0, markettypes.ORDER_STATUS_RESTING, "resting"},
		{5, 10, markettypes.ORDER_STATUS_SIGNED, "expired"},
		{5, 11, markettypes.ORDER_STATUS_SIGNED, "signed"},
	} {
		require.Equal(t, tc.want, below.status(record(tc.nonce, tc.expiry, tc.status), 10))
	}
}
