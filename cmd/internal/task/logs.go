package task

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

func taskLogsCmd() *cobra.Command {
	var (
		c      connect.Flags
		output string
	)
	cmd := &cobra.Command{
		Use: "logs ID", Short: "Show how the program of a task ended, and the end of what it wrote to stderr",
		Long: `Show how the program of a task ended: its exit status, the reason where it failed, and the end of what it wrote to
stderr. All of it comes from the manifest with the digest that the chain accepted, from whoever holds it, and is checked
against that digest. What it printed to stdout is a file of its result; credenced task fetch gets it.

What a container prints is no part of its answer, since two honest runs may print different things. It is shown as each
worker says it, also where the workers did not agree, and nothing attests it.`,
		Args: cli.Exactly("ID"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "table", "json", "yaml"); err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				id, err := resolveTask(ctx, l.Conn, args[0], "these are the logs of one")
				if err != nil {
					return err
				}
				ending, err := credence.FetchEnding(ctx, l.Conn, id, append(l.Stores, l.Holders...))
				if err != nil {
					return err
				}
				switch output {
				case "json":
					return json.NewEncoder(printable.JSON(cmd.OutOrStdout())).Encode(ending)
				case "yaml":
					return printer.PrintAs(cmd.OutOrStdout(), output, ending)
				case "table":
					return printEndingTable(cmd.OutOrStdout(), ending)
				}
				writeEnding(cmd.OutOrStdout(), ending)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text, table, json or yaml")
	c.Add(cmd.Flags(), false)
	return cmd
}

// writeEnding prints how a task ended. A bar precedes each line that the program wrote, so that none can be taken for a line of this
// command.
func writeEnding(out io.Writer, e *credence.Ending) {
	if e.Kind == "" {
		fmt.Fprintf(out, "%s: no answer was accepted\n", e.Ended)
		writeLogs(out, e.Logs)
		return
	}
	fmt.Fprintf(out, "%s, exit status %d", e.Kind, e.ExitCode)
	if e.Reason != "" {
		fmt.Fprintf(out, ", reason %s", printable.Line(e.Reason))
	}
	fmt.Fprintf(out, " (checked against %s)\n", credence.ShortDigest(e.Digest))
	if len(e.Logs) > 0 {
		writeLogs(out, e.Logs)
		return
	}
	if e.Stderr == "" {
		fmt.Fprintln(out, "It wrote nothing to stderr.")
		return
	}
	fmt.Fprintf(out, "The end of its stderr:\n%s", printable.Lines(e.Stderr, "  | "))
}

// writeLogs prints logs that workers serve. No digest covers them: a worker can claim anything.
func writeLogs(out io.Writer, logs []credence.WorkerLog) {
	fmt.Fprintln(out, "What it printed is no part of an answer: this is what each worker says, and nothing attests it.")
	for _, l := range logs {
		fmt.Fprintf(out, "As %s says, which answered %s:\n", l.Organisation, credence.ShortDigest(l.Digest))
		if l.Error != "" {
			fmt.Fprintf(out, "  its log can't be had: %s\n", printable.Line(l.Error))
			continue
		}
		said := false
		for _, part := range [][2]string{{"the beginning of stdout", l.Stdout}, {"the end of stderr", l.Stderr}, {"the runtime", l.Note}} {
			if part[1] != "" {
				fmt.Fprintf(out, "  %s:\n%s", part[0], printable.Lines(part[1], "  | "))
				said = true
			}
		}
		if !said {
			fmt.Fprintln(out, "  it printed nothing")
		}
	}
}
