package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
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

// usageError is a command line that can't be read.
func usageError(err error) error {
	var problem *client.Problem
	if err == nil {
		return nil
	}
	if errors.As(err, &problem) {
		if problem.Exit == 0 {
			problem.Exit = client.ExitUsage
		}
		return err
	}
	return &client.Problem{What: err.Error(), Exit: client.ExitUsage, Err: err}
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
