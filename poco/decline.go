package poco

import "fmt"

// DeclineReason says why a worker gives a seat back. It changes nothing of what happens to the task, and nothing proves it: it is for
// those who read about the task, and for those who count.
type DeclineReason uint8

// The reasons of declines.
const (
	DeclineUnspecified DeclineReason = iota
	DeclineInput
	DeclineTime
	DeclineBusy
	DeclineRuntime
	DeclineCompile
	DeclineRun
	DeclineAnswer
	DeclineStorage
	DeclineMaintenance
	DeclineOther
)

// declineReasons is the table of the reasons: the name in text and JSON, and a sentence without its subject, the worker.
var declineReasons = [...]struct{ name, words string }{
	DeclineUnspecified: {"UNSPECIFIED", "gave no reason"},
	DeclineInput:       {"INPUT", "could not get the program or an input"},
	DeclineTime:        {"TIME", "would not have been done within the window"},
	DeclineBusy:        {"BUSY", "had no free slot"},
	DeclineRuntime:     {"RUNTIME", "does not have the program's runtime"},
	DeclineCompile:     {"COMPILE", "could not compile the program"},
	DeclineRun:         {"RUN", "could not run the program"},
	DeclineAnswer:      {"ANSWER", "could not seal or show its answer"},
	DeclineStorage:     {"STORAGE", "could not write to its disk"},
	DeclineMaintenance: {"MAINTENANCE", "was taken out of service"},
	DeclineOther:       {"OTHER", "had another reason"},
}

// DeclineReasons lists the reasons with which a seat can be given back.
func DeclineReasons() (all []DeclineReason) {
	for r := DeclineInput; int(r) < len(declineReasons); r++ {
		all = append(all, r)
	}
	return all
}

// ParseDeclineReason returns the reason with a name, and whether there is one.
func ParseDeclineReason(name string) (DeclineReason, bool) {
	for _, r := range DeclineReasons() {
		if r.String() == name {
			return r, true
		}
	}
	return DeclineUnspecified, false
}

// String is the name used in text and JSON.
func (r DeclineReason) String() string { return r.row().name }

// Words continues a sentence whose subject is the worker.
func (r DeclineReason) Words() string { return r.row().words }

func (r DeclineReason) row() struct{ name, words string } {
	if int(r) >= len(declineReasons) {
		r = DeclineUnspecified // of a chain that knows more reasons
	}
	return declineReasons[r]
}

// Validate returns an error unless a seat can be given back for the reason.
func (r DeclineReason) Validate() error {
	if last := len(declineReasons) - 1; r == DeclineUnspecified || int(r) > last {
		return fmt.Errorf("reason: got %d, expected 1 (%s) to %d (%s)", r, DeclineInput, last, DeclineReason(last))
	}
	return nil
}

// Decline is a seat that was given back.
type Decline struct {
	Who     string
	Org     string
	Attempt uint32
	Reason  DeclineReason
	Height  int64 // at which it was given back
}
