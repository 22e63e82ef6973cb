package release

import "fmt"

// Reason is why a key is not given, a word for programs.
type Reason string

// The reasons.
const (
	// Malformed: the request, or its signature, is none.
	Malformed Reason = "malformed"
	// OtherChain: the request is for another chain.
	OtherChain Reason = "other-chain"
	// OtherAgent: the request names another as who is asked.
	OtherAgent Reason = "other-agent"
	// Expired: the time of the request is too far from that of who is asked.
	Expired Reason = "expired"
	// Replayed: the request was answered before.
	Replayed Reason = "replayed"
	// TooMany: more requests than are answered came in a short time.
	TooMany Reason = "too-many-requests"
	// UnknownTask: the chain has no such task, as far as the node of who is asked knows.
	UnknownTask Reason = "unknown-task"
	// NotDrawn: the account holds no seat in the attempt of the task, or has answered there, as far as that node knows.
	NotDrawn Reason = "not-drawn"
	// TaskOver: the task has ended.
	TaskOver Reason = "task-over"
	// NotRead: the task does not read the file.
	NotRead Reason = "not-read"
	// UnknownSecret: who is asked has no key of the file.
	UnknownSecret Reason = "unknown-secret"
	// AppNotAllowed, RequesterNotAllowed and PoolNotAllowed: the owner of the file does not allow it for the deal, or no more.
	AppNotAllowed       Reason = "app-not-allowed"
	RequesterNotAllowed Reason = "requester-not-allowed"
	PoolNotAllowed      Reason = "pool-not-allowed"
	// AnswerNotSealed: the owner of the file allows it for sealed answers alone.
	AnswerNotSealed Reason = "answer-not-sealed"
	// EnclaveRequired: the owner of the file allows it for enclaves alone.
	EnclaveRequired Reason = "enclave-required"
	// SessionRefused: the session that the request names does not count on the chain, or is not there.
	SessionRefused Reason = "session-refused"
	// Unavailable: who is asked can not look at the chain or at its own files now.
	Unavailable Reason = "unavailable"
)

// passing are the reasons that may be gone a moment later, with a request made anew: a node that lags, a full second.
var passing = map[Reason]bool{Expired: true, Replayed: true, TooMany: true, UnknownTask: true, NotDrawn: true, Unavailable: true, SessionRefused: true}

// Refusal is a key that was not given.
type Refusal struct {
	Reason Reason `json:"reason"`
	Words  string `json:"words"`
}

// Error says why.
func (r *Refusal) Error() string { return fmt.Sprintf("%s: %s", r.Reason, r.Words) }

// Passing says whether the same may be asked for again a moment later.
func (r *Refusal) Passing() bool { return passing[r.Reason] }

func refuse(reason Reason, words string, args ...any) *Refusal {
	return &Refusal{Reason: reason, Words: fmt.Sprintf(words, args...)}
}
