package client

import (
	"fmt"
	"strings"

	"github.com/credence-chain/credence/poco"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// EventKind is the kind of an Event.
type EventKind string

// The events of a run, in the order in which they may happen.
const (
	EventUploaded   EventKind = "uploaded"   // content was put into the store
	EventPublished  EventKind = "published"  // the app or dataset is on the chain now
	EventKnown      EventKind = "known"      // the app or dataset was on the chain already
	EventQuoted     EventKind = "quoted"     // how the job would be checked, and what it can cost
	EventSubmitted  EventKind = "submitted"  // the request is on the chain, and its money is locked
	EventResuming   EventKind = "resuming"   // the run goes on with a request that was submitted before
	EventMatched    EventKind = "matched"    // the request met an offer
	EventDrawn      EventKind = "drawn"      // a worker was drawn
	EventRetried    EventKind = "retried"    // another first worker is tried
	EventWorking    EventKind = "working"    // what the workers say that they do; every 15 s, later each minute
	EventCommitted  EventKind = "committed"  // a blind answer was locked
	EventSilent     EventKind = "silent"     // a worker declined or let its window pass
	EventPlanned    EventKind = "planned"    // how the task is checked, and why
	EventRevealing  EventKind = "revealing"  // outcomes are opened from now on
	EventRevealed   EventKind = "revealed"   // an outcome was opened
	EventTurn       EventKind = "turn"       // what the ledgers said
	EventCourt      EventKind = "court"      // the court was called
	EventWaiting    EventKind = "waiting"    // too few organisations, or a download that failed
	EventStalled    EventKind = "stalled"    // the chain makes no blocks, or no node answers; once a second, with Waited
	EventResumed    EventKind = "resumed"    // the chain makes blocks again
	EventEnded      EventKind = "ended"      // a task ended
	EventFinal      EventKind = "final"      // a task's accepted answer cannot change any more
	EventDownloaded EventKind = "downloaded" // a task's files were downloaded and verified
	EventFinished   EventKind = "finished"   // all tasks ended; the report is complete
)

// Event is one step of a run. Programs read its fields; Text describes the step for people.
type Event struct {
	Kind EventKind `json:"event"`
	// Text describes the step in a few words, without amounts.
	Text string `json:"text"`
	// Height at which the step happened or was seen; 0 before the chain is involved, and in a History where the chain does not keep it.
	Height int64 `json:"height,omitempty"`
	// Task is the task's id, Index its index in the bag; empty if the event is about no single task.
	Task  string `json:"task,omitempty"`
	Index uint64 `json:"index"`
	// Organisation and account of the seat that the event is about.
	Organisation string `json:"organisation,omitempty"`
	Who          string `json:"who,omitempty"`
	// Wave in which the seat was drawn: 1, 2, or a later one if the policy asked for more; 0 in the court.
	Wave uint32 `json:"wave,omitempty"`
	// InCourt says that the event is about a seat of the court.
	InCourt bool `json:"in_court,omitempty"`
	// Attempt counts the first workers that were drawn for the task.
	Attempt uint32 `json:"attempt,omitempty"`
	// Decline is the reason of a worker that gave its seat back, such as "INPUT"; empty if it was silent.
	Decline string `json:"decline,omitempty"`
	// Phase that the task entered, and its deadline.
	Phase    string `json:"phase,omitempty"`
	Deadline int64  `json:"deadline,omitempty"`
	// Working is what the workers that have not answered say that they do.
	Working []Working `json:"working,omitempty"`
	// Outcome revealed or accepted.
	Outcome *Outcome `json:"outcome,omitempty"`
	// Plan made or quoted.
	Plan *Plan `json:"plan,omitempty"`
	// Gate is the answer of the ledgers: "open", "wait" or "shut".
	Gate string `json:"gate,omitempty"`
	// Reference of the app or dataset, ids of the request and the deal, and hash of the transaction.
	Reference string `json:"reference,omitempty"`
	Request   string `json:"request,omitempty"`
	Deal      string `json:"deal,omitempty"`
	Hash      string `json:"hash,omitempty"`
	// Size is the uploaded size in bytes or, for all other events that have one, the number of tasks of the bag.
	Size uint64 `json:"size,omitempty"`
	// In ucred: Expected and MaxPrice are of one task, Locked is for all tasks.
	Expected uint64 `json:"expected,omitempty"`
	MaxPrice uint64 `json:"max_price,omitempty"`
	Locked   uint64 `json:"locked,omitempty"`
	// Expiry is the height until which the part of a request that no offer meets rests on the book.
	Expiry int64 `json:"expiry,omitempty"`
	// Waited is how long the chain has been quiet, in seconds.
	Waited uint64 `json:"waited_seconds,omitempty"`
	// Result of a task that ended.
	Result *TaskReport `json:"result,omitempty"`
	// Report of the whole run; only in EventFinished.
	Report *Report `json:"report,omitempty"`
}

// Observer is called with each event, one at a time. Functions that take an Observer also take nil.
type Observer func(Event)

func (o Observer) tellEvent(e Event) {
	if o != nil {
		o(e)
	}
}

// Outcome is the answer of one seat, or the accepted answer of a task.
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

// Text describes the answer in a few words.
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

// Plan is how a task is checked, as people read it.
type Plan struct {
	// Court says that no replicas suffice.
	Court bool `json:"court"`
	// Replicas is the number of replicas, the first worker's included. One more is drawn with probability Lottery/16.
	Replicas uint32 `json:"replicas"`
	Lottery  uint32 `json:"lottery"`
	// X is the chance that all blind seats collude, Charge the risk that the ledgers are charged; both decimal.
	X      string `json:"x"`
	Charge string `json:"charge"`
	// Faction is the number of organisations that may collude, among the Eligible ones.
	Faction  uint64 `json:"faction"`
	Eligible uint64 `json:"eligible"`
	// Bound is the rule that set the number of replicas: "debt", "stake", "request" and others.
	Bound string `json:"bound"`
	// Text is the sentence in which the chain describes the plan.
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

// Short describes a plan in a few words.
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

// Sentence returns the chain's description of the plan or, without one, the short form.
func (p *Plan) Sentence() string {
	if p == nil || p.Text == "" {
		return p.Short()
	}
	return strings.TrimSuffix(p.Text, ".")
}

// Brief describes a plan and its reason in one line, for lists of many tasks.
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
