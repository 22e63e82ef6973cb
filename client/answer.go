package client

import (
	"time"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// Answer is the result of an earlier request of one task, as an input of a job. The chain fills in what it is when that request has ended.
type Answer struct {
	// Name of the folder under /in.
	Name string
	// Request is the id of the request.
	Request string
	// Most is the most bytes that the result may have, its manifest included; 0 means DefaultAnswerBytes. The job's windows have time for them.
	Most uint64
}

const (
	// DefaultAnswerBytes is the most bytes of an Answer that names none.
	DefaultAnswerBytes = 64 << 20
	// defaultWait is how long a job waits for other requests, and for offers, if it says nothing.
	defaultWait = 24 * time.Hour
)

// limitWaiting lets a job that waits for others end at some time.
func (j *Job) limitWaiting() {
	if len(j.After)+len(j.Answers) > 0 && !j.mayRest() {
		j.RestFor = defaultWait
	}
}

// answerInputs returns the answers in the form that the chain takes. stores are where workers look for the bytes first.
func (j Job) answerInputs(stores []string) (out []*dealstypes.Input) {
	for _, a := range j.Answers {
		most := a.Most
		if most == 0 {
			most = DefaultAnswerBytes
		}
		out = append(out, &dealstypes.Input{Name: a.Name, Size_: most, Locators: stores, Tree: true, Of: a.Request})
	}
	return out
}
