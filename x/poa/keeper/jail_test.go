package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/poa/types"
)

// short makes windows that tests can sit out: 3 missed votes of the last 10 jail for 5 blocks.
func short(minimum uint32) testutil.Option {
	return testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
		require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, types.ModuleName, &types.GenesisState{}, func(s *types.GenesisState) error {
			s.Params = short0()
			s.Params.MinActiveSeats = minimum
			return nil
		}))
	})
}

// turnoverBlocks are those of short.
const turnoverBlocks int64 = 5

func short0() types.Params {
	return types.Params{DowntimeWindow: 10, MaxMissed: 3, JailBlocks: 5, MinActiveSeats: 1, TurnoverBlocks: turnoverBlocks, MaxPauseBlocks: 50, PauseVoteBlocks: 20}
}

func seat(c *testutil.Chain, org string) types.Seat {
	s, err := app.PoaKeeper(c.App).GetSeat(c.Ctx(), org)
	require.NoError(c.T, err)
	return s
}

func TestDowntimeJailsAndUnjail(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), short(1))
	c.NextN(3)
	c.Absent("val-2")
	c.NextN(3)
	require.False(t, seat(c, "val-2").Jailed, "three missed votes are allowed")
	c.Next()
	require.True(t, seat(c, "val-2").Jailed)
	require.Len(t, c.LastBlock.ValidatorUpdates, 1)
	require.Zero(t, c.LastBlock.ValidatorUpdates[0].Power)
	c.NextN(2)
	require.Equal(t, []string{"val-1", "val-3", "val-4"}, c.Validators())
	active, err := app.PoaKeeper(c.App).ActiveSeats(c.Ctx())
	require.NoError(t, err)
	require.Len(t, active, 3)

	operator := c.Seat("val-2").Operator
	unjail := &types.MsgUnjail{Operator: operator.String()}
	c.Refuse(operator, types.ErrTooEarly, unjail)
	c.Refuse(c.Org("val-2").Admin, types.ErrNotFound, &types.MsgUnjail{Operator: c.Org("val-2").Admin.String()})
	c.NextN(5)
	c.Present("val-2")
	c.Deliver(operator, unjail)
	c.NextN(2)
	require.Equal(t, []string{"val-1", "val-2", "val-3", "val-4"}, c.Validators())
	c.NextN(12)
	require.False(t, seat(c, "val-2").Jailed, "missed votes from before the jail are forgotten")
	c.Refuse(operator, types.ErrNotJailed, unjail)
	require.Equal(t, c.AppHash(), c.Replay())
}

func TestMissedVotesLeaveTheWindow(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), short(1))
	c.Next()
	for range 5 {
		c.Absent("val-1")
		c.NextN(3)
		c.Present("val-1")
		c.NextN(10)
	}
	require.False(t, seat(c, "val-1").Jailed)
}

func TestDoubleSignTombstones(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4))
	c.NextN(2)
	c.Accuse("val-3")
	c.Next()
	require.True(t, seat(c, "val-3").Tombstoned)
	require.Len(t, c.LastBlock.ValidatorUpdates, 1)
	c.Accuse("val-3") // again, for another height
	c.Next()
	require.Empty(t, c.LastBlock.ValidatorUpdates)
	c.Refuse(c.Seat("val-3").Operator, types.ErrTombstoned, &types.MsgUnjail{Operator: c.Seat("val-3").Operator.String()})
}

func TestFloor(t *testing.T) {
	for _, tc := range []struct {
		seats   int
		minimum uint32
		left    int
	}{{1, 1, 1}, {4, 1, 1}, {4, 3, 3}, {4, 4, 4}, {2, 5, 2}} {
		c := testutil.New(t, testutil.WithSeats(tc.seats), short(tc.minimum))
		c.NextN(2)
		for _, s := range c.Seats {
			c.Accuse(s.OrgID)
		}
		c.Next()
		for _, s := range c.Seats {
			c.Absent(s.OrgID)
		}
		c.NextN(15)
		active, err := app.PoaKeeper(c.App).ActiveSeats(c.Ctx())
		require.NoError(t, err)
		require.Len(t, active, tc.left, "%d seats, minimum %d", tc.seats, tc.minimum)
		require.Len(t, c.Validators(), tc.left)
	}
}

func TestJailByOthers(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4))
	c.Next()
	ctx, k := c.Ctx(), app.PoaKeeper(c.App)
	require.NoError(t, k.Jail(ctx, "val-2", "silent in court"))
	s, err := k.GetSeat(ctx, "val-2")
	require.NoError(t, err)
	require.True(t, s.Jailed)
	require.NoError(t, k.Jail(ctx, "val-2", "again"), "jailing twice is no error")
	require.NoError(t, k.Jail(ctx, "nobody", "x"), "a court that is in session may find fault with a seat that was removed")
	// Jailed and returned within one block: the engine hears nothing, for it would stop at a stranger's removal.
	ctx = ctx.WithBlockHeight(1_000_001)
	require.NoError(t, k.Unjail(ctx, "val-2"))
	updates, err := k.EndBlock(ctx)
	require.NoError(t, err)
	require.Empty(t, updates)
}
