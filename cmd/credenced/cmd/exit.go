package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
)

// watchContext ends with Ctrl-C or SIGTERM, which is then its cause. A second signal ends the program at once.
func watchContext(cmd *cobra.Command) (context.Context, context.CancelFunc) {
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
			cause := client.ErrInterrupted
			if s == syscall.SIGTERM {
				cause = client.ErrTerminated
			}
			cancel(cause)
		case <-ctx.Done():
			signal.Stop(signals)
		}
	}()
	return ctx, func() { cancel(context.Canceled) }
}

// stopped turns the error of work that its user stopped into one that says so, and what to do next. Other errors stay.
func stopped(ctx context.Context, err error, next string) error {
	cause := context.Cause(ctx)
	if err == nil || !errors.Is(cause, client.ErrInterrupted) && !errors.Is(cause, client.ErrTerminated) {
		return err
	}
	var left *client.Interrupted
	if errors.As(err, &left) {
		return err
	}
	status := client.ExitStatus(cause)
	var said *client.Problem
	if errors.As(err, &said) && said.Exit == status {
		return err // nearer to the work
	}
	var unsure *client.HashError
	if errors.As(err, &unsure) {
		return &client.Problem{
			What: fmt.Sprintf("%v; whether transaction %s came into a block is not known", cause, unsure.Hash),
			Next: "credenced query tx " + unsure.Hash, Exit: status, Err: cause,
		}
	}
	if !errors.Is(err, context.Canceled) && !errors.Is(err, cause) && ctx.Err() == nil {
		return err
	}
	return &client.Problem{What: cause.Error(), Next: next, Exit: status, Err: cause}
}

// explained puts the error of any command into words, those of the SDK's included, which know only their own.
func explained(err error) error {
	err = plain(client.Explain(err))
	var known *client.Problem
	var network *net.OpError
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.As(err, &network) && network.Op == "dial" && strings.Contains(err.Error(), "post failed: "): // CometBFT's client
		return &client.Problem{
			What: "no node answers: " + err.Error(),
			Next: "start one with `credenced devnet`, or name one: --node tcp://HOST:PORT, or credenced config set client node tcp://HOST:PORT",
			Exit: client.ExitNetwork, Err: err,
		}
	}
	if text := client.WithoutRPC(err.Error()); text != err.Error() {
		return &client.Problem{What: text, Exit: client.ExitStatus(err), Err: err}
	}
	return err
}

// tellError writes the error that a command ends with. What its user stopped is no error.
func tellError(out io.Writer, err error) {
	begin := "Error: "
	switch client.ExitStatus(err) {
	case client.ExitInterrupted, client.ExitTerminated:
		begin = "\n"
	}
	fmt.Fprintf(out, "%s%v\n", begin, err)
}
