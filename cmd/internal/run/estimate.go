package run

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

// estimateJob prints what a job would cost.
func estimateJob(cmd *cobra.Command, c *connect.Flags, job client.Job, output string) error {
	job.Out = "" // an estimate downloads nothing
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

// PrintEstimate prints an estimate in words.
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
	f := e.Forecast
	t.AddRow("price", "about %s a task now, %s in all if nothing goes wrong", cli.FormatCRED(e.Expected), cli.FormatCRED(f.Cost))
	if e.UsePrice != nil {
		t.AddRow("replica", "%s; with the limits of this job at most %s", cli.FormatReplicaPrice(e.Replica, e.UsePrice.ToPoco()), cli.FormatCRED(e.LimitPrice))
	}
	if e.Tasks > 1 {
		t.AddRow("the bag", "%s", bagText(e))
	}
	t.AddRow("locked", "%s a task, %s in all; what is not spent comes back", cli.FormatCRED(e.MaxPrice), cli.FormatCRED(e.Locked))
	t.AddRow("account", "has %s", cli.FormatCRED(e.Balance))
	t.AddRow("stake", "%s of each worker stands behind its answer, over the whole bag %s", cli.FormatCRED(e.Stake), cli.FormatCRED(uint64(min(f.Staked, math.MaxInt64))))
	t.AddRow("time", "a worker has at most %s for its answer; two groups of workers run a task one after the other", blocksText(e.Window, e.BlockMillis))
}

// bagText says how many replicas the tasks of a bag need, and how long they run, if nothing goes wrong.
func bagText(e *client.Estimate) string {
	f := e.Forecast
	text := fmt.Sprintf("%.0f replicas expected, %.2f a task; the last: %s", f.Replicas, f.Replicas/float64(e.Tasks), f.Last.Short())
	if f.ToCourt > 0 {
		text += fmt.Sprintf("; %d tasks go to the court", f.ToCourt)
	}
	if f.Rounds > 0 {
		text += fmt.Sprintf("; as long as %d executions in a row, if each of %d organisations runs one at a time", f.Rounds, e.Plan.Eligible)
	}
	return text
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// blocksText returns a number of blocks, and about how long they take.
func blocksText(blocks int64, millis uint64) string {
	return fmt.Sprintf("%d blocks (%s)", blocks, (time.Duration(blocks) * time.Duration(millis) * time.Millisecond).Round(time.Second))
}
