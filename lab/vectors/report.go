package vectors

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Verdicts of a case.
const (
	OK   = "ok"
	Fail = "fail"
)

// Case is the outcome of one check case.
type Case struct {
	ID       string          `json:"id"`
	Group    string          `json:"group"`
	Expected json.RawMessage `json:"expected"`
	Got      json.RawMessage `json:"got"`
	Verdict  string          `json:"verdict"`
	Why      string          `json:"why,omitempty"`
}

// Report is the outcome of a file, one entry per case, in the file's order. As
// JSON it is the array of its cases.
type Report struct {
	Cases []Case
}

// MarshalJSON writes the cases as an array.
func (r Report) MarshalJSON() ([]byte, error) {
	if r.Cases == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(r.Cases)
}

// Failed counts the cases that differ.
func (r Report) Failed() int {
	n := 0
	for _, c := range r.Cases {
		if c.Verdict != OK {
			n++
		}
	}
	return n
}

// Summary is one line for people.
func (r Report) Summary() string {
	return fmt.Sprintf("%d cases, %d ok, %d failed", len(r.Cases), len(r.Cases)-r.Failed(), r.Failed())
}

// maxReasons bounds the reasons printed for one case.
const maxReasons = 12

func (c Case) judgeCase(reasons []string) Case {
	c.Verdict = OK
	if len(reasons) > 0 {
		c.Verdict = Fail
		if more := len(reasons) - maxReasons; more > 0 {
			reasons = append(reasons[:maxReasons:maxReasons], fmt.Sprintf("and %d more", more))
		}
		c.Why = strings.Join(reasons, "; ")
	}
	if c.Expected == nil {
		c.Expected = json.RawMessage("null")
	}
	if c.Got == nil {
		c.Got = json.RawMessage("null")
	}
	return c
}
