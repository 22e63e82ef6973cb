package backoff

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The mean of the first pause is the shortest, and each next mean is twice as long, up to the longest. Every pause stays within the
// jitter of its mean.
func TestPausesDoubleWithinTheJitter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(time.Minute)).Draw(t, "first"))
		longest := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "longest"))
		p := New(first, longest)
		for round := range 2 { // a reset begins the sequence anew
			mean := first
			for range 12 {
				pause := p.Next()
				slack := time.Duration(jitter*float64(mean)) + time.Microsecond
				if pause < mean-slack || pause > mean+slack {
					t.Fatalf("round %d: a pause of %s, expected %s and at most %s more or less", round, pause, mean, slack)
				}
				mean = min(2*mean, max(first, longest))
			}
			p.Reset()
		}
	})
}

// Clients that were refused at the same moment come back at different moments.
func TestPausesDiffer(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 20 {
		seen[Steady(time.Hour).Next()] = true
	}
	require.Greater(t, len(seen), 10)
}

func TestWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(10*time.Millisecond, cancel)
	begin := time.Now()
	require.ErrorIs(t, Steady(time.Hour).Wait(ctx), context.Canceled)
	require.Less(t, time.Since(begin), time.Minute)
	require.NoError(t, Steady(time.Millisecond).Wait(context.Background()))
}
