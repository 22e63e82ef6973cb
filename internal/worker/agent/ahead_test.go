package agent

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

func TestMain(m *testing.M) {
	wasm.MaybeRunChild()
	os.Exit(m.Run())
}

// aheadAgent returns an agent with a runtime and a store that has some programs.
func aheadAgent(t *testing.T, engine runtime.Runtime, programs ...[]byte) *Agent {
	a := idleAgent(t)
	store, err := artifact.OpenDir(t.TempDir(), 0)
	require.NoError(t, err)
	for _, p := range programs {
		_, err := artifact.PutBytes(t.Context(), store, p)
		require.NoError(t, err)
	}
	a.Fetcher = Fetcher{Store: store, Rounds: 1, Backoff: time.Millisecond}
	a.Runtimes = map[string]runtime.Runtime{"wasm": engine}
	a.Ahead.Budget = time.Hour
	a.active, a.pauses, a.waiting = map[journal.Key]*job{}, map[journal.Key]pause{}, map[journal.Key]time.Time{}
	return a
}

func wantedOf(code []byte) chain.Wanted {
	return chain.Wanted{App: "acme/render:1", Digest: artifact.Sum(code).String(), Runtime: "wasm", Size: uint64(len(code))}
}

func sightOf(code []byte) sight {
	return sight{Assignment: chain.Assignment{Deal: dealstypes.Deal{Digest: artifact.Sum(code).String(), Runtime: "wasm"}}, key: journal.Key{Attempt: 1}}
}

func ends(a *Agent, end string) int {
	return int(testutil.ToFloat64(a.Metrics.Ahead.WithLabelValues(end)))
}

// compilingAhead starts to compile a program ahead, and returns once that is under way.
func compilingAhead(t *testing.T, a *Agent, engine *fakeRuntime, code []byte) (done chan struct{}) {
	before, _ := engine.compilations()
	done = make(chan struct{})
	go func() { defer close(done); a.prepareWanted(t.Context(), wantedOf(code)) }()
	require.Eventually(t, func() bool { begun, _ := engine.compilations(); return begun == before+1 }, patience, time.Millisecond)
	return done
}

// TestTaskTakesTheSlotOfWorkAhead: a task of another module begins at once in the only slot; the compilation is given up and may come again.
func TestTaskTakesTheSlotOfWorkAhead(t *testing.T) {
	engine := &fakeRuntime{compile: make(chan struct{})}
	a := aheadAgent(t, engine, module, input)
	done := compilingAhead(t, a, engine, module)
	require.Equal(t, 1, a.used)
	began, leave := make(chan int), make(chan struct{})
	a.startWork(t.Context(), sightOf(input), Work, func(context.Context) { a.mu.Lock(); n := a.used; a.mu.Unlock(); began <- n; <-leave })
	select {
	case n := <-began:
		require.Equal(t, 1, n, "the slot is the task's")
	case <-time.After(10 * time.Second):
		t.Fatal("the task waits for a compilation that no task asked for")
	}
	<-done
	require.Equal(t, 1, ends(a, aheadYielded))
	a.prepareWanted(t.Context(), wantedOf(module))
	begun, _ := engine.compilations()
	require.Equal(t, 1, begun, "nothing is compiled ahead while all slots are busy")
	close(leave)
	require.Eventually(t, func() bool { a.mu.Lock(); defer a.mu.Unlock(); return a.used == 0 }, patience, time.Millisecond)
	close(engine.compile)
	a.prepareWanted(t.Context(), wantedOf(module))
	require.Equal(t, 1, ends(a, aheadCompiled), "what had to yield is tried again")
	require.Zero(t, a.used)
}

// TestTaskTakesOverWorkAhead: a task of the same module waits for the compilation that runs already, which no budget ends then.
func TestTaskTakesOverWorkAhead(t *testing.T) {
	engine := &fakeRuntime{compile: make(chan struct{})}
	a := aheadAgent(t, engine, module)
	a.Ahead.Budget = time.Second
	done := compilingAhead(t, a, engine, module)
	ended := make(chan error)
	began := make(chan struct{})
	a.startWork(t.Context(), sightOf(module), Work, func(ctx context.Context) {
		close(began)
		ended <- a.prepareModule(ctx, sightOf(module), engine, program)
	})
	<-began
	require.Eventually(t, func() bool { a.mu.Lock(); defer a.mu.Unlock(); return a.ahead.now == nil }, patience, time.Millisecond)
	time.Sleep(1200 * time.Millisecond) // the budget of one second ends
	close(engine.compile)
	require.NoError(t, <-ended)
	<-done
	begun, _ := engine.compilations()
	require.Equal(t, 1, begun)
	require.Equal(t, 1, ends(a, aheadJoined))
}

// TestBudgetOfWorkAhead: the compilation ends with the budget of its hour, its module is not tried again, and nothing else is begun before
// time has gone by. A task of the module still compiles it.
func TestBudgetOfWorkAhead(t *testing.T) {
	engine := &fakeRuntime{compile: make(chan struct{})}
	a := aheadAgent(t, engine, module, input)
	a.Ahead.Budget = 200 * time.Millisecond
	<-compilingAhead(t, a, engine, module)
	require.Equal(t, 1, ends(a, aheadFailed))
	require.Zero(t, a.used)
	close(engine.compile)
	a.prepareWanted(t.Context(), wantedOf(input))
	begun, _ := engine.compilations()
	require.Equal(t, 1, begun, "the hour's time is used up")
	a.ahead.spent[0].end = a.ahead.spent[0].end.Add(-aheadPeriod)
	a.prepareWanted(t.Context(), wantedOf(module))
	begun, _ = engine.compilations()
	require.Equal(t, 1, begun, "a module that did not end in it is remembered")
	a.prepareWanted(t.Context(), wantedOf(input))
	require.Equal(t, 1, ends(a, aheadCompiled))
	require.NoError(t, a.prepareModule(t.Context(), sightOf(module), engine, program))
}

// TestBadProgramIsTriedOnce: a program on which the runtime fails, and one that nobody has, are tried once.
func TestBadProgramIsTriedOnce(t *testing.T) {
	broken := &brokenCompiler{}
	a := aheadAgent(t, broken, module)
	absent := []byte("nobody has it")
	for range 3 {
		a.prepareWanted(t.Context(), wantedOf(module))
		a.prepareWanted(t.Context(), wantedOf(absent))
	}
	require.Equal(t, 2, broken.tries, "compileModule tries once more")
	require.Equal(t, []int{1, 1}, []int{ends(a, aheadFailed), ends(a, aheadUnfound)})
	require.Zero(t, a.used)
}

// TestDealsHastenTheLook: a deal of an app makes the next look come soon, once in a while for each app, and no oftener than aheadPause.
func TestDealsHastenTheLook(t *testing.T) {
	a := aheadAgent(t, &fakeRuntime{})
	a.Ahead.Every = time.Hour
	looks := make(chan time.Time, 10)
	a.Ahead.Wanted = func(context.Context) ([]chain.Wanted, error) { looks <- time.Now(); return nil, nil }
	go a.prepareAhead(t.Context())
	first := <-looks
	now := time.Now()
	a.hastenAhead(nil, now)
	a.hastenAhead([]string{"acme/echo", "acme/render"}, now)
	select {
	case second := <-looks:
		require.GreaterOrEqual(t, second.Sub(first), aheadPause)
	case <-time.After(patience):
		t.Fatal("no look follows the deal")
	}
	a.hastenAhead([]string{"acme/render"}, now.Add(aheadLately-1))
	require.Empty(t, a.ahead.soon, "it was seen lately")
	a.hastenAhead([]string{"acme/render"}, now.Add(aheadLately))
	select {
	case <-looks:
	case <-time.After(patience):
		t.Fatal("no look follows the deal of later")
	}
	for i := range 3 * aheadApps {
		a.hastenAhead([]string{fmt.Sprint(i)}, now)
	}
	require.LessOrEqual(t, len(a.ahead.apps), aheadApps)
}

// TestDrawAfterWorkAhead: with the real runtime, a task that is drawn after its module was compiled ahead, and after a restart of the worker,
// finds the compiled module in the cache: no file of the cache is written again.
func TestDrawAfterWorkAhead(t *testing.T) {
	// A module that exports a memory and a function _start, which does nothing.
	code := []byte("\x00asm\x01\x00\x00\x00\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x05\x03\x01\x00\x01\x07\x13\x02\x06memory\x02\x00\x06_start\x00\x00\x0a\x04\x01\x02\x00\x0b")
	cache := t.TempDir()
	engine, err := wasm.New(wasm.Config{CacheDir: cache, SandboxOptional: true})
	require.NoError(t, err)
	a := aheadAgent(t, engine, code)
	a.prepareWanted(t.Context(), wantedOf(code))
	require.Equal(t, 1, ends(a, aheadCompiled))
	before := filesBelow(t, cache)
	require.Len(t, before, 2, "the instrumented and the compiled module")

	restarted := aheadAgent(t, engine, code)
	require.NoError(t, restarted.prepareModule(t.Context(), sightOf(code), engine, runtime.ProgramOf(code)))
	out, err := engine.Run(t.Context(), runtime.Spec{Program: runtime.ProgramOf(code), FuelLimit: 1_000_000, MemoryLimit: 1 << 20, OutputLimit: 1 << 20})
	require.NoError(t, err)
	defer out.Close()
	require.Equal(t, runtime.Result, out.Kind)
	require.Equal(t, before, filesBelow(t, cache))
	other := bytes.Replace(code, []byte("\x05\x03\x01\x00\x01"), []byte("\x05\x03\x01\x00\x02"), 1)
	require.NoError(t, restarted.prepareModule(t.Context(), sightOf(other), engine, runtime.ProgramOf(other)))
	require.Len(t, filesBelow(t, cache), 4, "a module that was not compiled ahead is compiled at the draw")
}

// filesBelow returns when each file below a folder was written.
func filesBelow(t *testing.T, folder string) map[string]time.Time {
	files := map[string]time.Time{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			files[path] = info.ModTime()
		}
		return err
	}))
	return files
}
