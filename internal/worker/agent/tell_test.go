package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/result"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestWorkIsTold: from the draw to the answer the agent says at which stage it is, and nothing that tells the answer.
func TestWorkIsTold(t *testing.T) {
	h := newHouse(t, asSecond)
	h.runtime.compile, h.runtime.block = make(chan struct{}), make(chan struct{})
	l := h.start("")
	told := func(stage string) result.Progress {
		t.Helper()
		var said result.Progress
		require.Eventually(t, func() bool {
			work := l.agent.ListWork()
			if len(work) == 1 {
				said = work[0]
			}
			return said.Stage == stage
		}, patience, time.Millisecond, stage)
		return said
	}
	told(result.StageCompiling)
	close(h.runtime.compile)
	said := told(result.StageRunning)
	require.Equal(t, taskstypes.IDText(h.chain.id), said.Task)
	require.EqualValues(t, 1, said.Attempt)

	data, err := json.Marshal(said)
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(data, &fields))
	for name := range fields {
		require.Contains(t, []string{"task", "attempt", "stage", "seconds"}, name, "fuel, sizes and digests tell the answer")
	}
	close(h.runtime.block)
	h.requireRight(h.settlement())
	require.Equal(t, journal.Settled, h.state(l, 1).State)
	require.Eventually(t, func() bool { return len(l.agent.ListWork()) == 0 }, patience, time.Millisecond, "an answer is no work")
}

// TestWaitingIsTold: a task for which no slot is free waits, until it has one or the chain no longer wants its answer.
func TestWaitingIsTold(t *testing.T) {
	h := newHouse(t, asSecond)
	h.chain.set(func() { h.chain.outage = errors.New("no answer") }) // the agent itself stays out of the way
	l := h.start("")
	wanted := sight{view: Wanted, Assignment: h.assignment(), key: h.key(1)}
	l.agent.mu.Lock()
	l.agent.takeSlots(l.agent.Slots)
	l.agent.mu.Unlock()
	l.agent.startWork(t.Context(), wanted, Work, nil)
	work := l.agent.ListWork()
	require.Len(t, work, 1)
	require.Equal(t, result.StageWaiting, work[0].Stage)

	l.agent.forgetWaiting([]sight{wanted})
	require.Len(t, l.agent.ListWork(), 1)
	wanted.view = Lost
	l.agent.forgetWaiting([]sight{wanted})
	require.Empty(t, l.agent.ListWork())
}

// TestWorkIsLogged: a stage that lasts gets a line after a while, and then not one at each step of the loop.
func TestWorkIsLogged(t *testing.T) {
	var out bytes.Buffer
	begin := time.Now()
	a := &Agent{log: slog.New(slog.NewTextHandler(&out, nil)), active: map[journal.Key]*job{
		{Attempt: 1}: {action: Work, progress: newProgress(1, begin)},
		{Attempt: 2}: {action: Commit, progress: newProgress(1, begin)},
	}}
	lines := func(after time.Duration) int {
		a.logWork(begin.Add(after))
		return bytes.Count(out.Bytes(), []byte("task at work"))
	}
	require.Equal(t, 0, lines(14*time.Second))
	require.Equal(t, 1, lines(15*time.Second))
	require.Equal(t, 1, lines(29*time.Second))
	require.Equal(t, 2, lines(30*time.Second))
	require.Contains(t, out.String(), "stage=fetching for=30s")
	a.active[journal.Key{Attempt: 1}].progress.enterStage(running, 2, begin.Add(31*time.Second))
	require.Equal(t, 2, lines(45*time.Second), "a new stage")
	require.Equal(t, 3, lines(46*time.Second))
	require.Contains(t, out.String(), "stage=running for=15s total=46s")
}
