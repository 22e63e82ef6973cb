package types

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
)

func TestNewExecution(t *testing.T) {
	require.Nil(t, NewExecution(contract.Execution{}))
	require.NotNil(t, NewExecution(contract.Execution{OkExit: []uint32{0}}), "0 alone, whatever the app's version says")
	var none *Execution
	require.True(t, none.Contract().Empty())
	e := NewExecution(contract.Execution{OkExit: []uint32{20, 0}, Stdout: "o", Stdin: "i", Env: []string{"B=1", "A=2"}, Seconds: 7, Clock: 1, Seed: "s", Writable: true, Workdir: "in", OutputPath: "p"})
	require.Equal(t, &Execution{OkExit: []uint32{0, 20}, Stdout: "o", Stdin: "i", Env: []string{"A=2", "B=1"}, Seconds: 7, Clock: 1, Seed: "s", Writable: true, Workdir: "in", OutputPath: "p"}, e)
	require.Equal(t, e, NewExecution(e.Contract()))
}

// TestRunExecution: what the app's version says of statuses holds where the job says nothing.
func TestRunExecution(t *testing.T) {
	d := Deal{OkExit: []uint32{10, 20}}
	require.Equal(t, []uint32{10, 20}, d.RunExecution().OkExit)
	d.Execution = &Execution{Seed: "s"}
	require.Equal(t, contract.Execution{OkExit: []uint32{10, 20}, Seed: "s"}, d.RunExecution())
	d.Execution.OkExit = []uint32{0}
	require.Equal(t, []uint32{0}, d.RunExecution().OkExit)
}
