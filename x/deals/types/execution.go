package types

import "github.com/credence-chain/credence/poco/contract"

// NewExecution returns an execution in its one form; nil where nothing is asked for.
func NewExecution(e contract.Execution) *Execution {
	if e.Empty() {
		return nil
	}
	if e = e.Normal(); e.Empty() {
		return nil
	}
	return &Execution{
		OkExit: e.OkExit, Stdout: e.Stdout, Stdin: e.Stdin, Env: e.Env, Seconds: e.Seconds,
		Clock: e.Clock, Seed: e.Seed, Writable: e.Writable, Workdir: e.Workdir, OutputPath: e.OutputPath, Rows: e.Rows,
	}
}

// Contract returns the execution as clients and workers know it; the zero one of nil.
func (e *Execution) Contract() contract.Execution {
	if e == nil {
		return contract.Execution{}
	}
	return contract.Execution{
		OkExit: e.OkExit, Stdout: e.Stdout, Stdin: e.Stdin, Env: e.Env, Seconds: e.Seconds,
		Clock: e.Clock, Seed: e.Seed, Writable: e.Writable, Workdir: e.Workdir, OutputPath: e.OutputPath, Rows: e.Rows,
	}
}

// RunExecution is how the deal's program is run: the job's execution, completed by what the app's version says.
func (d Deal) RunExecution() contract.Execution {
	e := d.Execution.Contract()
	if len(e.OkExit) == 0 {
		e.OkExit = d.OkExit
	}
	return e
}

// Rule is the input as its rules look at it.
func (in Input) Rule() contract.Input { return contract.Input{Name: in.Name, Tree: in.Tree} }
