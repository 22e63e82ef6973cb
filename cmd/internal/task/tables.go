package task

import (
	"fmt"
	"io"
	"strings"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/cmd/internal/tasktable"
	"github.com/credence-chain/credence/internal/cli"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file has the tables of "show", "fetch" and "logs".

// printTaskTable prints a line for each task: its id, how far it is or how it ended, who gave the accepted answer, and what it cost.
func printTaskTable(out io.Writer, tasks []taskstypes.Task) error {
	return printer.PrintTable(out, []printer.Column[taskstypes.Task]{
		printer.NewColumn("TASK", func(t taskstypes.Task) string { return fmt.Sprint(t.Index) }),
		printer.NewColumn("ID", func(t taskstypes.Task) string { return credence.ShortDigest(t.Id) }),
		printer.NewColumn("STATUS", statusOf),
		printer.NewColumn("BY", func(t taskstypes.Task) string {
			by := strings.Join(credence.ReportOf(t).Agreed, ",")
			if t.ByCourt {
				by = strings.TrimSuffix("court,"+by, ",")
			}
			return printer.OrDash(by)
		}),
		printer.NewColumn("PAID", func(t taskstypes.Task) string { return cli.FormatCRED(credence.ReportOf(t).Paid()) }),
	}, tasks)
}

// statusOf says in a word how a task ended, or in which phase it is.
func statusOf(t taskstypes.Task) string {
	if t.Ended() {
		return tasktable.Status(credence.ReportOf(t))
	}
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(t.Phase.String(), "PHASE_")), "_", "-")
}

// printReportTable prints a line for each task whose result was fetched.
func printReportTable(out io.Writer, reports []*credence.TaskReport) error {
	return printer.PrintTable(out, []printer.Column[*credence.TaskReport]{
		printer.NewColumn("TASK", func(r *credence.TaskReport) string { return fmt.Sprint(r.Index) }),
		printer.NewColumn("ID", func(r *credence.TaskReport) string { return credence.ShortDigest(r.ID) }),
		printer.NewColumn("STATUS", tasktable.Status),
		printer.NewColumn("EXIT", exitOf),
		printer.NewColumn("FILES", func(r *credence.TaskReport) string { return fmt.Sprint(len(r.Files)) }),
		printer.NewColumn("FOLDER", func(r *credence.TaskReport) string { return printer.OrDash(r.Dir) }),
		printer.NewColumn("WHY NOT", func(r *credence.TaskReport) string { return printer.OrDash(r.DownloadError) }),
	}, reports)
}

// exitOf returns the exit status of an accepted answer, and a dash without one.
func exitOf(r *credence.TaskReport) string {
	if !r.Accepted() {
		return "-"
	}
	return fmt.Sprint(r.ExitCode)
}

// printEndingTable prints how the program of a task ended in one line, with the last line that it wrote to stderr.
func printEndingTable(out io.Writer, e *credence.Ending) error {
	return printer.PrintTable(out, []printer.Column[*credence.Ending]{
		printer.NewColumn("TASK", func(e *credence.Ending) string { return credence.ShortDigest(e.Task) }),
		printer.NewColumn("ENDED", func(e *credence.Ending) string { return e.Kind + e.Ended }),
		printer.NewColumn("EXIT", func(e *credence.Ending) string { return fmt.Sprint(e.ExitCode) }),
		printer.NewColumn("REASON", func(e *credence.Ending) string { return printer.OrDash(e.Reason) }),
		printer.NewColumn("LAST LINE OF STDERR", func(e *credence.Ending) string {
			lines := strings.Split(strings.TrimRight(e.Stderr, "\n"), "\n")
			return printer.OrDash(lines[len(lines)-1])
		}),
	}, []*credence.Ending{e})
}
