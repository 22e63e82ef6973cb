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
	"github.com/credence-chain/credence/internal/cli"
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
			cause := cli.ErrInterrupted
			if s == syscall.SIGTERM {
				cause = cli.ErrTerminated
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
	if err == nil || !errors.Is(cause, cli.ErrInterrupted) && !errors.Is(cause, cli.ErrTerminated) {
		return err
	}
	var left *client.Interrupted
	if errors.As(err, &left) {
		return err
	}
	status := cli.ExitStatus(cause)
	var said *cli.Problem
	if errors.As(err, &said) && said.Exit == status {
		return err // nearer to the work
	}
	var unsure *client.HashError
	if errors.As(err, &unsure) {
		return &cli.Problem{
			What: fmt.Sprintf("%v; whether transaction %s came into a block is not known", cause, unsure.Hash),
			Next: "credenced query tx " + unsure.Hash, Exit: status, Err: cause,
		}
	}
	if !errors.Is(err, context.Canceled) && !errors.Is(err, cause) && ctx.Err() == nil {
		return err
	}
	return &cli.Problem{What: cause.Error(), Next: next, Exit: status, Err: cause}
}

// explained puts the error of any command into words, those of the SDK's included, which know only their own.
func explained(err error) error {
	err = plain(cli.Explain(err))
	var known *cli.Problem
	var network *net.OpError
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.As(err, &network) && network.Op == "dial" && strings.Contains(err.Error(), "post failed: "): // CometBFT's client
		return &cli.Problem{
			What: "no node answers: " + err.Error(),
			Next: "start one with `credenced devnet`, or name one: --node tcp://HOST:PORT, or credenced config set client node tcp://HOST:PORT",
			Exit: cli.ExitNetwork, Err: err,
		}
	}
	if text := client.WithoutRPC(err.Error()); text != err.Error() {
		return &cli.Problem{What: text, Exit: cli.ExitStatus(err), Err: err}
	}
	return err
}

// tellError writes the error that a command ends with. What its user stopped is no error.
func tellError(out io.Writer, err error) {
	begin := "Error: "
	switch cli.ExitStatus(err) {
	case cli.ExitInterrupted, cli.ExitTerminated:
		begin = "\n"
	}
	fmt.Fprintf(out, "%s%v\n", begin, err)
}
