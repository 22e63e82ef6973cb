package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/internal/worker/journal"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file has the commands that tell what the worker did: "tasks" from its journal, and "logs" from the folder with what apps printed.

func tasksCommand() *cobra.Command {
	var output string
	var limit int
	cmd := &cobra.Command{
		Use: "tasks", Short: "List what this worker did, from its journal: each task with its app, outcome, fault and pay", Args: cobra.NoArgs,
		Long: "List what this worker did, the latest first, from its journal, which keeps a record for --retention. Fault and pay are those of the\n" +
			"settlement; a court that is called later can still find another fault. A running worker is not disturbed.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			if err := cmp.Or(cli.OneOf("--output", output, "text", "json"), printer.CheckLimit(limit)); err != nil {
				return err
			}
			records, err := readJournal(c.pathOf("journal.db"), "")
			if err != nil {
				return err
			}
			return listTasks(cmd.OutOrStdout(), records, limit, output == "json")
		},
	}
	addFlags(cmd.Flags())
	cmd.Flags().StringVar(&output, "output", "text", "text, or json for a record a line")
	printer.AddLimit(cmd.Flags(), &limit)
	return cmd
}

// listTasks prints records, those that changed last first.
func listTasks(out io.Writer, records []journal.Record, limit int, asJSON bool) error {
	slices.SortStableFunc(records, func(x, y journal.Record) int { return changedAt(y).Compare(changedAt(x)) })
	more := len(records) > limit
	records = records[:min(limit, len(records))]
	if asJSON {
		enc := json.NewEncoder(printable.JSON(out))
		for _, r := range records {
			if err := enc.Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	err := printer.PrintTable(out, []printer.Column[journal.Record]{
		printer.NewColumn("TASK", func(r journal.Record) string { return client.ShortDigest(taskstypes.IDText(r.Key.Task)) }),
		printer.NewColumn("ATTEMPT", func(r journal.Record) string { return fmt.Sprint(r.Key.Attempt) }),
		printer.NewColumn("APP", func(r journal.Record) string { return cmp.Or(r.App, "-") }),
		printer.NewColumn("STATE", func(r journal.Record) string { return string(r.State) }),
		printer.NewColumn("OUTCOME", func(r journal.Record) string {
			if r.Outcome == nil {
				return "-"
			}
			return r.Outcome.Kind
		}),
		printer.NewColumn("FAULT", endText(func(e journal.End) string { return e.Fault })),
		printer.NewColumn("PAID", endText(func(e journal.End) string { return cli.FormatCRED(e.Paid) })),
		printer.NewColumn("SLASHED", endText(func(e journal.End) string { return cli.FormatCRED(e.Slashed) })),
		printer.NewColumn("CHANGED", func(r journal.Record) string { return changedAt(r).Local().Format(time.DateTime) }),
		printer.NewColumn("CAUSE", func(r journal.Record) string { return r.Cause }),
	}, records)
	printer.PrintMore(out, more, limit)
	return err
}

// endText returns the cell of a record's end; "-" before there is one.
func endText(cell func(journal.End) string) func(journal.Record) string {
	return func(r journal.Record) string {
		if r.End == nil {
			return "-"
		}
		return cell(*r.End)
	}
}

// changedAt returns when a record came into its state.
func changedAt(r journal.Record) time.Time {
	if n := len(r.Marks); n > 0 {
		return r.Marks[n-1].Time
	}
	return time.Time{}
}

func logsCommand() *cobra.Command {
	return withFlags(&cobra.Command{
		Use: "logs TASK", Short: "Show what the program of a task printed on this worker, and why its run was none", Args: cobra.ExactArgs(1),
		Long: "Show what the program of a task wrote to stdout and stderr on this worker, for each attempt, and why its run gave no answer. It is kept\n" +
			"for --retention, up to --log-quota. TASK is the id or the first digits of it. What private tasks print is not kept.",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			records, err := readJournal(c.pathOf("journal.db"), strings.ToLower(args[0]))
			if err != nil {
				return err
			}
			if _, err := onlyTask(records, args[0]); err != nil {
				return err
			}
			for _, r := range records {
				if err := showLogs(cmd.OutOrStdout(), c.pathOf("logs"), r); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// showLogs prints the logs of one attempt. A bar precedes each line that the program wrote, so that none is taken for one of this command.
func showLogs(out io.Writer, folder string, r journal.Record) error {
	fmt.Fprintf(out, "%s: %s", r.Key, r.State)
	if r.Cause != "" {
		fmt.Fprintf(out, " (%s)", printable.Line(r.Cause))
	}
	fmt.Fprintln(out)
	said := false
	for _, name := range []string{"stdout", "stderr"} {
		data, err := os.ReadFile(filepath.Join(folder, fmt.Sprintf("%x-%d.%s", r.Key.Task, r.Key.Attempt, name)))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("logs: %w", err)
		}
		fmt.Fprintf(out, "%s:\n%s", name, printable.Lines(string(data), "  | "))
		said = true
	}
	if !said {
		fmt.Fprintln(out, "  nothing was printed, or it is not kept")
	}
	return nil
}

// withFlags adds the worker's flags to a command.
func withFlags(cmd *cobra.Command) *cobra.Command {
	addFlags(cmd.Flags())
	return cmd
}
