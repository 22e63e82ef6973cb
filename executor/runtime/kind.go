package runtime

import "fmt"

// Kind is the kind of answer that a run gave. The zero value is no answer.
type Kind uint8

const (
	// Result: the app ended with an exit status that means success; its files are the answer.
	Result Kind = iota + 1
	// AppFailed: the app failed in a way that is the same on every machine.
	AppFailed
	// InputUnavailable: nobody could get an input that the task names.
	InputUnavailable
	// Abstain: this machine has no answer.
	Abstain
)

var kindNames = map[Kind]string{
	Result: "RESULT", AppFailed: "APP_FAILED", InputUnavailable: "INPUT_UNAVAILABLE", Abstain: "ABSTAIN",
}

// String gives the protocol's name of the kind.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}
