package workflow

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/credence-chain/credence/client"
)

// This file runs a graph. One goroutine, that of Run, decides which nodes start, and records how they ended. Each started node has a
// goroutine of its own, which runs Work, relays the events of the job, and sends one nodeEnd. Before a job is submitted its nonce is on
// disk: a client that is killed at any moment goes on with the same request, and no job is paid twice.

// Work runs the job of one node to its end. It submits the job under the nonce or, if request is not empty, goes on with that request,
// and passes the events of the job to tell. An incomplete report, or an error, means that the node is not done.
type Work func(ctx context.Context, name string, nonce uint64, request string, tell client.Observer) (*client.Report, error)

// Tell is called with each event of a node's job, and with an empty event for each change of a node's status.
type Tell func(name string, s State, e client.Event)

// Options change how a graph is run.
type Options struct {
	// Most is the number of nodes that may run at once; 0 means 8.
	Most int
	// Tell is called for one event at a time. May be nil.
	Tell Tell
}

// NodesFailed says which nodes ended without all their results, or could not be followed to their end.
type NodesFailed struct {
	// Names of the nodes, and the errors of their jobs in the same order.
	Names []string
	Errs  []error
}

// Error returns the number of the nodes, and the first one with its error.
func (e *NodesFailed) Error() string {
	return fmt.Sprintf("%d of the nodes failed: %s: %v", len(e.Names), e.Names[0], e.Errs[0])
}

// Unwrap returns the errors of the jobs.
func (e *NodesFailed) Unwrap() []error { return e.Errs }

// Run runs all nodes that are not done. It begins a node once the nodes that it waits for are done, and runs several at once. A node
// that was begun before goes on with its request. A node that failed before runs again, as a new request.
//
// Run ends when no further node can run: all are done or skipped, or the others wait for a node that failed; then the error is a
// *NodesFailed. If the context ends, the error is a *client.Interrupted, and submitted jobs run on.
func Run(ctx context.Context, g Graph, j *Journal, opts Options, work Work) error {
	if _, err := g.Order(); err != nil {
		return err
	}
	r := &runner{
		graph: g, journal: j, work: work, tell: opts.Tell,
		busy: map[string]bool{}, unfollowed: map[string]bool{}, ended: make(chan nodeEnd),
	}
	for _, n := range g.Nodes {
		if s := j.Node(n.Name); s.Status == Failed {
			if err := j.Set(n.Name, State{Status: Waiting}); err != nil {
				return err
			}
		}
	}
	return r.runGraph(ctx, cmp.Or(opts.Most, 8))
}

// nodeEnd is how the work of a node ended.
type nodeEnd struct {
	name   string
	report *client.Report
	err    error
}

// runner is one run of a graph. Only the goroutine of Run reads and writes busy, unfollowed and failed.
type runner struct {
	graph   Graph
	journal *Journal
	work    Work

	telling sync.Mutex // held while tell is called
	tell    Tell

	busy       map[string]bool // nodes whose work goes on
	unfollowed map[string]bool // nodes whose work ended while their jobs run on; this run does not start them again
	ended      chan nodeEnd
	failed     NodesFailed
}

// runGraph starts nodes, at most so many at once, until none can start and none is busy. After an error of the journal, or the end of the
// context, it starts none, and waits for those that are busy.
func (r *runner) runGraph(ctx context.Context, most int) error {
	var trouble error
	for {
		if trouble == nil && ctx.Err() == nil {
			trouble = r.startReady(ctx, most)
		}
		if len(r.busy) == 0 {
			break
		}
		e := <-r.ended
		delete(r.busy, e.name)
		if err := r.recordEnd(ctx, e); err != nil && trouble == nil {
			trouble = err
		}
	}
	switch {
	case trouble != nil:
		return trouble
	case ctx.Err() != nil:
		return &client.Interrupted{Err: context.Cause(ctx)}
	case len(r.failed.Names) > 0:
		return &r.failed
	}
	return nil
}

// startReady starts all nodes that can start, and skips those that never can.
func (r *runner) startReady(ctx context.Context, most int) error {
	for again := true; again; {
		again = false
		for _, n := range r.graph.Nodes {
			s := r.journal.Node(n.Name)
			if r.busy[n.Name] || r.unfollowed[n.Name] || s.Status != Waiting && s.Status != Begun {
				continue
			}
			switch ready, skip := r.checkReady(n); {
			case skip != "":
				again = true
				if err := r.setState(n.Name, s.Skip(skip)); err != nil {
					return err
				}
			case ready && len(r.busy) < most:
				if err := r.startNode(ctx, n.Name, s); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// checkReady says whether a node can start, or why it never will.
func (r *runner) checkReady(n Node) (ready bool, skip string) {
	for _, of := range n.waits() {
		switch s := r.journal.Node(of); {
		case s.Status == Skipped:
			return false, of + " was skipped"
		case s.Status != Done:
			return false, ""
		case n.When != nil && n.When.Node == of && !n.When.Holds(s.Exit):
			return false, fmt.Sprintf("%s ended with exit status %d", of, s.Exit)
		}
	}
	return true, ""
}

// startNode starts the work of a node, after its nonce is on disk.
func (r *runner) startNode(ctx context.Context, name string, s State) error {
	s, err := s.Begin()
	if err != nil {
		return err
	}
	if err := r.setState(name, s); err != nil {
		return err
	}
	r.busy[name] = true
	go func() {
		report, err := r.work(ctx, name, s.Nonce, s.Request, func(e client.Event) { r.relayEvent(name, e) })
		r.ended <- nodeEnd{name, report, err}
	}()
	return nil
}

// relayEvent passes on an event of a node's job, and records the request in the journal.
func (r *runner) relayEvent(name string, e client.Event) {
	if e.Kind == client.EventSubmitted || e.Kind == client.EventResuming {
		s := r.journal.Node(name)
		s.Request = e.Request
		_ = r.journal.Set(name, s) // an error is harmless: the nonce is on disk, and finds the request again
	}
	r.tellState(name, r.journal.Node(name), e)
}

// recordEnd records in the journal how the work of a node ended. The node stays Begun if its work was stopped, or if its job runs on
// without it.
func (r *runner) recordEnd(ctx context.Context, e nodeEnd) error {
	s := r.journal.Node(e.name)
	if e.report != nil {
		s.Paid = e.report.Paid
	}
	switch {
	case e.err == nil && e.report != nil && e.report.Complete:
		s.Status = Done
		if len(e.report.Tasks) == 1 {
			s.Exit = e.report.Tasks[0].ExitCode
		}
		return r.setState(e.name, s)
	case ctx.Err() != nil:
		return nil
	case isSkip(e.err):
		// The chain refunded the request, because one that it waited for failed. That one has been run again since, or this node would
		// not have been started: so this one is run again too.
		return r.setState(e.name, State{Status: Waiting})
	case e.err == nil:
		e.err = errors.New("it was not brought to its end")
	}
	r.failed.Names, r.failed.Errs = append(r.failed.Names, e.name), append(r.failed.Errs, e.err)
	if jobRunsOn(e.err) {
		r.unfollowed[e.name] = true
		return nil // the journal says that it has begun
	}
	s.Status, s.Why = Failed, e.err.Error()
	return r.setState(e.name, s)
}

// jobRunsOn says whether the job may run on although its work ended with this error. A later run then goes on with the same request. An
// error that this package does not know counts as one of these, unless it is a refusal by the chain.
func jobRunsOn(err error) bool {
	var known *client.Error
	if !errors.As(err, &known) {
		return !isRefusal(err)
	}
	return slices.Contains([]client.Code{client.CodeUnfinished, client.CodeInDoubt, client.CodeRunning, client.CodeUnavailable}, known.Code)
}

// isSkip says whether the chain ended a request because of another one, so that nothing of it ran and all of its money is back.
func isSkip(err error) bool {
	var known *client.Error
	return errors.As(err, &known) && known.Code == client.CodeSkipped
}

// isRefusal says whether an error is a refusal by the chain.
func isRefusal(err error) bool {
	var refused *client.TxError
	return errors.As(err, &refused)
}

// setState writes the state of a node to the journal, and tells it.
func (r *runner) setState(name string, s State) error {
	if err := r.journal.Set(name, s); err != nil {
		return err
	}
	r.tellState(name, s, client.Event{})
	return nil
}

// tellState calls tell, if there is one, never twice at once.
func (r *runner) tellState(name string, s State, e client.Event) {
	r.telling.Lock()
	defer r.telling.Unlock()
	if r.tell != nil {
		r.tell(name, s, e)
	}
}

// Begin returns the state of a node that begins: it has a nonce, a new one unless it had one before.
func (s State) Begin() (State, error) {
	var err error
	if s.Status = Begun; s.Nonce == 0 {
		s.Nonce, err = newNonce()
	}
	return s, err
}

// Skip returns the state of a node that never runs, and why. A request that the chain gave back stays known, so that its refund can be shown.
func (s State) Skip(why string) State {
	return State{Status: Skipped, Nonce: s.Nonce, Request: s.Request, Why: why}
}

// newNonce returns a random nonce, never 0.
func newNonce() (uint64, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, err
	}
	return max(1, binary.BigEndian.Uint64(b[:])), nil
}
