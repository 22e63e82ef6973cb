package run

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

// estimateJob says what a job would cost.
func estimateJob(cmd *cobra.Command, c *connect.Flags, job client.Job, output string) error {
	job.Out = "" // nothing is downloaded
	return withRunner(cmd, c, 0, true, func(ctx context.Context, r *client.Runner) error {
		e, err := r.Estimate(ctx, job)
		if e != nil && output == "json" {
			if jsonErr := printer.PrintJSON(cmd.OutOrStdout(), e); jsonErr != nil {
				return jsonErr
			}
		} else if e != nil {
			PrintEstimate(cmd.OutOrStdout(), e)
		}
		return cli.Explain(err)
	})
}

// PrintEstimate tells people.
func PrintEstimate(out io.Writer, e *client.Estimate) {
	t := printer.NewLabels(out)
	defer t.Flush()
	app := e.Reference
	if app == "" {
		app = "new, would be published first"
	}
	fmt.Fprintln(out, "A dry run: nothing is published, sent or paid.")
	t.AddRow("app", "%s", app)
	tasks := fmt.Sprint(e.Tasks)
	if e.Inputs > 0 {
		tasks += ", with " + cli.FormatBytes(e.Inputs) + " of inputs"
	}
	t.AddRow("tasks", "%s", tasks)
	if e.Plan == nil {
		t.AddRow("price", "not known before %s %s published: credenced publish does that alone, for the fee of a transaction", strings.Join(printable.Names(e.New), " and "), isAre(len(e.New)))
		t.AddRow("account", "has %s", cli.FormatCRED(e.Balance))
		return
	}
	t.AddRow("checked", "%s, in pool %s", e.Plan.Short(), e.Pool)
	t.AddRow("price", "about %s a task, %s in all", cli.FormatCRED(e.Expected), cli.FormatCRED(e.Expected*e.Tasks))
	if e.UsePrice != nil {
		t.AddRow("replica", "%s; with the limits of this job at most %s", cli.FormatReplicaPrice(e.Replica, e.UsePrice.ToPoco()), cli.FormatCRED(e.LimitPrice))
	}
	t.AddRow("locked", "%s a task, %s in all; what is not spent comes back", cli.FormatCRED(e.MaxPrice), cli.FormatCRED(e.Locked))
	t.AddRow("account", "has %s", cli.FormatCRED(e.Balance))
	t.AddRow("stake", "%s of each worker stands behind its answer", cli.FormatCRED(e.Stake))
	t.AddRow("time", "a worker has at most %s for its answer; two groups of workers run a task one after the other", blocksText(e.Window, e.BlockMillis))
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// blocksText is a number of blocks, and the time that they are meant to take.
func blocksText(blocks int64, millis uint64) string {
	return fmt.Sprintf("%d blocks (%s)", blocks, (time.Duration(blocks) * time.Duration(millis) * time.Millisecond).Round(time.Second))
}
