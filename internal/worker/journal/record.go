package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
)

// Errors of records and journals. Every error that is returned wraps one of them.
var (
	// ErrBackwards says that a record would lose what it already knows.
	ErrBackwards = errors.New("a record only moves forward")
	// ErrOutcomeFixed says that an outcome would be replaced after a commitment to it was intended.
	ErrOutcomeFixed = errors.New("an outcome that may have been promised can not change")
	// ErrNewer says that the record was written by a newer worker whose records this one can not read.
	ErrNewer = errors.New("written by a newer version")
	// ErrForeign says that the journal belongs to another worker, role or chain.
	ErrForeign = errors.New("journal of another worker")
	// ErrLocked says that another process has the journal open.
	ErrLocked = errors.New("journal in use by another process")
	// ErrKey says that a key is not well formed.
	ErrKey = errors.New("invalid journal key")
)

// Key names a record. The worker makes at most one promise to the chain under it.
type Key struct {
	Bench   poco.Bench
	Task    [32]byte
	Attempt uint32
}

// String returns "workers/<task in hex>/<attempt>", the form in logs and commands.
func (k Key) String() string {
	return fmt.Sprintf("%s/%x/%d", BenchName(k.Bench), k.Task, k.Attempt)
}

// ParseKey reads what String writes. Errors wrap ErrKey.
func ParseKey(text string) (Key, error) {
	parts := strings.Split(text, "/")
	if len(parts) != 3 {
		return Key{}, fmt.Errorf("%w: %q, expected bench/task/attempt", ErrKey, text)
	}
	var k Key
	switch parts[0] {
	case BenchName(poco.BenchWorkers):
	case BenchName(poco.BenchCourt):
		k.Bench = poco.BenchCourt
	default:
		return Key{}, fmt.Errorf("%w: bench %q, expected workers or court", ErrKey, parts[0])
	}
	task, err := ids.Parse(parts[1])
	if err != nil {
		return Key{}, fmt.Errorf("%w: task %w", ErrKey, err)
	}
	k.Task = task
	attempt, err := strconv.ParseUint(parts[2], 10, 32)
	if err != nil {
		return Key{}, fmt.Errorf("%w: attempt %q, expected a number", ErrKey, parts[2])
	}
	k.Attempt = uint32(attempt)
	return k, nil
}

// BenchName returns the word for a bench in keys, labels and logs.
func BenchName(b poco.Bench) string {
	if b == poco.BenchCourt {
		return "court"
	}
	return "workers"
}

// Outcome is an answer in the text form of the chain's messages.
type Outcome struct {
	Kind   string `json:"kind"`
	Digest string `json:"digest,omitempty"`
	Fuel   uint64 `json:"fuel,omitempty"`
}

// Sent is one transaction that may have reached the chain.
type Sent struct {
	Step    string    `json:"step"` // "commit", "reveal" or "decline"
	Hash    string    `json:"hash"`
	Timeout time.Time `json:"timeout"` // after it, the transaction can no longer be included
}

// Mark says when a state was reached.
type Mark struct {
	State  State     `json:"state"`
	Height int64     `json:"height,omitempty"` // of the chain, as known then
	Time   time.Time `json:"time"`             // of this machine; for people only
}

// End is what the settlement of a task says of this worker. A court that is called later can still find another fault.
type End struct {
	// Fault is the chain's word; "NONE" for no fault.
	Fault string `json:"fault"`
	// Paid to the worker's owner for the task, and Slashed of its stake, in ucred.
	Paid    uint64 `json:"paid,omitempty"`
	Slashed uint64 `json:"slashed,omitempty"`
}

// The version of the encoding, and the oldest version whose reader understands it (needs). Fields may be added at any time,
// because a reader keeps fields that it does not know. Only a change of meaning raises needs.
const (
	version = 1
	reader  = 1
)

// Record holds everything that the worker knows about one task.
type Record struct {
	Key   Key
	State State
	Deal  string
	// Outcome is the answer, once there is one. Stored says where its bytes are ("" for a kind without bytes).
	Outcome *Outcome
	Stored  string
	// Reads are the digests of the program and of the files that the task reads. They are noted before the first of them is fetched. Nil
	// in records of workers that did not note them.
	Reads []string
	// Evidence shows the outcome, under a policy that asks for some.
	Evidence []byte
	// Cause is the reason why the outcome is no answer, or why the record ended in this way.
	Cause string
	// Decline is the name of the poco.DeclineReason with which the seat is given back; "" if it is not, and in records of workers that
	// did not note it.
	Decline string
	Sent    []Sent
	Marks   []Mark
	// App is the reference of the program on the chain. End is what the settlement did; nil before it, and in records of workers that did
	// not note it.
	App string
	End *End

	unknown map[string]json.RawMessage // fields of a newer worker, kept
}

type wire struct {
	Version int      `json:"v"`
	Needs   int      `json:"needs"`
	Key     string   `json:"key"`
	State   State    `json:"state"`
	Deal    string   `json:"deal,omitempty"`
	Outcome *Outcome `json:"outcome,omitempty"`
	Stored  string   `json:"stored,omitempty"`
	Cause   string   `json:"cause,omitempty"`
	Sent    []Sent   `json:"sent,omitempty"`
	Marks   []Mark   `json:"marks,omitempty"`

	Evidence []byte   `json:"evidence,omitempty"`
	Reads    []string `json:"reads,omitempty"`
	App      string   `json:"app,omitempty"`
	End      *End     `json:"end,omitempty"`
	Decline  string   `json:"decline,omitempty"`
}

var known = []string{"v", "needs", "key", "state", "deal", "outcome", "stored", "cause", "sent", "marks", "evidence", "reads", "app", "end", "decline"}

// MarshalJSON writes the record, together with the unknown fields of newer workers that UnmarshalJSON kept.
func (r Record) MarshalJSON() ([]byte, error) {
	body, err := json.Marshal(wire{version, reader, r.Key.String(), r.State, r.Deal, r.Outcome, r.Stored, r.Cause, r.Sent, r.Marks, r.Evidence, r.Reads, r.App, r.End, r.Decline})
	if err != nil || len(r.unknown) == 0 {
		return body, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	for name, value := range r.unknown {
		fields[name] = value
	}
	return json.Marshal(fields)
}

// UnmarshalJSON reads a record of this or a compatible newer worker. Errors wrap ErrNewer or ErrKey.
func (r *Record) UnmarshalJSON(data []byte) error {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	if w.Needs > version {
		return fmt.Errorf("%w: the record needs version %d, this worker has %d", ErrNewer, w.Needs, version)
	}
	if !w.State.Valid() {
		return fmt.Errorf("%w: state %q", ErrNewer, w.State)
	}
	key, err := ParseKey(w.Key)
	if err != nil {
		return err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	for _, name := range known {
		delete(fields, name)
	}
	*r = Record{Key: key, State: w.State, Deal: w.Deal, Outcome: w.Outcome, Stored: w.Stored, Cause: w.Cause,
		Sent: w.Sent, Marks: w.Marks, Evidence: w.Evidence, Reads: w.Reads, App: w.App, End: w.End, Decline: w.Decline}
	if len(fields) > 0 {
		r.unknown = fields
	}
	return nil
}

// cloneRecord returns a copy that shares nothing mutable with r.
func (r Record) cloneRecord() Record {
	if r.Outcome != nil {
		o := *r.Outcome
		r.Outcome = &o
	}
	if r.End != nil {
		e := *r.End
		r.End = &e
	}
	r.Sent = append([]Sent(nil), r.Sent...)
	r.Marks = append([]Mark(nil), r.Marks...)
	r.Reads = append([]string(nil), r.Reads...)
	return r
}

// checkChange enforces the two laws of the package on a change.
func checkChange(old, next Record) error {
	if !old.State.comesBefore(next.State) {
		return fmt.Errorf("%w: %s can not go from %s to %s", ErrBackwards, old.Key, old.State, next.State)
	}
	if old.State.isPromised() && old.Outcome != nil && (next.Outcome == nil || *next.Outcome != *old.Outcome) {
		return fmt.Errorf("%w: %s has %+v", ErrOutcomeFixed, old.Key, *old.Outcome)
	}
	if len(next.Sent) < len(old.Sent) {
		return fmt.Errorf("%w: %s would forget a transaction", ErrBackwards, old.Key)
	}
	return nil
}
