package journal

import "slices"

// State is the progress of a worker with one task.
type State string

// The life of a task (docs/worker.md). Each state except the first is written before, or right after, the step that its comment
// names. A worker that was killed goes on from the last state written.
const (
	Assigned        State = "assigned"         // the chain drew us
	Fetched         State = "fetched"          // module and inputs are here, verified
	Running         State = "running"          // it may be executing; a restart executes it again
	Done            State = "done"             // the outcome is known, its bytes are durable
	CommitIntended  State = "commit-intended"  // from here on the outcome can not change
	CommitSent      State = "commit-sent"      // a commit has been signed and may be on its way
	Committed       State = "committed"        // the chain holds our commitment
	RevealIntended  State = "reveal-intended"  // the chain takes reveals
	RevealSent      State = "reveal-sent"      // a reveal has been signed and may be on its way
	Revealed        State = "revealed"         // the chain holds our outcome
	DeclineIntended State = "decline-intended" // we give the seat back, having promised nothing
	Settled         State = "settled"          // the task ended after we revealed
	Failed          State = "failed"           // we cannot go on: the chain holds another outcome of ours
	Abandoned       State = "abandoned"        // we no longer hold the seat: declined, too late, or the task ended without us
)

// rank orders the states. A record never moves to a lower rank.
var rank = map[State]int{
	Assigned: 0, Fetched: 1, Running: 2, Done: 3, CommitIntended: 4, CommitSent: 5, Committed: 6,
	RevealIntended: 7, RevealSent: 8, Revealed: 9, DeclineIntended: 3,
	Settled: 100, Failed: 100, Abandoned: 100,
}

// States lists every state in the order of a life.
func States() []State {
	return []State{
		Assigned, Fetched, Running, Done, CommitIntended, CommitSent, Committed, RevealIntended, RevealSent,
		Revealed, DeclineIntended, Settled, Failed, Abandoned,
	}
}

// Terminal says whether s is a state that a record never leaves.
func (s State) Terminal() bool { return rank[s] == 100 }

// Valid says whether s is one of States.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// isPromised says whether a commitment to the outcome may have left this machine.
func (s State) isPromised() bool {
	return rank[s] >= rank[CommitIntended] && rank[s] <= rank[Revealed] && s != DeclineIntended
}

// comesBefore says whether a record may go from s to next. Staying is allowed.
func (s State) comesBefore(next State) bool {
	switch {
	case s == next:
		return true
	case s.Terminal():
		return false
	case s == DeclineIntended:
		return next.Terminal()
	case next == DeclineIntended:
		return rank[s] < rank[Done]
	}
	return rank[s] < rank[next]
}
