// Package task has the commands that follow tasks, show them, and fetch their results.
package task

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// The commands watch, show and fetch have a file each. All of them take an id, or the beginning of one, of a task, a deal or a request (resolveID), and
// work on every task below it. "watch" follows events to the end, "show" replays them from the state, and both print through package
// progress. The exit status says how the tasks ended, as that of "run" does; so a script can wait with "watch" for what "run" began.

// NewCommand returns the command "task" with its subcommands.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "task", Short: "List, follow, show, fetch, repeat, cancel, prove and challenge tasks", PersistentPreRunE: cli.NoPrepare,
	}
	cmd.AddCommand(taskWatchCmd(), taskShowCmd(), taskListCmd(), taskRetryCmd(), taskCancelCmd(), taskFetchCmd(), taskLogsCmd(), taskReceiptCmd(), taskChallengeCmd())
	return cmd
}

// resolveID returns what an id, or the beginning of one, names: a task, a deal or a request. For a request that ended without a deal it
// returns a *cli.Problem.
func resolveID(ctx context.Context, conn *credence.Conn, id string) (credence.Ref, error) {
	ref, err := credence.Resolve(ctx, conn, id, credence.KindTask, credence.KindRequest, credence.KindDeal)
	if err != nil || ref.Kind != credence.KindRequest {
		return ref, err
	}
	res, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: ref.ID})
	if err != nil || res.Request.Deal != "" || res.Request.Waits() {
		return ref, err
	}
	what := res.Request.Status.Word()
	return ref, &cli.Problem{What: fmt.Sprintf("the request was %s and refunded. %s", what, res.Request.Reason), Exit: cli.ExitNoVerdict}
}

// resolveTask returns the id of the one task that an id names: the task's own id, or that of its request or deal if those have no other
// task. why says in the error for several tasks why the command takes one.
func resolveTask(ctx context.Context, conn *credence.Conn, text, why string) (string, error) {
	ref, err := resolveID(ctx, conn, text)
	if err != nil || ref.Kind == credence.KindTask {
		return ref.ID, err
	}
	tasks, err := tasksOf(ctx, conn, ref)
	if err != nil {
		return "", err
	}
	short := credence.ShortDigest(ref.ID)
	switch len(tasks) {
	case 1:
		return tasks[0].Id, nil
	case 0:
		return "", &cli.Problem{What: fmt.Sprintf("the %s %s has no task yet", ref.Kind, short), Next: "wait for it: credenced task watch " + short}
	}
	return "", &cli.Problem{
		What: fmt.Sprintf("the %s %s has %d tasks, and %s", ref.Kind, short, len(tasks), why),
		Next: "credenced task show " + short + " --output table lists them with their ids",
	}
}
