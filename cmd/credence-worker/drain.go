package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/journal"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file has "drain", which ends a worker without loss: the owner pauses it on the chain, so that it is not drawn any more, and the process
// ends once the tasks that it has have ended on the chain. SIGTERM is for restarts: it leaves open what does not end within --drain.
//
// The command asks by a file in the home folder, which reaches a process that runs as another user's service or in a container too. Only the
// process that holds the journal's lock reads it.

const (
	drainFile      = "drain"
	drainEvery     = time.Second // between two looks at the file
	reasonDraining = "draining: no new tasks"
	reasonStopping = "stopping"
)

// watchDrain returns a channel that is closed once the file asks to drain. What asked before the start counts no more.
func (w *worker) watchDrain(ctx context.Context) <-chan struct{} {
	asked, path := make(chan struct{}), w.pathOf(drainFile)
	_ = os.Remove(path)
	go func() {
		for pauses := backoff.Steady(drainEvery); pauses.Wait(ctx) == nil; {
			if _, err := os.Stat(path); err == nil {
				close(asked)
				return
			}
		}
	}()
	return asked
}

// finishTasks waits until the tasks that were begun have ended on the chain. A signal makes it give up.
func (w *worker) finishTasks(ctx context.Context, a *agent.Agent, signalled <-chan struct{}) {
	w.log.Info(reasonDraining + "; this worker ends once those it has have ended")
	w.ready.setReason(reasonDraining)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-signalled:
			cancel()
		case <-ctx.Done():
		}
	}()
	a.Finish(ctx)
	_ = os.Remove(w.pathOf(drainFile))
}

func drainCommand() *cobra.Command {
	var keyFile string
	var leave bool
	cmd := &cobra.Command{
		Use: "drain", Short: "Take no more tasks, finish those that were begun, and end the running worker", Args: cobra.NoArgs,
		Long: "Pause the worker on the chain, if the key given is its owner's, so that it is not drawn any more. Then have the running worker take no\n" +
			"new tasks, and wait until it has ended, which is once the tasks that it has have ended on the chain. `register` has it drawn again.\n" +
			"Answers that are not final yet may be asked for by the court: start the worker again, paused, if that may be.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			ctx, stop := cli.WatchContext(cmd)
			defer stop()
			if !c.isRunning() {
				return &cli.Problem{What: "no worker runs with the home " + c.Home, Next: "name its folder with --home"}
			}
			if c.Role == roleWorker {
				if err := c.pause(ctx, cmd, keyFile); err != nil {
					return err
				}
			}
			if err := os.WriteFile(c.pathOf(drainFile), nil, 0o600); err != nil {
				return fmt.Errorf("drain: %w", err)
			}
			fmt.Fprintln(cmd.OutOrStdout(), "the worker takes no new tasks, and ends once those it has have ended")
			if leave {
				return nil
			}
			return cli.Stopped(ctx, c.awaitEnd(ctx, cmd), "it goes on draining; see how far it is: credence-worker status")
		},
	}
	addFlags(cmd.Flags())
	addOwnerKey(cmd, &keyFile)
	cmd.Flags().BoolVar(&leave, "no-wait", false, "do not wait for its end")
	return cmd
}

// isRunning says whether a worker runs with this home: it holds the lock of the journal.
func (c config) isRunning() bool {
	j, err := journal.OpenReadOnly(c.pathOf("journal.db"))
	if err == nil {
		j.Close()
	}
	return errors.Is(err, journal.ErrLocked)
}

// pause asks the chain to draw the worker no more. It says so if only somebody else can ask.
func (c config) pause(ctx context.Context, cmd *cobra.Command, keyFile string) error {
	o, err := c.openOwner(ctx, keyFile)
	if err != nil {
		return err
	}
	defer o.conn.Close()
	w, err := o.find(ctx)
	switch {
	case err != nil:
		return cli.Explain(err)
	case w == nil || w.Paused:
		return nil
	case w.Owner != o.key.Address():
		fmt.Fprintf(cmd.OutOrStdout(), "its owner %s can pause it, and this key cannot: the chain draws it meanwhile, and it gives those seats back. Add --owner-key-file FILE\n", w.Owner)
		return nil
	}
	_, err = o.send(ctx, &workerstypes.MsgUpdate{
		Owner: w.Owner, Worker: w.Address, Endpoint: w.Endpoint, Slots: w.Slots, Pools: w.Pools, Capabilities: w.Capabilities, Paused: true,
	})
	if err == nil {
		fmt.Fprintln(cmd.OutOrStdout(), "paused: the chain does not draw it any more")
	}
	return cli.Explain(err)
}

// awaitEnd waits until the worker has ended, and prints how many tasks it has whenever that changes.
func (c config) awaitEnd(ctx context.Context, cmd *cobra.Command) error {
	said := -1
	for pauses := backoff.Steady(drainEvery); c.isRunning(); {
		if records, err := readJournal(c.pathOf("journal.db"), ""); err == nil {
			if live := countLive(records); live != said {
				said = live
				fmt.Fprintf(cmd.OutOrStdout(), "%d tasks have not ended\n", live)
			}
		}
		if err := pauses.Wait(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintln(cmd.OutOrStdout(), "ended")
	return nil
}

func countLive(records []journal.Record) (n int) {
	for _, r := range records {
		if !r.State.Terminal() {
			n++
		}
	}
	return n
}
