package client

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// TestWatchedIsDone: a deal is done once every task that it will ever have was seen to end, and not before.
func TestWatchedIsDone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Uint64Range(1, 20).Draw(t, "size")
		opened := rapid.Uint64Range(0, size).Draw(t, "opened")
		seen := rapid.Uint64Range(0, opened).Draw(t, "seen")
		refunded := size - opened // they end without ever being opened
		cancelled := rapid.Bool().Draw(t, "cancelled")
		d := watched{Deal: dealstypes.Deal{Size_: size, Opened: opened, Ended: seen}, seen: seen}
		if cancelled {
			d.Ended = seen + refunded
		}
		toCome := opened - seen // tasks that are still open
		if !cancelled {
			toCome += refunded
		}
		if got := d.isDone(); got != (toCome == 0) {
			t.Fatalf("%d of %d opened, %d seen to end, cancelled %v: done is %v", opened, size, seen, cancelled, got)
		}
	})
}

// TestMatchedEvent: the event of a deal names its part of the bag. It names the largest price of a task as long as money is locked.
func TestMatchedEvent(t *testing.T) {
	id := strings.Repeat("ab", 32)
	whole := dealstypes.Deal{Id: id, Pool: "north", Size_: 4, Bag: 4, Escrow: 400, Height: 9}
	e := matchedEvent(whole)
	require.Equal(t, "matched with pool north: deal abababababab, 4 tasks", e.Text)
	require.EqualValues(t, 100, e.MaxPrice)
	require.EqualValues(t, 4, e.Size)

	part := whole
	part.First, part.Size_, part.Escrow, part.Ended = 2, 2, 100, 1
	e = matchedEvent(part)
	require.Equal(t, "matched with pool north: deal abababababab, 2 tasks of 4 (2 to 3)", e.Text)
	require.EqualValues(t, 100, e.MaxPrice, "one task is open")
	require.EqualValues(t, 4, e.Size, "of the whole bag")

	ended := whole
	ended.Ended, ended.Escrow = 4, 0
	require.Zero(t, matchedEvent(ended).MaxPrice)

	pruned := ended
	pruned.Pruned = 70
	require.Contains(t, matchedEvent(pruned).Text, "pruned at height 70")
	require.NotContains(t, matchedEvent(pruned).Text, "north", "its pool is in the state before that")
}
