package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/termtest"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/result"
)

// servedWorker is what a running worker serves for its status.
type servedWorker struct {
	mu     sync.Mutex
	reason string
	work   []result.Progress
}

func (s *servedWorker) say(reason string, work ...result.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reason, s.work = reason, work
}

func (s *servedWorker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.URL.Path == result.ProgressPath:
		_ = json.NewEncoder(w).Encode(s.work)
	case s.reason != "":
		http.Error(w, s.reason, http.StatusServiceUnavailable)
	}
}

// On a terminal the status is drawn over the one before: each row stands there once, with the newest text, though lines are longer than the
// terminal is wide and their number changes. It ends with its context, without an error.
func TestStatusOnATerminal(t *testing.T) {
	home := t.TempDir()
	_, err := command("init", "--home", home)
	require.NoError(t, err)
	j, err := journal.Open(filepath.Join(home, "journal.db")) // as a running worker does
	require.NoError(t, err)
	defer j.Close()
	served := &servedWorker{}
	server := httptest.NewServer(served)
	defer server.Close()

	const width = 60
	task := strings.Repeat("ab", 32)
	served.say("no stake is free; add some with: credenced tx workers bond",
		result.Progress{Task: task, Attempt: 1, Stage: "compiling", Seconds: 3}, result.Progress{Task: task, Attempt: 2, Stage: "waiting"})
	term := termtest.Open(t, width)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	root := rootCommand()
	root.SetOut(term.File)
	root.SetArgs([]string{"status", "--home", home, "--node", "127.0.0.1:1", "--listen", strings.TrimPrefix(server.URL, "http://")})
	go func() { ended <- root.ExecuteContext(ctx) }()

	shows := func(state string, rows int, other ...string) {
		t.Helper()
		require.Eventually(t, func() bool {
			shown := term.Shown(t)
			return len(shown) == rows && strings.HasPrefix(shown[1], state)
		}, 60*time.Second, 20*time.Millisecond)
		shown := term.Shown(t)
		for i, label := range append([]string{"worker    cred1", state, "slots     "}, other...) {
			require.True(t, strings.HasPrefix(shown[i], label), "row %d: %q, expected %q", i, shown[i], label)
		}
		require.Len(t, []rune(shown[0]), width-1, "a long line is cut")
	}
	shows("state     running, and not ready: no stake is free; add so…", 8, "          ", "          ", "tasks     ", "disk      ", "chain     no answer: ")
	require.Contains(t, term.Shown(t)[3], "attempt 1: compiling for 3s")
	served.say("")
	shows("state     ready: it can be drawn", 6, "tasks     ", "disk      ", "chain     no answer: ")
	served.say("", result.Progress{Task: task, Attempt: 3, Stage: "running", Seconds: 7})
	shows("state     ready: it can be drawn", 7, "          ", "tasks     ", "disk      ", "chain     no answer: ")
	require.Contains(t, term.Shown(t)[3], "attempt 3: running for 7s")

	stop()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(60 * time.Second):
		require.Fail(t, "it goes on after the end of its context")
	}
}
