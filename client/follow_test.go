package client

import (
	"context"
	"errors"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var errEnough = errors.New("enough")

// collect follows the chain until it has n blocks, and returns them.
func collect(t *testing.T, conn *Conn, from int64, n int) []Block {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var blocks []Block
	err := Follow(ctx, conn, from, FollowOptions{Poll: 5 * time.Millisecond}, func(_ context.Context, b Block) error {
		blocks = append(blocks, b)
		if len(blocks) == n {
			return errEnough
		}
		return nil
	})
	require.ErrorIs(t, err, errEnough)
	return blocks
}

func TestFollowReplaysTheGap(t *testing.T) {
	node := newFakeNode("credence-1")
	event, err := sdk.TypedEventToEvent(&taskstypes.EventPhase{Task: "ab", Phase: taskstypes.PHASE_FIRST, Deadline: 9})
	require.NoError(t, err)
	node.height = 20
	node.events[14] = []abci.Event{abci.Event(event)}
	conn := dialFake(t, node)

	time.AfterFunc(40*time.Millisecond, func() { node.set(func() { node.height = 23 }) })
	blocks := collect(t, conn, 12, 12)
	for i, b := range blocks {
		require.EqualValues(t, 12+i, b.Height)
		require.False(t, b.Missed)
	}
	got := Typed[*taskstypes.EventPhase](blocks[2])
	require.Len(t, got, 1)
	require.Equal(t, "ab", got[0].Task)
	require.EqualValues(t, 9, got[0].Deadline)
	require.Empty(t, Typed[*taskstypes.EventEnded](blocks[2]))
	require.Empty(t, Typed[*taskstypes.EventPhase](blocks[3]))
}

func TestFollowSaysWhatWasPruned(t *testing.T) {
	node := newFakeNode("credence-1")
	node.height, node.pruned = 20, 3
	blocks := collect(t, dialFake(t, node), 2, 4)
	require.True(t, blocks[0].Missed)
	require.True(t, blocks[1].Missed)
	require.False(t, blocks[2].Missed)
}

func TestFollowWaitsForANodeThatCatchesUp(t *testing.T) {
	node := newFakeNode("credence-1")
	node.height, node.syncing = 5, true
	conn := dialFake(t, node)
	synced := make(chan struct{})
	time.AfterFunc(60*time.Millisecond, func() {
		close(synced)
		node.set(func() { node.syncing, node.height = false, 8 })
	})
	blocks := collect(t, conn, 5, 1)
	select {
	case <-synced:
	default:
		t.Fatal("a block was handed out while the node was catching up")
	}
	require.EqualValues(t, 5, blocks[0].Height)
}

func TestFollowFailsWhenNoBlockComes(t *testing.T) {
	conn := dialFake(t, newFakeNode("credence-1"))
	var said []string
	err := Follow(context.Background(), conn, 0, FollowOptions{
		Poll: 5 * time.Millisecond, Stall: 100 * time.Millisecond, Waiting: func(reason string) { said = append(said, reason) },
	}, func(context.Context, Block) error { return nil })
	require.ErrorIs(t, err, ErrStalled)
	require.NotEmpty(t, said)
}

func TestFollowLeavesANodeThatStaysBehind(t *testing.T) {
	stuck, alive := newFakeNode("credence-1"), newFakeNode("credence-1")
	stuck.height, alive.height = 3, 3
	conn := dialFake(t, stuck, alive)
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
				alive.set(func() { alive.height++ })
			}
		}
	}()
	defer close(stop)
	var blocks []Block
	err := Follow(context.Background(), conn, 4, FollowOptions{Poll: 5 * time.Millisecond, Stall: 2 * time.Second},
		func(_ context.Context, b Block) error {
			blocks = append(blocks, b)
			if len(blocks) == 3 {
				return errEnough
			}
			return nil
		})
	require.ErrorIs(t, err, errEnough)
	require.EqualValues(t, 4, blocks[0].Height)
}
