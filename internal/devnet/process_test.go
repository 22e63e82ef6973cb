package devnet

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A program of the devnet does not end with the thread on which Start was called. The kernel would end it with that thread, and the
// WebAssembly runtime, which "run" uses in the same process, ends threads.
func TestAProcessOutlivesTheThreadOfItsStart(t *testing.T) {
	ended := make(chan error, 1)
	p := &Process{
		Name: "sleeper", LogFile: filepath.Join(t.TempDir(), "log"), path: "/bin/sleep", args: []string{"100"},
		ended: func(_ *Process, err error) { ended <- err },
	}
	started := make(chan error)
	for range 2 { // the main thread of a process never ends, and one of two goroutines is on another one
		go func() {
			runtime.LockOSThread() // a thread that is never unlocked ends with its goroutine
			started <- p.Start()
		}()
		require.NoError(t, <-started)
		select {
		case err := <-ended:
			t.Fatalf("the process ended with a thread: %v", err)
		case <-time.After(200 * time.Millisecond):
		}
		p.Kill()
	}
}
