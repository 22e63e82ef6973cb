package client

import (
	"fmt"
	"strings"

	"github.com/credence-chain/credence/poco"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// EventKind names what happened.
type EventKind string

// What a run tells its observer, in the order in which it may happen.
const (
	EventUploaded   EventKind = "uploaded"   // content was put into the store
	EventPublished  EventKind = "published"  // the app is on the chain now
	EventKnown      EventKind = "known"      // the app was on the chain already
	EventQuoted     EventKind = "quoted"     // how it would be checked, and what it can cost
	EventSubmitted  EventKind = "submitted"  // the request is on the chain, the money locked
	EventResuming   EventKind = "resuming"   // a request that was submitted before is gone on with
	EventMatched    EventKind = "matched"    // it met an offer
	EventDrawn      EventKind = "drawn"      // a worker was drawn
	EventRetried    EventKind = "retried"    // another first worker is tried
	EventCommitted  EventKind = "committed"  // a blind answer was locked
	EventSilent     EventKind = "silent"     // a worker declined or let its window pass
	EventPlanned    EventKind = "planned"    // how the task is checked, and why
	EventRevealing  EventKind = "revealing"  // outcomes are opened from now on
	EventRevealed   EventKind = "revealed"   // an outcome was opened
	EventTurn       EventKind = "turn"       // what the ledgers said
	EventCourt      EventKind = "court"      // the court was called
	EventWaiting    EventKind = "waiting"    // too few organisations, or a download that failed
	EventStalled    EventKind = "stalled"    // the chain makes no blocks, or no node answers; once a second, with Waited
	EventResumed    EventKind = "resumed"    // it goes on
	EventEnded      EventKind = "ended"      // a task ended
	EventFinal      EventKind = "final"      // its accepted answer cannot change any more
	EventDownloaded EventKind = "downloaded" // its files are here, verified
	EventFinished   EventKind = "finished"   // everything ended; the report is complete
)

// Event is one step of a run. Text says it in a few words, without amounts; the other fields say all of it to programs.
type Event struct {
	Kind EventKind `json:"event"`
	// Text says it in words.
	Text string `json:"text"`
	// Height at which it happened or was seen; 0 before the chain is involved.
	Height int64 `json:"height,omitempty"`
	// Task by id, and Index within its bag; empty when the event is about no single task.
	Task  string `json:"task,omitempty"`
	Index uint64 `json:"index"`
	// Organisation and Who it is about.
	Organisation string `json:"organisation,omitempty"`
	Who          string `json:"who,omitempty"`
	// Wave drawn in: 1, 2, or a later one where the policy asked for more; 0 in the court.
	Wave uint32 `json:"wave,omitempty"`
	// InCourt says that it is about a seat of the court.
	InCourt bool `json:"in_court,omitempty"`
	// Attempt at a first worker.
	Attempt uint32 `json:"attempt,omitempty"`
	// Phase entered and its deadline.
	Phase    string `json:"phase,omitempty"`
	Deadline int64  `json:"deadline,omitempty"`
	// Outcome revealed or accepted.
	Outcome *Outcome `json:"outcome,omitempty"`
	// Plan made or quoted.
	Plan *Plan `json:"plan,omitempty"`
	// Gate is what the ledgers said: "open", "wait" or "shut".
	Gate string `json:"gate,omitempty"`
	// Reference of the app, Request, Deal and Hash of a transaction.
	Reference string `json:"reference,omitempty"`
	Request   string `json:"request,omitempty"`
	Deal      string `json:"deal,omitempty"`
	Hash      string `json:"hash,omitempty"`
	// Size of what was uploaded in bytes, or of a bag in tasks: quoted, submitted, gone on with, or matched.
	Size uint64 `json:"size,omitempty"`
	// Expected and MaxPrice of one task, and what is Locked for all, in ucred.
	Expected uint64 `json:"expected,omitempty"`
	MaxPrice uint64 `json:"max_price,omitempty"`
	Locked   uint64 `json:"locked,omitempty"`
	// Expiry is the height until which what can't be met at once rests on the book.
	Expiry int64 `json:"expiry,omitempty"`
	// Waited is for how many seconds the chain has been quiet.
	Waited uint64 `json:"waited_seconds,omitempty"`
	// Result of a task that ended.
	Result *TaskReport `json:"result,omitempty"`
	// Report of the whole run, at its end.
	Report *Report `json:"report,omitempty"`
}

// Observer is told what happens, one thing at a time. Nil is allowed where one is asked for.
type Observer func(Event)

func (o Observer) tellEvent(e Event) {
	if o != nil {
		o(e)
	}
}

// Outcome is an answer.
type Outcome struct {
	// Kind is "RESULT", "APP_FAILED", "INPUT_UNAVAILABLE" or "ABSTAIN".
	Kind string `json:"kind"`
	// Digest of the result manifest.
	Digest string `json:"digest,omitempty"`
	// Fuel used.
	Fuel uint64 `json:"fuel"`
}

func outcomeOf(o *taskstypes.Outcome) *Outcome {
	if o == nil {
		return nil
	}
	return &Outcome{Kind: strings.TrimPrefix(o.Kind.String(), "KIND_"), Digest: o.Digest, Fuel: o.Fuel}
}

// Text names the answer for people.
func (o *Outcome) Text() string {
	switch {
	case o == nil:
		return "nothing"
	case o.Kind == "RESULT":
		return ShortDigest(o.Digest)
	case o.Kind == "APP_FAILED":
		return "the app fails, " + ShortDigest(o.Digest)
	case o.Kind == "INPUT_UNAVAILABLE":
		return "an input could not be had"
	case o.Kind == "ABSTAIN":
		return "no answer: its machine had trouble"
	}
	return o.Kind
}

// Plan is how a task is checked, in numbers that people read.
type Plan struct {
	// Court says that no replicas suffice.
	Court bool `json:"court"`
	// Replicas n, the first worker's among them; an extra one with probability Lottery/16.
	Replicas uint32 `json:"replicas"`
	Lottery  uint32 `json:"lottery"`
	// X is the chance that all blind seats collude; Charge what the ledgers are charged; decimal.
	X      string `json:"x"`
	Charge string `json:"charge"`
	// Faction of organisations that may collude, among Eligible.
	Faction  uint64 `json:"faction"`
	Eligible uint64 `json:"eligible"`
	// Bound says what decided.
	Bound string `json:"bound"`
	// Text is the chain's sentence.
	Text string `json:"text"`
}

func planOf(p *taskstypes.Plan) *Plan {
	if p == nil {
		return nil
	}
	decimal := func(b []byte) string {
		q, err := poco.Q64FromBytes(b)
		if err != nil {
			return ""
		}
		return q.String()
	}
	return &Plan{
		Court: p.Court, Replicas: p.Replicas, Lottery: p.Lottery, X: decimal(p.X), Charge: decimal(p.Charge),
		Faction: p.Faction, Eligible: p.Eligible, Bound: p.Bound, Text: p.Text,
	}
}

// Short says a plan in few words.
func (p *Plan) Short() string {
	switch {
	case p == nil:
		return "no plan"
	case p.Court:
		return "the court of validators runs it again"
	case p.Lottery > 0:
		return fmt.Sprintf("%s and, in %d of 16 cases, one more", pluralOf(uint64(p.Replicas), "replica", "replicas"), p.Lottery)
	}
	return pluralOf(uint64(p.Replicas), "replica", "replicas")
}

// Sentence is the chain's own, or the short form when it gave none.
func (p *Plan) Sentence() string {
	if p == nil || p.Text == "" {
		return p.Short()
	}
	return strings.TrimSuffix(p.Text, ".")
}

// Brief is one line with the reason: what a list of many tasks has room for.
func (p *Plan) Brief() string {
	if p == nil || p.Court {
		return p.Sentence()
	}
	if p.Bound == string(poco.BoundPolicy) {
		return p.Short() + ", the policy's own number; it claims no chance of a lie"
	}
	text := fmt.Sprintf("%s; a lie of the first passes with chance at most %s", p.Short(), p.X)
	switch p.Bound {
	case "debt":
		return text + ", what the error debt allows"
	case "stake":
		return text + ", what the stake carries"
	case "request":
		return text + ", as the requester asked"
	}
	return text
}
