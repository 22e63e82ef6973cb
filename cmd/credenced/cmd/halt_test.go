package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/internal/cli"
)

// TestHaltReason: a status tells a supervisor whether another program, room, or a look at the node is needed; the engine gives the reason as a
// text.
func TestHaltReason(t *testing.T) {
	missing := &upgrades.MissingError{Plan: upgradetypes.Plan{Name: "v2", Height: 9}}
	full := &fs.PathError{Op: "write", Path: "data/cs.wal/wal", Err: syscall.ENOSPC}
	for _, c := range []struct {
		cause  error
		status int
		next   string
	}{
		{missing, cli.ExitUpgrade, "credenced upgrade add"},
		{fmt.Errorf("failed to apply block; error %v", missing), cli.ExitUpgrade, "credenced upgrade add"},
		{full, cli.ExitDiskFull, "make room"},
		{errors.New(full.Error()), cli.ExitDiskFull, "make room"},
		{errors.New("+2/3 committed an invalid block"), cli.ExitHalted, "compare with other nodes"},
	} {
		err := haltReason(c.cause)
		require.Equal(t, c.status, cli.ExitStatus(err), "%v", c.cause)
		require.ErrorContains(t, err, c.next)
		require.ErrorContains(t, err, c.cause.Error())
	}
	require.NoError(t, startProblem(nil))
	require.Equal(t, cli.ExitUpgrade, cli.ExitStatus(startProblem(fmt.Errorf("error on replay: %v", missing))))
	require.Equal(t, cli.ExitFailed, cli.ExitStatus(startProblem(errors.New("address already in use"))), "no failure of the chain")
}

// TestHaltHearsTheEngine: the engine's word ends the process once, whatever the logger is derived from; nothing else does.
func TestHaltHearsTheEngine(t *testing.T) {
	var out bytes.Buffer
	var ends []int
	h := &halt{out: &out, exit: func(status int) { ends = append(ends, status) }}
	logger := haltingLogger{Logger: log.NewNopLogger(), halt: h}.With("module", "consensus")
	logger.Error("failed to process message", "err", "no space left on device")
	logger.Info(consensusFailure, "err", "quoted by somebody")
	require.Empty(t, ends)
	logger.Error(consensusFailure, "err", "write wal: no space left on device", "stack", "...")
	logger.Error(consensusFailure, "err", "again")
	h.because(errors.New("the application too"))
	require.Equal(t, []int{cli.ExitDiskFull}, ends)
	require.Contains(t, out.String(), "write wal")
	require.NotContains(t, out.String(), "again")
}
