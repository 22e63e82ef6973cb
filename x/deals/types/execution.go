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
	return &Execution{OkExit: e.OkExit, Stdout: e.Stdout, Stdin: e.Stdin, Env: e.Env, Seconds: e.Seconds}
}

// Contract returns the execution as clients and workers know it; the zero one of nil.
func (e *Execution) Contract() contract.Execution {
	if e == nil {
		return contract.Execution{}
	}
	return contract.Execution{OkExit: e.OkExit, Stdout: e.Stdout, Stdin: e.Stdin, Env: e.Env, Seconds: e.Seconds}
}
