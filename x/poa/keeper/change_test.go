package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/poa/types"
)

// TestTurnover: of nine seats that rotate at once two do in a window, since three are a third, and nobody is forgotten; the
// changes wait in the order in which they came.
func TestTurnover(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(9), short(1))
	c.NextN(2)
	for i := range 9 {
		s := c.Seat(testutil.SeatOrg(1 + i))
		next := c.NewSeat(s.OrgID, s.Operator, s.OrgID+" new")
		next.Beacon = s.Beacon
		c.Queue(s.Operator, rotateConsensus(c, next))
	}
	updates := map[int64]int{}
	for range 40 {
		c.Next()
		if n := len(c.LastBlock.ValidatorUpdates); n > 0 {
			updates[c.Height()] = n
			require.LessOrEqual(t, n, 4, "two keys of two seats")
			res, err := types.NewQueryClient(c.Conn()).Changes(c.Ctx(), &types.QueryChangesRequest{})
			require.NoError(t, err)
			if len(res.Changes) > 0 {
				require.Zero(t, res.Changeable)
				imports(c, testutil.WithSeats(9))
			}
		}
	}
	require.Len(t, updates, 5, "%v", updates)
	last, total := int64(-100), 0
	for h := int64(0); h <= c.Height(); h++ {
		if n := updates[h]; n > 0 {
			require.GreaterOrEqual(t, h-last, turnoverBlocks, fmt.Sprint(updates))
			last, total = h, total+n
		}
	}
	require.Equal(t, 18, total)
	require.Len(t, c.Validators(), 9)
	require.Equal(t, c.AppHash(), c.Replay())
}

// TestOneSeatMayAlwaysChange, however few there are.
func TestOneSeatMayAlwaysChange(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(2), short(1))
	c.NextN(2)
	s := c.Seat("val-1")
	c.Deliver(s.Operator, rotateConsensus(c, c.NewSeat("val-1", s.Operator, "val-1 new")))
	require.Len(t, c.LastBlock.ValidatorUpdates, 2)
}

// TestChangeIsDropped when the seat is out by the time the turnover allows it; and a change that waits keeps others of the seat away.
func TestChangeIsDropped(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(7))
	c.NextN(2)
	k, ctx := app.PoaKeeper(c.App), c.Ctx()
	s := c.Seat("val-2")
	pubkey, proof := c.Possession(c.NewSeat("val-2", s.Operator, "val-2 new"), types.KeyConsensus)
	require.NoError(t, k.RotateConsensusKey(ctx, seat(c, "val-2"), pubkey, proof))
	require.ErrorIs(t, k.LeaveSeat(ctx, seat(c, "val-2")), types.ErrPending)
	require.NoError(t, k.BeginBlock(ctx.WithCometInfo(proofs{{1, s.ConsAddress()}}).WithVoteInfos(nil)))
	updates, err := k.EndBlock(ctx)
	require.NoError(t, err)
	require.Len(t, updates, 1, "it is out, under the key that it had")
	require.Zero(t, updates[0].Power)
	got, err := k.GetSeat(ctx, "val-2")
	require.NoError(t, err)
	require.True(t, got.Tombstoned)
	require.Equal(t, s.Cons.PubKey().Bytes(), got.ConsensusPubkey)
	// The council's removal does not wait for it.
	require.NoError(t, k.RemoveSeat(ctx, "val-2"))
	_, err = k.EndBlock(ctx)
	require.NoError(t, err)
	_, err = k.GetSeat(ctx, "val-2")
	require.ErrorIs(t, err, types.ErrNotFound)
}
