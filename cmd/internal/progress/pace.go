package progress

import (
	"time"

	"github.com/credence-chain/credence/client"
)

// pace estimates how long the tasks that run will take, before any task of the run has ended. The first worker of a task shows how long the
// program runs; whoever runs the task again is expected to take as long.
type pace struct {
	first map[string]time.Time // when the first worker of a task was drawn
	again map[string]time.Time // when the last worker of a task was drawn that runs it again
	runs  time.Duration        // the longest run of a first worker
}

// take notes an event.
func (p *pace) take(e client.Event, now time.Time) {
	if p.first == nil {
		p.first, p.again = map[string]time.Time{}, map[string]time.Time{}
	}
	switch {
	case e.Kind == client.EventDrawn && e.Wave == 1:
		p.first[e.Task] = now
	case e.Kind == client.EventDrawn:
		p.again[e.Task] = now
	case e.Kind == client.EventCommitted && e.Wave == 1 && !e.InCourt:
		if begun, known := p.first[e.Task]; known {
			p.runs = max(p.runs, now.Sub(begun))
		}
	case e.Kind == client.EventRevealing || e.Kind == client.EventCourt || e.Kind == client.EventEnded:
		delete(p.again, e.Task)
	}
}

// left returns how long those that run a task again may still take. It is not known before a first worker has answered, nor while nobody
// runs a task again.
func (p *pace) left(now time.Time) (left time.Duration, known bool) {
	if p.runs == 0 {
		return 0, false
	}
	for _, begun := range p.again {
		left, known = max(left, begun.Add(p.runs).Sub(now)), true
	}
	return left, known
}
