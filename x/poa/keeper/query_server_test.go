package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/poa/types"
)

// TestQueries asks for seats as clients do.
func TestQueries(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4))
	query := types.NewQueryClient(c.Conn())
	params, err := query.Params(c.Ctx(), &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.DefaultParams(), params.Params)

	c.Absent("val-2")
	c.NextN(4)
	seats, err := query.Seats(c.Ctx(), &types.QuerySeatsRequest{})
	require.NoError(t, err)
	require.Len(t, seats.Seats, 4)
	one, err := query.Seat(c.Ctx(), &types.QuerySeatRequest{OrgId: "val-2"})
	require.NoError(t, err)
	require.Equal(t, seats.Seats[1], one.Seat)
	require.Positive(t, one.Missed)
	_, err = query.Seat(c.Ctx(), &types.QuerySeatRequest{OrgId: "nobody"})
	require.Equal(t, codes.NotFound, status.Code(err))
}
