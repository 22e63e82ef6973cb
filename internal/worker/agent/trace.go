package agent

import (
	"strconv"

	"github.com/credence-chain/credence/internal/traces"
	"github.com/credence-chain/credence/internal/worker/journal"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file tells traces what was done for a task. It reads the journal, so a worker that was started again tells the whole of it.

// works is what the worker does while a record is in a state. States that follow each other with the same word are one span.
var works = map[journal.State]string{
	journal.Assigned: "fetch", journal.Fetched: "compile", journal.Running: "run",
	journal.Done: "commit", journal.CommitIntended: "commit", journal.CommitSent: "commit",
	journal.Committed: "wait for reveals", journal.RevealIntended: "reveal", journal.RevealSent: "reveal",
	journal.Revealed: "wait for the verdict", journal.DeclineIntended: "decline",
}

// traceTask adds the span of a record that has ended, with a part for each of its stages.
func (a *Agent) traceTask(r journal.Record) {
	if a.Traces == nil || len(r.Marks) == 0 {
		return
	}
	last := len(r.Marks) - 1
	span := traces.Span{
		Name: journal.BenchName(r.Key.Bench) + " attempt", Begin: r.Marks[0].Time, End: r.Marks[last].Time, Failed: r.Cause,
		Labels: []traces.Label{
			{Key: "credence.task", Value: taskstypes.IDText(r.Key.Task)}, {Key: "credence.attempt", Value: strconv.FormatUint(uint64(r.Key.Attempt), 10)},
			{Key: "credence.who", Value: a.Who}, {Key: "credence.app", Value: r.App}, {Key: "credence.deal", Value: r.Deal},
			{Key: "credence.state", Value: string(r.State)}, {Key: "credence.decline", Value: r.Decline},
		},
	}
	if o := r.Outcome; o != nil {
		span.Labels = append(span.Labels, traces.Label{Key: "credence.outcome", Value: o.Kind}, traces.Label{Key: "credence.result", Value: o.Digest},
			traces.Label{Key: "credence.fuel", Value: strconv.FormatUint(o.Fuel, 10)})
	}
	if r.End != nil {
		span.Labels = append(span.Labels, traces.Label{Key: "credence.fault", Value: r.End.Fault})
	}
	for i, m := range r.Marks[:last] {
		work, end := works[m.State], r.Marks[i+1].Time
		if n := len(span.Parts); n > 0 && span.Parts[n-1].Name == work {
			span.Parts[n-1].End = end
			continue
		}
		span.Parts = append(span.Parts, traces.Span{Name: work, Begin: m.Time, End: end})
	}
	a.Traces.Add(r.Key.Task, span)
}
