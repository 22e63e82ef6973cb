package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
)

// Exit statuses of all commands. Each is a class of ends. Scripts read them, so that a number never changes its meaning.
const (
	ExitDone        = 0   // what was asked for is done
	ExitFailed      = 1   // anything that has no number of its own
	ExitUsage       = 2   // the command line can't be read
	ExitAppFailed   = 10  // the program itself failed, everywhere in the same way
	ExitNotEnded    = 11  // it still runs
	ExitNoVerdict   = 12  // no answer was accepted
	ExitUnfunded    = 13  // the account or the price doesn't suffice, or no offer meets the request
	ExitRefused     = 14  // the chain refused the transaction
	ExitUnproven    = 15  // a receipt does not prove what it is shown for
	ExitNetwork     = 20  // no node, store or worker could be reached
	ExitStalled     = 21  // the chain makes no blocks; what was begun goes on when it does
	ExitUpgrade     = 30  // of a node: an upgrade is due, and another build has to take over
	ExitConsensus   = 31  // of a node: the consensus engine has failed
	ExitStorage     = 32  // of a node: its files can't be written, or the disk is nearly full
	ExitDiverged    = 33  // of a node: its state is not the chain's
	ExitInterrupted = 130 // Stopped by Ctrl-C, as shells say it: 128 + SIGINT
	ExitTerminated  = 143 // Stopped by SIGTERM: 128 + 15
)

// ExitMeaning is a line of the table of exit statuses.
type ExitMeaning struct {
	Status int
	// Meaning in words.
	Meaning string
}

// ExitTable says what each exit status means; help and documentation print it.
func ExitTable() []ExitMeaning {
	return []ExitMeaning{
		{ExitDone, "it is done; of a task: there is a verified result"},
		{ExitFailed, "anything that has no number of its own"},
		{ExitUsage, "the command line can't be read: an unknown command or flag, a missing argument, a value that is none"},
		{ExitAppFailed, "the program itself failed, everywhere in the same way: that is the verified answer"},
		{ExitNotEnded, "not everything that is asked for has ended yet"},
		{ExitNoVerdict, "no answer was accepted, or nothing was traded; what nobody is paid of the escrow is refunded"},
		{ExitUnfunded, "not enough money, or no offer meets the request"},
		{ExitRefused, "the chain refused the transaction; but for its fee it did nothing"},
		{ExitUnproven, "the receipt does not prove the answer, or there can be none"},
		{ExitNetwork, "no node, store or worker could be reached"},
		{ExitStalled, "the chain makes no blocks; what was begun goes on when it does"},
		{ExitInterrupted, "stopped by Ctrl-C; tasks that were submitted run on"},
		{ExitTerminated, "stopped by SIGTERM; tasks that were submitted run on"},
	}
}

// NodeExitTable says what the exit statuses of a node that ends by itself mean, and what its supervisor should do.
func NodeExitTable() []ExitMeaning {
	return []ExitMeaning{
		{ExitUpgrade, "an upgrade is due, and another build has to take over: don't start the same build again"},
		{ExitConsensus, "the consensus engine has failed: start it again"},
		{ExitStorage, "its files can't be written, or the disk is nearly full: free the disk, and start it again"},
		{ExitDiverged, "its state is not the chain's: don't start it again; begin again from a snapshot"},
	}
}

// NodeExitText returns NodeExitTable as lines of text.
func NodeExitText() string { return exitTable(NodeExitTable()) }

// ExitText returns ExitTable as lines of text.
func ExitText() string { return exitTable(ExitTable()) }

func exitTable(table []ExitMeaning) string {
	var b strings.Builder
	for _, line := range table {
		fmt.Fprintf(&b, "  %-4d %s\n", line.Status, line.Meaning)
	}
	return b.String()
}

// Causes of a command's context that its user has stopped.
var (
	// ErrInterrupted is Ctrl-C.
	ErrInterrupted = errors.New("stopped by Ctrl-C")
	// ErrTerminated is SIGTERM.
	ErrTerminated = errors.New("stopped by SIGTERM")
)

// ExitStatus returns the exit status of a command that ends with the error.
func ExitStatus(err error) int {
	var (
		left    *client.Interrupted
		classed interface{ ExitCode() int }
		refused *client.TxError
		own     *client.Error
	)
	switch {
	case err == nil:
		return ExitDone
	case errors.Is(err, ErrTerminated):
		return ExitTerminated
	case errors.Is(err, ErrInterrupted), errors.As(err, &left):
		return ExitInterrupted
	case errors.Is(err, client.ErrStalled): // whoever words it
		return ExitStalled
	case errors.As(err, &classed):
		return classed.ExitCode()
	case errors.As(err, &own):
		return explainClient(own).ExitCode()
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.As(err, &refused):
		return ExitRefused
	case errors.Is(err, client.ErrNoEndpoint), status.Code(err) == codes.Unavailable, errors.Is(err, client.ErrExpired):
		return ExitNetwork
	case errors.Is(err, client.ErrNoAccount):
		return ExitUnfunded
	}
	return ExitFailed
}
