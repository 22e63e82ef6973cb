package task

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"filippo.io/age"
	"github.com/spf13/cobra"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/agent"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/cmd/internal/run"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

func taskFetchCmd() *cobra.Command {
	var (
		c           connect.Flags
		out, output string
		verbose     bool
		identity    agent.IdentityFlag
	)
	cmd := &cobra.Command{
		Use: "fetch ID", Short: "Download the result of a task, or of a deal's or request's tasks, and verify it", Args: cli.Exactly("ID"),
		PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "table", "json", "yaml"); err != nil {
				return err
			}
			if out == "" {
				return &cli.Problem{What: "--out is missing", Next: "name the folder for the result with --out DIR", Exit: cli.ExitUsage}
			}
			mine, err := identity.Read(c.PassphraseFile)
			if err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				ref, err := resolveID(ctx, l.Conn, args[0])
				if err != nil {
					return err
				}
				err = fetchInto(ctx, cmd, l, ref, out, output, verbose, mine)
				return run.CompleteAdvice(cli.Stopped(ctx, err, "credenced task fetch "+credence.ShortDigest(ref.ID)), out, identity.Suffix())
			})
		},
	}
	identity.Add(cmd.Flags())
	cmd.Flags().StringVar(&out, "out", "", "folder for the result")
	cmd.Flags().StringVar(&output, "output", "text", "text, table for a line a task, or json or yaml for a list of what became of each task")
	cli.AddVerbose(cmd.Flags(), &verbose)
	c.Add(cmd.Flags(), false)
	return cmd
}

// fetchInto downloads the results of a reference, and prints what became of each task.
func fetchInto(ctx context.Context, cmd *cobra.Command, l *connect.Link, ref credence.Ref, out, output string, verbose bool, mine []age.Identity) error {
	reports, err := fetchResults(ctx, l, ref, out, mine)
	if printErr := printReports(cmd.OutOrStdout(), reports, output, verbose); printErr != nil {
		return printErr
	}
	if err == nil {
		err = credence.TasksError(reports)
	}
	return err
}

// printReports prints what became of each task in one of the forms of "task fetch".
func printReports(out io.Writer, reports []*credence.TaskReport, output string, verbose bool) error {
	switch output {
	case "json", "yaml":
		if reports == nil {
			reports = []*credence.TaskReport{} // an empty list is printed as [], not as null
		}
		return printer.PrintAs(out, output, reports)
	case "table":
		return printReportTable(out, reports)
	}
	printFetched(out, reports, verbose)
	return nil
}

// fetchResults downloads the results of a reference.
func fetchResults(ctx context.Context, l *connect.Link, ref credence.Ref, out string, mine []age.Identity) ([]*credence.TaskReport, error) {
	var task, deal, request string
	switch ref.Kind {
	case credence.KindTask:
		task = ref.ID
	case credence.KindDeal:
		deal = ref.ID
	default:
		request = ref.ID
	}
	reports, err := credence.FetchAll(ctx, l.Conn, task, deal, request, append(l.Stores, l.Holders...), out, mine...)
	for _, r := range reports {
		r.AddLastWords(l.LastWords())
	}
	return reports, err
}

func printFetched(out io.Writer, reports []*credence.TaskReport, verbose bool) {
	text := cli.PlainTaskText
	if verbose {
		text = cli.TaskText
	}
	for _, r := range reports {
		fmt.Fprintf(out, "task %d: %s\n", r.Index, printable.Line(text(r)))
		for _, f := range r.Files {
			fmt.Fprintf(out, "  %s\n", printable.Name(filepath.Join(r.Dir, f)))
		}
		if text := cli.OnchainText(r.Onchain); text != "" {
			fmt.Fprintf(out, "  %s\n", text)
		}
		if r.Accepted() && !r.Failed() && r.DownloadError == "" && len(r.Files) == 0 {
			fmt.Fprintf(out, "  %s\n", cli.NoFiles)
		}
	}
}
