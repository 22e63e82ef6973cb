package types

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
)

func TestNewExecution(t *testing.T) {
	require.Nil(t, NewExecution(contract.Execution{}))
	require.Nil(t, NewExecution(contract.Execution{OkExit: []uint32{0}}), "0 is success without being named")
	var none *Execution
	require.True(t, none.Contract().Empty())
	e := NewExecution(contract.Execution{OkExit: []uint32{20, 0}, Stdout: "o", Stdin: "i", Env: []string{"B=1", "A=2"}, Seconds: 7})
	require.Equal(t, &Execution{OkExit: []uint32{0, 20}, Stdout: "o", Stdin: "i", Env: []string{"A=2", "B=1"}, Seconds: 7}, e)
	require.Equal(t, e, NewExecution(e.Contract()))
	require.Nil(t, Job{Execution: &Execution{}}.Normal().Execution, "an empty one is none: one job has one encoding")
}

// TestTimeBesideFuel: a job that asks for time has it in its windows, and a category's time is its own.
func TestTimeBesideFuel(t *testing.T) {
	p := DefaultParams()
	work := poco.Work{Fuel: 2_000_000_000}
	without := p.Window(work, nil)
	work.RunBlocks = Job{Execution: &Execution{Seconds: 600}}.runBlocks(p.BlockMillis)
	require.EqualValues(t, 600*1000/p.BlockMillis, work.RunBlocks)
	require.Equal(t, p.CommitBlocks+work.RunBlocks, p.Window(work, nil))
	require.Less(t, without, p.Window(work, nil))
	require.EqualValues(t, 1, Job{Execution: &Execution{Seconds: 1}}.runBlocks(1001), "a begun block counts whole")
	require.Zero(t, Job{}.runBlocks(p.BlockMillis))

	j := Job{App: "acme/echo:1.0", Trust: 100, Category: "xs", Execution: &Execution{Seconds: 1}}.Normal()
	require.ErrorIs(t, j.Validate(p), ErrExecution)
	j.Execution = nil
	require.NoError(t, j.Validate(p))
}
