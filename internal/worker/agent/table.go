package agent

import "github.com/credence-chain/credence/internal/worker/journal"

// Action is the next step for a task.
type Action int

// The actions.
const (
	// Wait for the chain, or for a goroutine that works on the task.
	Wait Action = iota
	// Ask the chain for the task by its id: it may have ended.
	Ask
	// Work: fetch the program and inputs, execute, keep the result.
	Work
	// Commit: fix the outcome and send its commitment, the same one each time.
	Commit
	// Decline: give the seat back.
	Decline
	// Adopt: the chain holds our commitment; check that it is to the outcome in the journal, and note it.
	Adopt
	// Reveal: send the outcome.
	Reveal
	// Note: the chain holds our outcome.
	Note
	// Close: the task ended, after our reveal or without us.
	Close
	// Abandon: the task goes on without us.
	Abandon
)

// String names the action in logs.
func (a Action) String() string {
	return [...]string{"wait", "ask", "work", "commit", "decline", "adopt", "reveal", "note", "close", "abandon"}[a]
}

// table holds all decisions: the next step for each state of the journal and each view of the chain. A missing record counts as
// Assigned. So the columns Locked, Opening and Opened of the row Assigned are for a lost journal: the task is executed again. The salt is
// derived from the secret, so that the same commitment comes out.
//
// The columns are: Unknown, Wanted, Late, Locked, Opening, Opened, Lost, Ended.
var table = map[journal.State][8]Action{
	journal.Assigned:        {Ask, Work, Wait, Work, Work, Note, Abandon, Close},
	journal.Fetched:         {Ask, Work, Wait, Work, Work, Note, Abandon, Close},
	journal.Running:         {Ask, Work, Wait, Work, Work, Note, Abandon, Close},
	journal.Done:            {Ask, Commit, Wait, Adopt, Adopt, Note, Abandon, Close},
	journal.CommitIntended:  {Ask, Commit, Wait, Adopt, Adopt, Note, Abandon, Close},
	journal.CommitSent:      {Ask, Commit, Wait, Adopt, Adopt, Note, Abandon, Close},
	journal.Committed:       {Ask, Wait, Wait, Wait, Reveal, Note, Abandon, Close},
	journal.RevealIntended:  {Ask, Wait, Wait, Wait, Reveal, Note, Abandon, Close},
	journal.RevealSent:      {Ask, Wait, Wait, Wait, Reveal, Note, Abandon, Close},
	journal.Revealed:        {Ask, Wait, Wait, Wait, Wait, Wait, Wait, Close},
	journal.DeclineIntended: {Ask, Decline, Wait, Wait, Wait, Wait, Abandon, Close},
	journal.Settled:         {},
	journal.Failed:          {},
	journal.Abandoned:       {},
}

// ChooseAction returns the next step for a record in a state, given how the chain sees the seat.
func ChooseAction(s journal.State, v View) Action { return table[s][v] }
