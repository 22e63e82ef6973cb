package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/lab/vectors"
)

// errCasesDiffer is returned after the report has been printed, so that the process ends with a non-zero status.
var errCasesDiffer = errors.New("cases differ from what the file expects")

func replayCommand() *cobra.Command {
	return checkCommand("replay-iexec FILE",
		"Replay iExec scenarios through the iexec policy and its settlement",
		`Replay a JSON list of iExec Proof of Contribution scenarios and compare status,
counters and deadlines after every step, and stakes, balances, scores and
contributions at the end.

Prints a JSON array with, per scenario, id, expected, got and verdict ("ok" or
"fail", with why). Exit status 0 only when every scenario is ok.`,
		vectors.ReplayIExec)
}

func trustCasesCommand() *cobra.Command {
	return checkCommand("trust-cases FILE",
		"Compute cases of trust arithmetic and compare",
		`Compute the cases of a JSON file {"cases": [...]} with the formulas of this
build. Tolerance 0 is exact, another number relative; for the group "bits" it is
absolute, in 1/65536 bit. A case of an unknown group or kind is a failure.

Prints a JSON array with, per case, id, expected, got and verdict ("ok" or
"fail", with why). Exit status 0 only when every case is ok.`,
		vectors.TrustCases)
}

// checkCommand returns a command that runs one file of cases. FILE may be - for standard input.
func checkCommand(use, short, long string, run func(io.Reader) (vectors.Report, error)) *cobra.Command {
	return &cobra.Command{
		Use:          use,
		Short:        short,
		Long:         long,
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true, // a difference is not a mistake in the command line
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := checkFile(cmd.InOrStdin(), args[0], run)
			if err != nil {
				return err
			}
			out := json.NewEncoder(cmd.OutOrStdout())
			out.SetEscapeHTML(false)
			out.SetIndent("", "  ")
			if err := out.Encode(report); err != nil {
				return fmt.Errorf("printing the report: %w", err)
			}
			fmt.Fprintln(cmd.ErrOrStderr(), report.Summary())
			if n := report.Failed(); n > 0 {
				return fmt.Errorf("%w: %d of %d", errCasesDiffer, n, len(report.Cases))
			}
			return nil
		},
	}
}

func checkFile(stdin io.Reader, path string, run func(io.Reader) (vectors.Report, error)) (vectors.Report, error) {
	if path == "-" {
		return run(stdin)
	}
	f, err := os.Open(path)
	if err != nil {
		return vectors.Report{}, err
	}
	defer f.Close() // the file was only read: an error of Close loses nothing
	return run(f)
}
