package page

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"
)

func TestBounded(t *testing.T) {
	for _, tc := range []struct {
		name    string
		request *query.PageRequest
		want    *query.PageRequest // nil when it is refused
	}{
		{"none", nil, &query.PageRequest{Limit: Max}},
		{"empty", &query.PageRequest{}, &query.PageRequest{Limit: Max}},
		{"few", &query.PageRequest{Limit: 3, Key: []byte("k"), Reverse: true}, &query.PageRequest{Limit: 3, Key: []byte("k"), Reverse: true}},
		{"most", &query.PageRequest{Limit: Max}, &query.PageRequest{Limit: Max}},
		{"more", &query.PageRequest{Limit: Max + 1}, &query.PageRequest{Limit: Max}},
		{"all", &query.PageRequest{Limit: math.MaxUint64}, &query.PageRequest{Limit: Max}},
		{"from the middle", &query.PageRequest{Offset: 1}, nil},
		{"counted", &query.PageRequest{CountTotal: true}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Bounded(tc.request)
			if tc.want == nil {
				require.Equal(t, codes.InvalidArgument, status.Code(err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}
