package agent

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/worker/journal"
)

// TestFinish: a worker that is to finish waits for the task that it has until that has ended on the chain. The journal then says what the
// settlement found of it and paid for it.
func TestFinish(t *testing.T) {
	h := newHouse(t, asSecond)
	h.runtime.block = make(chan struct{})
	l := h.start("")
	require.Eventually(t, func() bool { return h.runtime.count() == 1 }, patience, time.Millisecond)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		l.agent.Finish(context.Background())
	}()
	short, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	l.agent.Finish(short)
	select {
	case <-finished:
		t.Fatal("it finished while a task runs")
	default:
	}
	close(h.runtime.block)
	h.requireRight(h.settlement())
	select {
	case <-finished:
	case <-time.After(patience):
		t.Fatal("it never finished")
	}
	r, found, err := l.jrnl.Get(h.key(1))
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, journal.Settled, r.State)
	require.Equal(t, "acme/render", r.App)
	require.Equal(t, &journal.End{Fault: "NONE", Paid: 10}, r.End)
}
