package types

import (
	"reflect"
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

// The chain stores what contract.Execution says of itself: its canonical encoding is that of the message, and its fields in JSON have the
// names of the message's.
func TestExecutionIsTheMessage(t *testing.T) {
	for _, e := range []contract.Execution{
		{}, {OkExit: []uint32{0}}, {OkExit: []uint32{1, 300, 1<<32 - 1}}, {Clock: -1}, {Env: []string{"A=", "B=é"}},
		{OkExit: []uint32{0, 20}, Stdout: "o", Stdin: "i", Env: []string{"A=2", "B=1"}, Seconds: 7, Clock: 1, Seed: "s", Writable: true, Workdir: "in", OutputPath: "p", Rows: "r"},
	} {
		message := Execution(e)
		stored, err := message.Marshal()
		require.NoError(t, err)
		require.Equal(t, stored, append([]byte{}, e.Encode()...))
		require.Equal(t, len(stored) == 0, e.Empty())
		back, err := contract.DecodeExecution(stored)
		require.NoError(t, err)
		require.Equal(t, e, back)
	}
	ours, message := reflect.TypeFor[contract.Execution](), reflect.TypeFor[Execution]()
	for i := range ours.NumField() {
		require.Equal(t, message.Field(i).Tag.Get("json"), ours.Field(i).Tag.Get("json"))
	}
}

// TestRunExecution: what the app's version says of statuses holds where the job says nothing.
func TestRunExecution(t *testing.T) {
	d := Deal{OkExit: []uint32{10, 20}}
	require.Equal(t, []uint32{10, 20}, d.RunExecution().OkExit)
	d.Execution = &Execution{Seed: "s"}
	require.Equal(t, contract.Execution{OkExit: []uint32{10, 20}, Seed: "s"}, d.RunExecution())
	d.Execution.OkExit = []uint32{0}
	require.Equal(t, []uint32{0}, d.RunExecution().OkExit)
	d.Time, d.OutputPath = 100, "declared"
	require.Equal(t, contract.Execution{OkExit: []uint32{0}, Seed: "s", Clock: 100, OutputPath: "declared"}, d.RunExecution())
	d.Execution.Clock = 7
	require.EqualValues(t, 7, d.RunExecution().Clock)
}
