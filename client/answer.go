package client

import (
	"slices"
	"time"

	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
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

// ExitCondition is a condition on the exit status of an earlier request of one task, which has ExitStatus as its Onchain.
type ExitCondition struct {
	// Request is the id of the request.
	Request string
	// Exit are the exit statuses with which the job runs. They must be successes of that request's program.
	Exit []uint32
}

// ExitStatus is the Onchain of a job whose exit status the chain is to know.
const ExitStatus = result.ExitStatus

// conditions returns the conditions in the form that the chain takes.
func (j Job) conditions() (out []*markettypes.ExitCondition) {
	for _, c := range j.When {
		exit := slices.Clone(c.Exit)
		slices.Sort(exit)
		out = append(out, &markettypes.ExitCondition{Request: c.Request, Exit: slices.Compact(exit)})
	}
	return out
}

const (
	// DefaultAnswerBytes is the most bytes of an Answer that names none.
	DefaultAnswerBytes = 64 << 20
	// defaultWait is how long a job waits for other requests, and for offers, if it says nothing.
	defaultWait = 24 * time.Hour
)

// limitWaiting lets a job that waits for others end at some time.
func (j *Job) limitWaiting() {
	if len(j.After)+len(j.Answers)+len(j.When) > 0 && !j.mayRest() {
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
