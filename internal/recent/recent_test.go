package recent_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/recent"
)

func TestRemembersTheLast(t *testing.T) {
	a := recent.New[int, int](10)
	for i := range 1000 {
		a.Put(i, i*i)
		for j := max(0, i-9); j <= i; j++ {
			got, found := a.Get(j)
			require.True(t, found, "%d after %d", j, i)
			require.Equal(t, j*j, got)
		}
	}
	left := 0
	for i := range 1000 {
		if _, found := a.Get(i); found {
			left++
		}
	}
	require.LessOrEqual(t, left, 20)
}

func TestWhatIsAskedForStays(t *testing.T) {
	a := recent.New[int, string](4)
	a.Put(-1, "kept")
	for i := range 100 {
		a.Put(i, "")
		got, found := a.Get(-1)
		require.True(t, found, "after %d", i)
		require.Equal(t, "kept", got)
	}
	_, found := a.Get(1)
	require.False(t, found)
}

func TestConcurrentUse(t *testing.T) {
	a := recent.New[int, int](8)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 1000 {
				a.Put(i%20, i%20)
				if got, found := a.Get(i % 20); found && got != i%20 {
					panic("another's answer")
				}
			}
		})
	}
	wg.Wait()
}
