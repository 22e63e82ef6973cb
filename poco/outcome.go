package poco

import "fmt"

// Kind says what a worker's outcome claims.
type Kind uint8

// The outcome kinds of protocol section 2. Result and AppFailed are answers: they are compared, paid and counted.
// InputUnavailable and Abstain say that there is no answer, through no fault of the worker.
const (
	KindUnspecified Kind = iota
	KindResult
	KindAppFailed
	KindInputUnavailable
	KindAbstain
)

// String is the name used in text and JSON.
func (k Kind) String() string {
	switch k {
	case KindResult:
		return "RESULT"
	case KindAppFailed:
		return "APP_FAILED"
	case KindInputUnavailable:
		return "INPUT_UNAVAILABLE"
	case KindAbstain:
		return "ABSTAIN"
	}
	return "UNSPECIFIED"
}

// IsAnswer says whether the kind is an answer of the app (a result, or its deterministic failure).
func (k Kind) IsAnswer() bool { return k == KindResult || k == KindAppFailed }

// Outcome is a worker's answer, or the reason why it has none. Two workers agree when their outcomes are equal in every field.
type Outcome struct {
	Kind   Kind
	Digest [32]byte // of the canonical result manifest, which covers exit status and reason
	Fuel   uint64   // fuel used; part of the answer where the runtime is deterministic
}

// Validate refuses outcomes that no honest worker sends: an unknown kind, an answer without a digest, a non-answer with one.
func (o Outcome) Validate() error {
	switch {
	case o.Kind == KindUnspecified || o.Kind > KindAbstain:
		return fmt.Errorf("outcome.kind: got %d, expected RESULT, APP_FAILED, INPUT_UNAVAILABLE or ABSTAIN", o.Kind)
	case o.Kind.IsAnswer() && o.Digest == [32]byte{}:
		return fmt.Errorf("outcome.digest: empty, expected the result's SHA-256 for kind %s", o.Kind)
	case !o.Kind.IsAnswer() && (o.Digest != [32]byte{} || o.Fuel != 0):
		return fmt.Errorf("outcome.digest and outcome.fuel: expected none for kind %s", o.Kind)
	}
	return nil
}
