package jobflags

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
)

func TestExecutionFlags(t *testing.T) {
	flags := ExecutionFlags{okExit: []uint{20, 0, 10}, stdout: "log.txt", stdin: "moves.txt", env: []string{"B=2, 3", "A=1"}, time: 90500 * time.Millisecond}
	e, err := flags.Execution()
	require.NoError(t, err)
	require.Equal(t, contract.Execution{
		OkExit: []uint32{0, 10, 20}, Stdout: "log.txt", Stdin: "moves.txt", Env: []string{"B=2, 3", "A=1"}, Seconds: 91,
	}, e)
	e, err = (&ExecutionFlags{clock: "2026-01-01T00:00:00Z", seed: "7", writable: true, workdir: "/in/x/", outputPath: "a"}).Execution()
	require.NoError(t, err)
	require.Equal(t, contract.Execution{Clock: 1_767_225_600, Seed: "7", Writable: true, Workdir: "in/x", OutputPath: "a"}, e)
	e, err = (&ExecutionFlags{clock: "1"}).Execution()
	require.NoError(t, err)
	require.EqualValues(t, 1, e.Clock)
	for _, wrong := range []string{"0", "-1", "yesterday", "1969-01-01T00:00:00Z", "4294967296"} {
		_, err = (&ExecutionFlags{clock: wrong}).Execution()
		require.ErrorContains(t, err, "--clock", wrong)
	}
	_, err = (&ExecutionFlags{time: 25 * time.Hour}).Execution()
	require.ErrorContains(t, err, "--time 25h0m0s")
	_, err = (&ExecutionFlags{okExit: []uint{1 << 32}}).Execution()
	require.ErrorContains(t, err, "--ok-exit 4294967296")
}
