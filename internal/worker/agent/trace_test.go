package agent

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/traces"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/testutil/otlp"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestTraces: a task has one span of the worker, with its stages one behind the other, also when the worker was killed in between.
func TestTraces(t *testing.T) {
	for _, killed := range []string{"", "running", "commit-signed", "settled"} {
		t.Run(killed, func(t *testing.T) {
			receiver := otlp.Serve(t)
			receiver.Name(t)
			exporter, err := traces.Open(context.Background(), "credence-worker", func(err error) { t.Error(err) })
			require.NoError(t, err)
			h := newHouse(t, asSecond)
			h.traces = exporter
			l := h.start(killed)
			if killed != "" {
				h.die(l, killed)
				l = h.start("")
			}
			r := h.state(l, 1)
			l.end()
			require.NoError(t, exporter.Close())
			require.Equal(t, journal.Settled, r.State)

			spans := receiver.Spans()
			whole := spans[len(spans)-1] // it ends last
			require.Equal(t, "workers attempt", whole.Name)
			id := taskstypes.IDText(h.chain.id)
			require.Equal(t, []string{id[:32], id[32:48], ""}, []string{whole.Trace, whole.Parent, whole.Failed})
			for key, value := range map[string]string{
				"credence.task": id, "credence.attempt": "1", "credence.who": me, "credence.deal": dealID, "credence.app": "acme/render", "credence.state": "settled",
				"credence.outcome": "RESULT", "credence.result": r.Outcome.Digest, "credence.fuel": "77", "credence.fault": "NONE",
			} {
				require.Equal(t, value, whole.Labels[key], key)
			}
			var names []string
			at := whole.Begin
			for _, s := range spans[:len(spans)-1] {
				require.Equal(t, whole.ID, s.Parent)
				require.Equal(t, at, s.Begin, s.Name)
				names, at = append(names, s.Name), s.End
			}
			require.Equal(t, whole.End, at)
			require.Equal(t, []string{"fetch", "compile", "run", "commit", "wait for reveals", "reveal", "wait for the verdict"}, names)
		})
	}
}

// TestTraceOfNoAnswer: the span of a worker that gives its seat back says why.
func TestTraceOfNoAnswer(t *testing.T) {
	receiver := otlp.Serve(t)
	receiver.Name(t)
	exporter, err := traces.Open(context.Background(), "credence-worker", func(err error) { t.Error(err) })
	require.NoError(t, err)
	h := newHouse(t, asFirst)
	h.traces = exporter
	h.runtime.err = errors.New("the disk is full")
	l := h.start("")
	r := h.state(l, 1)
	l.end()
	require.NoError(t, exporter.Close())
	spans := receiver.Spans()
	whole := spans[len(spans)-1]
	require.Contains(t, whole.Failed, "the disk is full")
	require.Equal(t, r.Decline, whole.Labels["credence.decline"])
	require.NotEmpty(t, r.Decline)
	require.Equal(t, "decline", spans[len(spans)-2].Name)
}
