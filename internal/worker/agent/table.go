package agent

import "github.com/credence-chain/credence/internal/worker/journal"

// Action is the next step for a task.
type Action int

// The actions.
const (
	// Wait for the chain, or for a goroutine that is at it.
	Wait Action = iota
	// Ask the chain for the task by its id: it may have ended.
	Ask
	// Work: get module and inputs, execute, keep the result.
	Work
	// Commit: fix the outcome and send its commitment, the same one each time.
	Commit
	// Decline: give the seat back.
	Decline
	// Adopt: the chain holds our commitment; check that it is to our outcome and note it.
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

// table is the whole policy: state of the journal, view of the chain, next step. A record that is missing counts as
// Assigned, so that the rows of Assigned under Locked, Opening and Opened are what a lost journal leads to: the task is
// executed again, and since the salt is derived from the secret, the same commitment comes out.
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

// ChooseAction returns what the worker does next with a record in a state, when the chain is seen so.
func ChooseAction(s journal.State, v View) Action { return table[s][v] }
