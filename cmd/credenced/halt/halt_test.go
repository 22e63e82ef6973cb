package halt

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/credence-chain/credence/internal/cli"
)

func TestReasonOf(t *testing.T) {
	for text, want := range map[string]int{
		`UPGRADE "v2" NEEDED at height: 25: `:                                                            cli.ExitUpgrade,
		`failed to apply block; error UPGRADE "v2" NEEDED at height: 25: `:                               cli.ExitUpgrade,
		`BINARY UPDATED BEFORE TRIGGER! UPGRADE "v2" - in binary but not executed on chain.`:             cli.ExitUpgrade,
		`wrong app version 0, upgrade handler is missing for v2 upgrade plan`:                            cli.ExitUpgrade,
		"failed to write {} msg to consensus WAL due to write wal: no space left on device; check":       cli.ExitStorage,
		"open data/x: read-only file system":                                                             cli.ExitStorage,
		"+2/3 committed an invalid block: wrong Block.Header.AppHash.  Expected 0A, got 0B":              cli.ExitDiverged,
		"state.AppHash does not match AppHash after replay. Got 0A, expected 0B.":                        cli.ExitDiverged,
		"runtime error: invalid memory address or nil pointer dereference\ngoroutine 1 [running]:\nmain": cli.ExitConsensus,
	} {
		r := ReasonOf(errors.New(text))
		require.Equal(t, want, r.Status, text)
		require.NotContains(t, r.What, "\n", "a line for people")
		require.NotEmpty(t, r.Next)
	}
	slow := errors.New("precommit step; +2/3 prevoted for an invalid block: block time 2026-12-01 04:51:59 is too far in the future (wall clock 2026-12-01 03:52:00 + tolerance 1m0s)")
	require.Contains(t, ReasonOf(slow).What, "this machine's clock is wrong")
	require.Equal(t, cli.ExitConsensus, ReasonOf(slow).Status, "a supervisor starts it again until the clock is right")
	plain := errors.New("no such file or directory")
	require.Equal(t, plain, Explain(plain), "an ordinary refusal to start stays what it is")
}

// stage is a node whose process is the test itself.
type stage struct {
	*Node
	out     bytes.Buffer
	stopped chan struct{}
	exited  chan int
}

func newStage() *stage {
	s := &stage{stopped: make(chan struct{}, 1), exited: make(chan int, 8)}
	s.Node = &Node{Out: &s.out, Stop: func() { s.stopped <- struct{}{} }, Exit: func(status int) { s.exited <- status }}
	return s
}

// The engine's log lines about its failure end the node. Other errors do not, and the first reason stays.
func TestWatchEndsTheNode(t *testing.T) {
	s := newStage()
	logger := s.WatchLog(log.NewNopLogger()).With("module", "consensus")
	logger.Error("failed to connect", "err", "no space left on device")
	logger.Error("Error in validation", "err", "invalid commit -- wrong set size: 4 vs 3")
	require.Nil(t, s.Reason())
	logger.Error("CONSENSUS FAILURE!!!", "err", "failed to apply block; error UPGRADE \"v2\" NEEDED at height: 25", "stack", "goroutine 1")
	<-s.stopped
	require.Equal(t, cli.ExitUpgrade, s.Reason().Status)
	logger.Error("CONSENSUS FAILURE!!!", "err", "again")
	require.Equal(t, cli.ExitUpgrade, s.Reason().Status)
	require.Equal(t, cli.ExitUpgrade, <-s.exited, "it did not end by itself in time")
	require.Contains(t, s.out.String(), "Next: start the build that has it")

	s = newStage()
	s.WatchLog(log.NewNopLogger()).Error("Error in validation", "height", int64(7), "err", "wrong Block.Header.AppHash.  Expected 0A, got 0B")
	<-s.stopped
	require.Equal(t, cli.ExitDiverged, s.Reason().Status, "a node that catches up tries for ever otherwise")

	s = newStage()
	s.WatchLog(log.NewNopLogger()).Error("Error in validation", "height", int64(7), "err", "block time 2026 is too far in the future (wall clock 2025 + tolerance 1m0s)")
	<-s.stopped
	require.Contains(t, s.Reason().Next, "set the clock")
}

// A block that cannot be executed ends a node at once while it catches up. Otherwise the node first gives its peers some time.
func TestFailedBlock(t *testing.T) {
	s := newStage()
	s.ReportFailure(errors.New("beacon of block 7: no proof"), time.Now().Add(-time.Hour))
	require.Equal(t, cli.ExitConsensus, <-s.exited)
	s = newStage()
	s.Linger = 20 * time.Millisecond
	s.ReportFailure(errors.New("beacon of block 7: no proof"), time.Now())
	require.Empty(t, s.exited)
	<-s.stopped
}

func TestGuard(t *testing.T) {
	s, done := newStage(), make(chan struct{})
	defer close(done)
	require.NoError(t, s.GuardDisk(t.TempDir(), 0, time.Millisecond, done))
	require.NoError(t, s.GuardDisk(t.TempDir(), 1, time.Millisecond, done))
	err := s.GuardDisk(t.TempDir(), 1<<62, time.Millisecond, done)
	require.ErrorContains(t, err, "MiB free, expected at least")
	require.Equal(t, cli.ExitStorage, cli.ExitStatus(err))
}
