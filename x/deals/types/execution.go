package types

import (
	"cmp"

	"github.com/credence-chain/credence/poco/contract"
)

// NewExecution returns an execution in its one form, or nil when it asks for nothing.
func NewExecution(e contract.Execution) *Execution {
	if e.Empty() {
		return nil
	}
	normal := Execution(e.Normal())
	return &normal
}

// Contract returns the execution in the type of package contract; nil gives the zero value.
func (e *Execution) Contract() contract.Execution {
	if e == nil {
		return contract.Execution{}
	}
	return contract.Execution(*e)
}

// RunExecution returns how the deal's program is run: the job's execution, completed from the app's version and the time of the deal.
func (d Deal) RunExecution() contract.Execution {
	e := d.Execution.Contract()
	if len(e.OkExit) == 0 {
		e.OkExit = d.OkExit
	}
	e.Clock, e.OutputPath = cmp.Or(e.Clock, d.Time), d.OutputPath
	return e
}

// Rule returns the input in the type that package contract checks.
func (in Input) Rule() contract.Input { return contract.Input{Name: in.Name, Tree: in.Tree} }
