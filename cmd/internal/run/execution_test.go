package run

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
)

func TestExecutionFlagsOfRun(t *testing.T) {
	var j jobFlags
	cmd := runCmdWith(&j)
	require.NoError(t, cmd.ParseFlags([]string{
		"--ok-exit", "20,0", "--ok-exit", "10", "--stdout", "log.txt", "--stdin", "moves.txt", "--env", "B=2, 3", "--env", "A=1", "--time", "90.5s",
	}))
	job, err := j.readJob([]string{"app.wasm"})
	require.NoError(t, err)
	require.Equal(t, contract.Execution{
		OkExit: []uint32{0, 10, 20}, Stdout: "log.txt", Stdin: "moves.txt", Env: []string{"B=2, 3", "A=1"}, Seconds: 91,
	}, job.Execution)
}
