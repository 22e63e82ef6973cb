package wasm

import (
	"context"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/engine"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
)

// benchRuntime is a runtime whose children run the sandbox program, as those of an installed worker do.
func benchRuntime(b *testing.B) *Runtime {
	b.Helper()
	folder := b.TempDir()
	buildSandbox(b, folder, "bench")
	r, log := newRuntime(b)
	start, err := findStarter(folder, "bench", r.config.Logger)
	require.NoError(b, err)
	require.NotNil(b, start.file, log.String())
	r.starter = start
	return r
}

// BenchmarkTask measures one task, from the call to its outcome: of a program that does nothing, whose module is compiled anew, or was
// before, or of which 64 run at once; and of one that takes about a second, beside the engine in this process. child-ms/op is the
// processor time of the children, and over-direct the least time of a task over the engine's least time.
func BenchmarkTask(b *testing.B) {
	r := benchRuntime(b)
	nothing := conformance.Spec(testapps.Find("nothing").Module)
	b.Run("nothing/compiled-anew", func(b *testing.B) {
		uncached := &Runtime{config: Config{Logger: r.config.Logger}, rules: r.rules, starter: r.starter}
		benchTasks(b, uncached, nothing, 1)
	})
	b.Run("nothing/cached", func(b *testing.B) { benchTasks(b, r, nothing, 1) })
	b.Run("nothing/cached/64-at-once", func(b *testing.B) { benchTasks(b, r, nothing, 64) })

	long := conformance.Spec(testapps.InfiniteLoop())
	long.FuelLimit = 5_000_000_000
	b.Run("long", func(b *testing.B) {
		e, err := engine.New(engine.Options{CacheDir: r.config.CacheDir})
		require.NoError(b, err)
		defer e.Close(context.Background())
		direct, task := time.Hour, time.Hour // the least of each, since whatever disturbs a machine only adds to a time
		for b.Loop() {
			start := time.Now()
			_, err := e.Run(b.Context(), long, func() error { return nil })
			require.NoError(b, err)
			direct = min(direct, time.Since(start))
			start = time.Now()
			_, err = r.Run(b.Context(), long)
			require.NoError(b, err)
			task = min(task, time.Since(start))
		}
		b.ReportMetric(float64(task)/float64(direct), "over-direct")
		b.ReportMetric(direct.Seconds(), "direct-s")
	})
}

// benchTasks runs so many tasks at once. The reported time is that of one task.
func benchTasks(b *testing.B, r *Runtime, spec runtime.Spec, together int) {
	_, err := r.Run(b.Context(), spec) // it compiles the module into the cache
	require.NoError(b, err)
	before, start := childTime(b), time.Now()
	for b.Loop() {
		var all sync.WaitGroup
		for range together {
			all.Go(func() {
				if _, err := r.Run(b.Context(), spec); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
	}
	tasks := float64(b.N * together)
	b.ReportMetric(time.Since(start).Seconds()*1000/tasks, "ms/op")
	b.ReportMetric((childTime(b)-before).Seconds()*1000/tasks, "child-ms/op")
	b.ReportMetric(0, "ns/op")
}

// childTime is the processor time of the children that have ended.
func childTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
