package release

import "fmt"

// Reason is the code of a refusal, for programs.
type Reason string

// The reasons.
const (
	// Malformed: the request is not well formed, or its signature is wrong.
	Malformed Reason = "malformed"
	// OtherChain: the request is for another chain.
	OtherChain Reason = "other-chain"
	// OtherAgent: the request is addressed to another server.
	OtherAgent Reason = "other-agent"
	// Expired: the time of the request is too far from the server's.
	Expired Reason = "expired"
	// Replayed: the request was answered before.
	Replayed Reason = "replayed"
	// TooMany: more requests than are answered came in a short time.
	TooMany Reason = "too-many-requests"
	// UnknownTask: the server's node does not know the task.
	UnknownTask Reason = "unknown-task"
	// NotDrawn: as far as the server's node knows, the account holds no seat in the attempt of the task, or has revealed its answer.
	NotDrawn Reason = "not-drawn"
	// TaskOver: the task has ended.
	TaskOver Reason = "task-over"
	// NotRead: the task does not read the file.
	NotRead Reason = "not-read"
	// UnknownSecret: the server has no key of the file.
	UnknownSecret Reason = "unknown-secret"
	// AppNotAllowed, RequesterNotAllowed and PoolNotAllowed: the owner of the file does not allow the deal's app, requester or pool.
	AppNotAllowed       Reason = "app-not-allowed"
	RequesterNotAllowed Reason = "requester-not-allowed"
	PoolNotAllowed      Reason = "pool-not-allowed"
	// AnswerNotSealed: the owner of the file allows only jobs whose answer is sealed.
	AnswerNotSealed Reason = "answer-not-sealed"
	// EnclaveRequired: the owner of the file allows only enclaves.
	EnclaveRequired Reason = "enclave-required"
	// SessionRefused: the session that the request names is not on the chain, or does not count there.
	SessionRefused Reason = "session-refused"
	// OtherJob: the enclave would run another job than the task's. The node that it asks lies.
	OtherJob Reason = "other-job"
	// Unavailable: the server cannot read the chain or its own files now.
	Unavailable Reason = "unavailable"
)

// passing are the reasons that a new request a moment later may not meet: for example, a node lagged, or a rate was used up.
var passing = map[Reason]bool{Expired: true, Replayed: true, TooMany: true, UnknownTask: true, NotDrawn: true, Unavailable: true, SessionRefused: true}

// Refusal says why a key was not given.
type Refusal struct {
	Reason Reason `json:"reason"`
	Words  string `json:"words"`
}

// Error returns the reason and its words.
func (r *Refusal) Error() string { return fmt.Sprintf("%s: %s", r.Reason, r.Words) }

// Passing says whether a new request a moment later may succeed.
func (r *Refusal) Passing() bool { return passing[r.Reason] }

func refuse(reason Reason, words string, args ...any) *Refusal {
	return &Refusal{Reason: reason, Words: fmt.Sprintf(words, args...)}
}
