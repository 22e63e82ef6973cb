package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/poa/types"
)

func TestSeatLookups(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(2))
	s, found, err := app.PoaKeeper(c.App).SeatByOperator(c.Ctx(), c.Seat("val-2").Operator.Addr)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "val-2", s.OrgId)
	_, found, err = app.PoaKeeper(c.App).SeatByOperator(c.Ctx(), c.Org("val-2").Admin.Addr)
	require.NoError(t, err)
	require.False(t, found)
	c.Next()
	res, err := types.NewQueryClient(c.Conn()).Seats(c.Ctx(), &types.QuerySeatsRequest{})
	require.NoError(t, err)
	require.Len(t, res.Seats, 2)
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
