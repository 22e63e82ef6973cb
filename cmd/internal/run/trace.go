package run

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/traces"
)

// tracing turns the events of a run into a span for each of its tasks, with a part for each stage. Without an exporter it does nothing.
type tracing struct {
	exporter *traces.Exporter
	now      func() time.Time
	begin    time.Time
	entered  time.Time // when the request was on the chain, or the run went on with it
	resumed  bool
	request  string
	tasks    map[string]*traces.Span // those under way; the last part is open
}

// openTracing returns a tracing that ends with Close. The environment says whether anything is exported.
func openTracing() (*tracing, error) {
	var once sync.Once
	exporter, err := traces.Open(context.Background(), cli.Program, func(err error) {
		once.Do(func() { fmt.Fprintf(os.Stderr, "traces are not exported: %s\n", cli.InALine(err)) })
	})
	if err != nil {
		return nil, &cli.Problem{What: err.Error(), Exit: cli.ExitUsage, Err: err}
	}
	return newTracing(exporter, time.Now), nil
}

func newTracing(exporter *traces.Exporter, now func() time.Time) *tracing {
	return &tracing{exporter: exporter, now: now, begin: now(), tasks: map[string]*traces.Span{}}
}

// Observe takes an event of the run.
func (t *tracing) Observe(e client.Event) {
	if t.exporter == nil {
		return
	}
	switch e.Kind {
	case client.EventSubmitted, client.EventResuming:
		t.entered, t.request, t.resumed = t.now(), e.Request, e.Kind == client.EventResuming
	case client.EventDrawn:
		if e.Wave == 1 && !e.InCourt {
			t.enter(e, "first worker")
		}
	case client.EventCommitted:
		if e.Wave == 1 && !e.InCourt {
			t.enter(e, "other workers")
		}
	case client.EventRetried:
		t.enter(e, "wait for a worker")
	case client.EventRevealing:
		t.enter(e, "reveals")
	case client.EventCourt:
		t.enter(e, "court")
	case client.EventEnded:
		t.enter(e, "download")
		if span := t.tasks[e.Task]; e.Result != nil {
			span.Labels = append(span.Labels, traces.Label{Key: "credence.ending", Value: e.Result.Ending})
			if !e.Result.Accepted() { // there is nothing to download
				span.Failed, span.Parts = e.Result.Ending, span.Parts[:len(span.Parts)-1]
				t.end(e.Task)
			}
		}
	case client.EventDownloaded:
		t.end(e.Task)
	}
}

// enter begins a stage of a task, unless the task is in it.
func (t *tracing) enter(e client.Event, stage string) {
	now, span := t.now(), t.tasks[e.Task]
	if span == nil {
		span = &traces.Span{Name: cli.Program + " run", Begin: t.begin, Labels: []traces.Label{
			{Key: "credence.task", Value: e.Task}, {Key: "credence.request", Value: t.request}, {Key: "credence.index", Value: strconv.FormatUint(e.Index, 10)},
		}}
		if t.resumed {
			span.Name = cli.Program + " watch"
		}
		if !t.resumed {
			span.Parts = append(span.Parts, traces.Span{Name: "submit", Begin: t.begin, End: t.entered})
		}
		span.Parts = append(span.Parts, traces.Span{Name: "wait for a worker", Begin: t.entered})
		t.tasks[e.Task] = span
	}
	if open := &span.Parts[len(span.Parts)-1]; open.Name != stage {
		open.End = now
		span.Parts = append(span.Parts, traces.Span{Name: stage, Begin: now})
	}
}

// end exports the span of a task.
func (t *tracing) end(task string) {
	span := t.tasks[task]
	id, err := ids.Parse(task)
	if span == nil || err != nil {
		return
	}
	delete(t.tasks, task)
	span.End = t.now()
	if open := &span.Parts[len(span.Parts)-1]; open.End.IsZero() {
		open.End = span.End
	}
	if t.resumed {
		t.exporter.Add(id, *span) // the run that submitted it has added the root
		return
	}
	t.exporter.AddRoot(id, *span)
}

// Close exports what is left: tasks without a result, and those that a run leaves which was stopped.
func (t *tracing) Close() {
	for task := range t.tasks {
		t.end(task)
	}
	_ = t.exporter.Close() // spans that are lost were told of
}
