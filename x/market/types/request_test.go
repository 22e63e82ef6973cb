package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

func TestRequest(t *testing.T) {
	r := types.Request{Requester: "r", Nonce: 3, Expiry: 7, Job: types.Job{Size_: 5}, Filled: 2}
	require.EqualValues(t, 3, r.Left())
	require.False(t, r.Expired(6))
	require.True(t, r.Expired(7))
	require.False(t, types.Request{}.Expired(1<<40), "0 is never")
	require.Equal(t, types.Order{Owner: "r", Nonce: 3, Expiry: 7, Request: &types.Job{Size_: 5}}, r.Order())
	for status, waits := range map[types.RequestStatus]bool{
		types.REQUEST_STATUS_QUEUED: true, types.REQUEST_STATUS_RESTING: true, types.REQUEST_STATUS_SIGNED: true,
		types.REQUEST_STATUS_MATCHED: false, types.REQUEST_STATUS_UNMATCHED: false, types.REQUEST_STATUS_CANCELLED: false, types.REQUEST_STATUS_EXPIRED: false,
	} {
		require.Equal(t, waits, types.Request{Status: status}.Waits(), status)
	}
}
