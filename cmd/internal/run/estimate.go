package run

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/cmd/internal/progress"
	"github.com/credence-chain/credence/internal/cli"
)

// estimateJob prints what a job would cost.
func estimateJob(cmd *cobra.Command, c *connect.Flags, job client.Job, style progress.Style) error {
	job.Out = "" // an estimate downloads nothing
	return withRunner(cmd, c, 0, true, nil, func(ctx context.Context, r *client.Runner) error {
		e, err := r.Estimate(ctx, job)
		if e != nil && style.Output == "json" {
			if jsonErr := printer.PrintJSON(cmd.OutOrStdout(), e); jsonErr != nil {
				return jsonErr
			}
		} else if e != nil {
			PrintEstimate(cmd.OutOrStdout(), e, style.Verbose)
		}
		return cli.Explain(err)
	})
}

// PrintEstimate prints an estimate in words, with verbose in those of the theory.
func PrintEstimate(out io.Writer, e *client.Estimate, verbose bool) {
	t := printer.NewLabels(out)
	defer t.Flush()
	app := e.Reference
	if app == "" {
		app = fmt.Sprintf("new on this chain, %s: it would be published first", cli.FormatBytes(e.AppSize))
	}
	fmt.Fprintln(out, "A dry run: nothing is published, sent or paid.")
	t.AddRow("app", "%s", app)
	tasks := fmt.Sprint(e.Tasks)
	if e.Inputs > 0 {
		tasks += ", with " + cli.FormatBytes(e.Inputs) + " of inputs"
	}
	t.AddRow("tasks", "%s", tasks)
	for _, text := range e.Assumed {
		t.AddRow("assumed", "%s", text)
	}
	if e.Plan == nil { // the error says why
		t.AddRow("account", "has %s", cli.FormatCRED(e.Balance))
		return
	}
	checked := cli.PlanText(e.Plan)
	if verbose {
		checked = e.Plan.Sentence()
	}
	t.AddRow("checked", "%s, in pool %s", checked, e.Pool)
	t.AddSome("breaks if", e.Breaks)
	f := e.Forecast
	price, locked, stake := cli.AboutCRED(f.Cost), cli.FormatCRED(e.Locked), cli.FormatCRED(e.Stake)+" of each worker stands behind its answer"
	if e.Tasks > 1 {
		price = fmt.Sprintf("%s, %s a task", price, cli.AboutCRED(f.Cost/e.Tasks))
		locked = fmt.Sprintf("%s, %s a task", locked, cli.FormatCRED(e.MaxPrice))
		stake += ", over the whole bag " + cli.AboutCRED(uint64(min(f.Staked, math.MaxInt64)))
	}
	t.AddRow("price", "about %s, if nothing goes wrong", price)
	if e.UsePrice != nil {
		t.AddRow("replica", "%s; with the limits of this job at most %s", cli.FormatReplicaPrice(e.Replica, e.UsePrice.ToPoco()), cli.FormatCRED(e.LimitPrice))
	}
	if e.Tasks > 1 {
		t.AddRow("the bag", "%s", bagText(e, verbose))
	}
	t.AddRow("locked", "%s; what is not spent comes back", locked)
	t.AddRow("account", "has %s", cli.FormatCRED(e.Balance))
	t.AddRow("stake", "%s", stake)
	t.AddRow("time", "a worker has at most %s for its answer; two groups of workers run a task one after the other", blocksText(e.Window, e.BlockMillis))
}

// bagText says how many executions the tasks of a bag need, and how long they run, if nothing goes wrong.
func bagText(e *client.Estimate, verbose bool) string {
	f := e.Forecast
	text := fmt.Sprintf("about %.0f executions, %.2f a task", f.Replicas, f.Replicas/float64(e.Tasks))
	if verbose {
		text += "; the last task: " + f.Last.Short()
	}
	if f.ToCourt > 0 {
		text += fmt.Sprintf("; %d tasks go to the court", f.ToCourt)
	}
	if f.Rounds > 0 {
		text += fmt.Sprintf("; as long as %d in a row, if each of %d organisations runs one at a time", f.Rounds, e.Plan.Eligible)
	}
	return text
}

// blocksText returns a number of blocks, and about how long they take.
func blocksText(blocks int64, millis uint64) string {
	return fmt.Sprintf("%d blocks (%s)", blocks, (time.Duration(blocks) * time.Duration(millis) * time.Millisecond).Round(time.Second))
}
