package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
)

// WatchContext returns a context that ends with Ctrl-C or SIGTERM, and has the signal as its cause. A second signal ends the program at
// once.
func WatchContext(cmd *cobra.Command) (context.Context, context.CancelFunc) {
	parent := cmd.Context()
	if parent == nil {
		parent = context.Background()
	}
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cause := ErrInterrupted
			if s == syscall.SIGTERM {
				cause = ErrTerminated
			}
			cancel(cause)
		case <-ctx.Done():
			signal.Stop(signals)
		}
	}()
	return ctx, func() { cancel(context.Canceled) }
}

// Stopped turns the error of work that its user stopped into a Problem that says so, and what to do next. It returns other errors
// unchanged.
func Stopped(ctx context.Context, err error, next string) error {
	cause := context.Cause(ctx)
	if err == nil || client.IsEnding(err) || !errors.Is(cause, ErrInterrupted) && !errors.Is(cause, ErrTerminated) {
		return err
	}
	var left *client.Interrupted
	if errors.As(err, &left) {
		return err
	}
	status := ExitStatus(cause)
	var said *Problem
	if errors.As(err, &said) && said.Exit == status {
		return err // it is closer to the work, and says more
	}
	var unsure *client.HashError
	if errors.As(err, &unsure) {
		return &Problem{
			What: fmt.Sprintf("%v; whether transaction %s came into a block is not known", cause, unsure.Hash),
			Next: "credenced show tx " + unsure.Hash, Exit: status, Err: cause,
		}
	}
	if !errors.Is(err, context.Canceled) && !errors.Is(err, cause) && ctx.Err() == nil {
		return err
	}
	return &Problem{What: cause.Error(), Next: next, Exit: status, Err: cause}
}

// ExplainCommandError rewrites the error of any command for people. It covers the SDK's commands too, which do not call Explain.
func ExplainCommandError(err error) error {
	err = SimplifyError(Explain(err))
	var known *Problem
	var network *net.OpError
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.As(err, &network) && network.Op == "dial" && strings.Contains(err.Error(), "post failed: "): // CometBFT's client
		return &Problem{
			What: "no node answers: " + err.Error(),
			Next: "start one with `credenced devnet`, or name one: --node tcp://HOST:PORT, or credenced config set client node tcp://HOST:PORT",
			Exit: ExitNetwork, Err: err,
		}
	}
	if text := client.WithoutRPC(err.Error()); text != err.Error() {
		return &Problem{What: text, Exit: ExitStatus(err), Err: err}
	}
	return err
}

// TellError writes the error with which a command ends. It writes no "Error:" if the user stopped the command.
func TellError(out io.Writer, err error) {
	begin := "Error: "
	switch ExitStatus(err) {
	case ExitInterrupted, ExitTerminated:
		begin = "\n"
	}
	fmt.Fprintf(out, "%s%v\n", begin, err)
}

// delivery are the words that the chain puts before a message's error. Our transactions have only one message.
const delivery = "failed to execute message; message index: 0: "

// constant matches a value of an enumeration in the chain's errors.
var constant = regexp.MustCompile(`(?:ORDER|REQUEST)_(?:STATUS|KIND)_([A-Z]+)`)

// SimplifyError removes from a Problem the words that are only for programs.
func SimplifyError(err error) error {
	var p *Problem
	if errors.As(err, &p) {
		p.What = strings.Replace(p.What, delivery, "", 1)
		p.What = constant.ReplaceAllStringFunc(p.What, func(word string) string {
			return strings.ToLower(word[strings.LastIndexByte(word, '_')+1:])
		})
	}
	return err
}

// MakeFolderOf makes the folder of a file, if there is none. Only the owner can read the folder, because the file may be private.
func MakeFolderOf(file string) error { return os.MkdirAll(filepath.Dir(file), 0o700) }

// OneOf checks that a flag has one of a few values.
func OneOf(flag, got string, values ...string) error {
	for _, v := range values {
		if got == v {
			return nil
		}
	}
	return &Problem{What: fmt.Sprintf("%s %q: expected %s", flag, got, strings.Join(values, " or ")), Exit: ExitUsage}
}

// NoPrepare replaces the preparation of commands that need no node configuration, so that they write nothing to a node's home.
func NoPrepare(*cobra.Command, []string) error { return nil }
