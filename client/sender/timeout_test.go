package sender

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// chainMost is how far ahead of the latest block a timeout of an unordered transaction may be, by the SDK's default.
const chainMost = 10 * time.Minute

// Whatever a machine's clock says, the chain takes the timeouts that it chooses: they are ahead of the latest block by the TTL at least,
// and never by more than the chain allows. A clock that is right chooses what it would choose alone.
func TestTimeoutsFitTheChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		block := time.Unix(1_800_000_000, 0)
		skew := time.Duration(rapid.Int64Range(int64(-1000*time.Hour), int64(1000*time.Hour)).Draw(t, "skew"))
		ttl := time.Duration(rapid.Int64Range(1, int64(MaxTTL)).Draw(t, "ttl"))
		got := timeoutAt(block.Add(skew), block, ttl)
		require.GreaterOrEqual(t, got.Sub(block), ttl)
		require.Less(t, got.Sub(block), chainMost)
		if skew >= 0 && skew <= MaxTTL-ttl {
			require.Equal(t, block.Add(skew+ttl), got)
		}
		require.Equal(t, block.Add(skew+ttl), timeoutAt(block.Add(skew), time.Time{}, ttl), "no block is known")
	})
}

// A clock that is set back does not keep later timeouts behind one that the chain refuses, and two timeouts are never equal.
func TestTimeoutsAfterAClockWasSetBack(t *testing.T) {
	now := time.Now()
	t.Cleanup(func() { timeouts.last = time.Time{} })
	timeouts.last = now.Add(time.Hour)
	first := nextTimeout(now)
	require.True(t, first.Equal(now), "%s after %s", first, now)
	require.True(t, nextTimeout(now).After(first))
	require.True(t, nextTimeout(now.Add(-MaxTTL/2)).After(first))
}

// slack is more than a busy machine takes between two calls, and less than the minute that the tests tell apart.
const slack = 20 * time.Second

// The time of blocks is asked for once in a while. It goes on by itself, and a node that does not answer takes nothing away.
func TestBlockClock(t *testing.T) {
	var b blockClock
	asked, trouble := 0, errors.New("away")
	at := time.Unix(1_800_000_000, 0)
	latest := func(context.Context) (int64, time.Time, error) {
		asked++
		return 1, at, trouble
	}
	require.Zero(t, b.read(t.Context(), latest))
	trouble = nil
	require.WithinDuration(t, at, b.read(t.Context(), latest), slack)
	require.WithinDuration(t, at, b.read(t.Context(), latest), slack)
	require.Equal(t, 2, asked)
	b.seen = b.seen.Add(-time.Minute)
	trouble = errors.New("away")
	require.WithinDuration(t, at.Add(time.Minute), b.read(t.Context(), latest), slack)
	require.Equal(t, 3, asked)
}

// A node that hangs holds a signature up for a bounded time.
func TestBlockClockLeavesANodeThatHangs(t *testing.T) {
	var b blockClock
	begin := time.Now()
	require.Zero(t, b.read(t.Context(), func(ctx context.Context) (int64, time.Time, error) {
		<-ctx.Done()
		return 0, time.Time{}, ctx.Err()
	}))
	require.Less(t, time.Since(begin), time.Minute)
}
