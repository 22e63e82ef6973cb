package types

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
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
	work.RunBlocks = Job{Execution: &dealstypes.Execution{Seconds: 600}}.runBlocks(contract.Runtime{}, p.BlockMillis)
	require.EqualValues(t, 600*1000/p.BlockMillis, work.RunBlocks)
	require.Equal(t, p.CommitBlocks+work.RunBlocks, p.Window(work, nil))
	require.Less(t, without, p.Window(work, nil))
	require.EqualValues(t, 1, Job{Execution: &dealstypes.Execution{Seconds: 1}}.runBlocks(contract.Runtime{}, 1001), "a begun block counts whole")
	require.Zero(t, Job{}.runBlocks(contract.Runtime{}, p.BlockMillis))
	oci, err := contract.FindRuntime(contract.RuntimeOCI)
	require.NoError(t, err)
	require.EqualValues(t, 60*1000/p.BlockMillis, Job{}.runBlocks(oci, p.BlockMillis), "time is a container's limit, and the window has room for it")
	require.EqualValues(t, 600*1000/p.BlockMillis, Job{Execution: &dealstypes.Execution{Seconds: 600}}.runBlocks(oci, p.BlockMillis))

	j := Job{App: "acme/echo:1.0", Trust: 100, Category: "xs", Execution: &dealstypes.Execution{Seconds: 1}}.Normal()
	require.ErrorIs(t, j.Validate(p), ErrExecution)
	j.Execution = nil
	require.NoError(t, j.Validate(p))
}
