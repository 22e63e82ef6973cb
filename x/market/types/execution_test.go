package types

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

func TestAnEmptyExecutionIsNone(t *testing.T) {
	require.Nil(t, Job{Execution: &dealstypes.Execution{}}.Normal().Execution, "one job has one encoding")
}

// TestTimeBesideFuel: a job that asks for time has it in its windows, and a category's time is its own.
func TestTimeBesideFuel(t *testing.T) {
	p := DefaultParams()
	work := poco.Work{Fuel: 2_000_000_000}
	without := p.Window(work, nil)
	work.RunBlocks = Job{Execution: &dealstypes.Execution{Seconds: 600}}.runBlocks(p.BlockMillis)
	require.EqualValues(t, 600*1000/p.BlockMillis, work.RunBlocks)
	require.Equal(t, p.CommitBlocks+work.RunBlocks, p.Window(work, nil))
	require.Less(t, without, p.Window(work, nil))
	require.EqualValues(t, 1, Job{Execution: &dealstypes.Execution{Seconds: 1}}.runBlocks(1001), "a begun block counts whole")
	require.Zero(t, Job{}.runBlocks(p.BlockMillis))

	j := Job{App: "acme/echo:1.0", Trust: 100, Category: "xs", Execution: &dealstypes.Execution{Seconds: 1}}.Normal()
	require.ErrorIs(t, j.Validate(p), ErrExecution)
	j.Execution = nil
	require.NoError(t, j.Validate(p))
}
