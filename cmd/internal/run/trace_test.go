package run

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/traces"
	"github.com/credence-chain/credence/testutil/otlp"
)

var (
	verified = strings.Repeat("a1", 32)
	void     = strings.Repeat("b2", 32)
)

// stages plays events, a second apart, and returns the spans that were received, by name and task, with their seconds.
func stages(t *testing.T, events ...client.Event) (roots []otlp.Span, parts map[string][2]int64) {
	t.Helper()
	receiver := otlp.Serve(t)
	receiver.Name(t)
	exporter, err := traces.Open(context.Background(), "credence", func(err error) { t.Error(err) })
	require.NoError(t, err)
	begin := int64(1_800_000_000)
	now := begin
	tracing := newTracing(exporter, func() time.Time { return time.Unix(now, 0) })
	for _, e := range events {
		now++
		tracing.Observe(e)
	}
	now++
	tracing.Close()
	parts = map[string][2]int64{}
	for _, s := range receiver.Spans() {
		if s.Labels["credence.task"] != "" {
			roots = append(roots, s)
			continue
		}
		parts[s.Trace[:2]+" "+s.Name] = [2]int64{s.Begin.Unix() - begin, s.End.Unix() - begin}
	}
	return roots, parts
}

// TestTraceOfARun: each task has a trace of its own, which follows from its id. Its root has the stages that the requester saw.
func TestTraceOfARun(t *testing.T) {
	task := func(kind client.EventKind, id string) client.Event {
		return client.Event{Kind: kind, Task: id, Wave: 1}
	}
	court := client.Event{Kind: client.EventCommitted, Task: verified, Wave: 1, InCourt: true}
	good, bad := task(client.EventEnded, verified), task(client.EventEnded, void)
	good.Result, bad.Result = &client.TaskReport{Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT"}}, &client.TaskReport{Ending: "VOID"}
	roots, parts := stages(t,
		client.Event{Kind: client.EventUploaded},
		client.Event{Kind: client.EventSubmitted, Request: "req"}, // 2
		task(client.EventDrawn, verified),                         // 3
		task(client.EventDrawn, void),
		task(client.EventCommitted, verified), // 5
		task(client.EventRevealing, verified),
		task(client.EventCourt, verified), // 7
		court,
		good, // 9
		task(client.EventDownloaded, verified),
		bad, // 11
	)
	require.Len(t, roots, 2)
	for i, id := range []string{verified, void} {
		require.Equal(t, []string{id[:32], id[32:48], ""}, []string{roots[i].Trace, roots[i].ID, roots[i].Parent}, "the first task ends first")
		require.Equal(t, id, roots[i].Labels["credence.task"])
		require.Equal(t, "req", roots[i].Labels["credence.request"])
		require.True(t, strings.HasSuffix(roots[i].Name, " run"), roots[i].Name)
	}
	require.Equal(t, []string{"", "ACCEPTED", "VOID", "VOID"}, []string{roots[0].Failed, roots[0].Labels["credence.ending"], roots[1].Failed, roots[1].Labels["credence.ending"]})
	require.Equal(t, map[string][2]int64{
		"a1 submit": {0, 2}, "a1 wait for a worker": {2, 3}, "a1 first worker": {3, 5}, "a1 other workers": {5, 6}, "a1 reveals": {6, 7}, "a1 court": {7, 9}, "a1 download": {9, 10},
		"b2 submit": {0, 2}, "b2 wait for a worker": {2, 4}, "b2 first worker": {4, 11},
	}, parts)
}

// TestTraceOfAWatch: what goes on with a run adds to its trace, and no second root.
func TestTraceOfAWatch(t *testing.T) {
	roots, parts := stages(t, client.Event{Kind: client.EventResuming, Request: "req"}, client.Event{Kind: client.EventRevealing, Task: verified})
	require.Len(t, roots, 1)
	require.Equal(t, verified[:32], roots[0].Trace)
	require.Equal(t, verified[32:48], roots[0].Parent)
	require.True(t, strings.HasSuffix(roots[0].Name, " watch"), roots[0].Name)
	require.Equal(t, map[string][2]int64{"a1 wait for a worker": {1, 2}, "a1 reveals": {2, 3}}, parts)
}

// TestTraceWithoutAReceiver: a run that nobody traces keeps nothing.
func TestTraceWithoutAReceiver(t *testing.T) {
	tracing := newTracing(nil, time.Now)
	tracing.Observe(client.Event{Kind: client.EventDrawn, Task: verified, Wave: 1})
	require.Empty(t, tracing.tasks)
	tracing.Close()
}
