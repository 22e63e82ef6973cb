package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/server"

	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/internal/cli"
)

// A node that cannot go on ends, with a reason and an exit status by which its supervisor acts.
//
// CometBFT stops its consensus when something in it panics, and leaves the process alive: it answers, and makes no blocks. It
// logs consensusFailure then, which is all that others see of it. So what cannot go on comes here in three ways: the
// application tells why it could not execute or store a block, the logger hears of the engine, and the start of a node
// returns an error. The first reason ends the process at once, without stopping anything in order: what is on disk is that of a
// crash, from which a node always comes back.

// consensusFailure is what the engine logs when it stops.
const consensusFailure = "CONSENSUS FAILURE!!!"

// halt ends the process of a node that cannot go on.
type halt struct {
	once sync.Once
	out  io.Writer
	exit func(status int)
}

func newHalt() *halt { return &halt{out: os.Stderr, exit: os.Exit} }

// because ends the process, for the first reason that is given.
func (h *halt) because(cause error) {
	h.once.Do(func() {
		why := haltReason(cause)
		cli.TellError(h.out, why)
		h.exit(cli.ExitStatus(why))
	})
}

// haltReason says in words why a node cannot go on, and what to do. What it does not know is a failure of the consensus: stopped by a
// panic, whose text is all that there is.
func haltReason(cause error) error {
	text := cause.Error()
	switch {
	case strings.Contains(text, upgrades.ErrMissing.Error()):
		return &cli.Problem{
			What: text, Next: "put the program of that name in place and start it; under cosmovisor: credenced upgrade add NAME PROGRAM",
			Exit: cli.ExitUpgrade, Err: cause,
		}
	case errors.Is(cause, syscall.ENOSPC), strings.Contains(text, syscall.ENOSPC.Error()):
		return &cli.Problem{
			What: "the disk is full: " + text, Next: "make room in the node's data folder; started again, the node goes on where it stopped",
			Exit: cli.ExitDiskFull, Err: cause,
		}
	}
	return &cli.Problem{
		What: "the node cannot go on: " + text, Next: "start it again; when it stops at the same height once more, compare with other nodes and tell the developers, with the log",
		Exit: cli.ExitHalted, Err: cause,
	}
}

// startProblem is haltReason for the error with which the start of a node ended; errors that are none of these stay as they are.
func startProblem(err error) error {
	if err == nil {
		return nil
	}
	var known *cli.Problem
	if errors.As(haltReason(err), &known) && known.Exit != cli.ExitHalted {
		return known
	}
	return err
}

// listen has the logger of a command's node tell when the engine stopped.
func (h *halt) listen(cmd *cobra.Command) error {
	ctx := server.GetServerContextFromCmd(cmd)
	ctx.Logger = haltingLogger{Logger: ctx.Logger, halt: h}
	return server.SetCmdServerContext(cmd, ctx)
}

// haltingLogger is a logger that ends the process when the engine says that it stopped.
type haltingLogger struct {
	log.Logger
	halt *halt
}

// Error implements log.Logger.
func (l haltingLogger) Error(msg string, keyVals ...any) {
	l.Logger.Error(msg, keyVals...)
	l.hear(msg, keyVals)
}

// ErrorContext implements log.Logger.
func (l haltingLogger) ErrorContext(ctx context.Context, msg string, keyVals ...any) {
	l.Logger.ErrorContext(ctx, msg, keyVals...)
	l.hear(msg, keyVals)
}

// With implements log.Logger.
func (l haltingLogger) With(keyVals ...any) log.Logger {
	return haltingLogger{Logger: l.Logger.With(keyVals...), halt: l.halt}
}

// SetVerboseMode implements log.VerboseModeLogger where the logger does: it is told in detail how an upgrade goes.
func (l haltingLogger) SetVerboseMode(on bool) {
	if v, is := l.Logger.(log.VerboseModeLogger); is {
		v.SetVerboseMode(on)
	}
}

func (l haltingLogger) hear(msg string, keyVals []any) {
	if !strings.Contains(msg, consensusFailure) {
		return
	}
	for i := 0; i+1 < len(keyVals); i += 2 {
		if keyVals[i] == "err" {
			l.halt.because(fmt.Errorf("consensus failed: %v", keyVals[i+1]))
			return
		}
	}
	l.halt.because(errors.New("consensus failed"))
}
