package types

import (
	"cmp"

	"github.com/credence-chain/credence/poco/contract"
)

// NewExecution returns an execution in its one form; nil where nothing is asked for.
func NewExecution(e contract.Execution) *Execution {
	if e.Empty() {
		return nil
	}
	normal := Execution(e.Normal())
	return &normal
}

// Contract returns the execution as clients and workers know it; the zero one of nil.
func (e *Execution) Contract() contract.Execution {
	if e == nil {
		return contract.Execution{}
	}
	return contract.Execution(*e)
}

// RunExecution is how the deal's program is run: the job's execution, completed by the app's version and the time of the deal.
func (d Deal) RunExecution() contract.Execution {
	e := d.Execution.Contract()
	if len(e.OkExit) == 0 {
		e.OkExit = d.OkExit
	}
	e.Clock, e.OutputPath = cmp.Or(e.Clock, d.Time), d.OutputPath
	return e
}

// Rule is the input as its rules look at it.
func (in Input) Rule() contract.Input { return contract.Input{Name: in.Name, Tree: in.Tree} }
