package keeper_test

import (
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkMatchRatio compares the block that meets one request beside 100,000 resting orders with that beside 100, block by block in turn, and
// by the processor time of the thread alone, so that the load of the machine is in both. It prints the quotient of the medians.
func BenchmarkMatchRatio(b *testing.B) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	books := make([]*fixture, 2)
	for i, n := range []int{100, 100_000} {
		f := newFixture(b)
		f.fund("ann", 1e15)
		f.fillBook(n)
		f.cms.Commit()
		books[i] = f
	}
	const perRun = 25
	var took [2][]time.Duration
	nonce := uint64(0)
	for range b.N * perRun {
		nonce++
		for i, f := range books {
			start := threadTime(b)
			f.matchOnce(b, nonce)
			took[i] = append(took[i], threadTime(b)-start)
			f.cms.Commit()
		}
	}
	var median [2]time.Duration
	for i := range took {
		slices.Sort(took[i])
		median[i] = took[i][len(took[i])/2]
	}
	b.ReportMetric(float64(median[0].Microseconds()), "few-cpu-µs")
	b.ReportMetric(float64(median[1].Microseconds()), "many-cpu-µs")
	b.ReportMetric(median[1].Seconds()/median[0].Seconds(), "many/few")
	b.ReportMetric(0, "ns/op")
}

// rusageThread is RUSAGE_THREAD of getrusage(2).
const rusageThread = 1

// threadTime returns the processor time that this thread has used.
func threadTime(t testing.TB) time.Duration {
	var r syscall.Rusage
	require.NoError(t, syscall.Getrusage(rusageThread, &r))
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
