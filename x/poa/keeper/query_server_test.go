package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/app"
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

// TestWhoIsPaidForASeat pays the operator of a seat, and, once the seat is removed, the organisation's first admin.
func TestWhoIsPaidForASeat(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4))
	k := app.PoaKeeper(c.App)
	payee, err := k.Payee(c.Ctx(), "val-2")
	require.NoError(t, err)
	require.Equal(t, c.Seat("val-2").Operator.String(), payee)

	ctx := c.Ctx() // a branch that is dropped
	require.NoError(t, k.Seats.Remove(ctx, "val-2"))
	payee, err = k.Payee(ctx, "val-2")
	require.NoError(t, err)
	require.Equal(t, c.Org("val-2").Admin.String(), payee)
	_, err = k.Payee(ctx, "nobody")
	require.Error(t, err)
}
