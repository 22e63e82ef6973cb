package agent

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/internal/release"
)

func allowCmd() *cobra.Command {
	return changeCmd("allow", "Allow apps, requesters and pools for a sealed file", "to allow", (*allowed).addTo)
}

func revokeCmd() *cobra.Command {
	return changeCmd("revoke", "Allow apps, requesters and pools no more; without any, nobody", "to revoke", (*allowed).takeFrom)
}

// changeCmd returns a command that changes what a record allows.
func changeCmd(use, short, verb string, change func(*allowed, *release.Record, *pflag.FlagSet) error) *cobra.Command {
	var h home
	var a allowed
	cmd := &cobra.Command{
		Use: use + " DIGEST", Short: short, PersistentPreRunE: cli.NoPrepare, Args: cli.Exactly("DIGEST"),
		Long: short + `. A running agent looks at it with the next request. A worker that was given the key before keeps it until its task is
final, and gives it to those who check its answer.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := h.find(args[0])
			if err != nil {
				return err
			}
			if err := change(&a, &r, cmd.Flags()); err != nil {
				return err
			}
			if err := h.records().Save(r); err != nil {
				return err
			}
			return describe(cmd.OutOrStdout(), r)
		},
	}
	h.addFlags(cmd.Flags())
	a.addFlags(cmd.Flags(), verb)
	if use == "allow" {
		a.addAnyEnv(cmd.Flags(), anyEnvUsage)
		a.addSealedAnswers(cmd.Flags())
		a.addEnclave(cmd.Flags())
	} else {
		a.addAnyEnv(cmd.Flags(), "allow containers with variables, rows or a working folder of the requester no more")
	}
	return cmd
}

// find returns the one record whose digest begins with the text.
func (h *home) find(text string) (found release.Record, err error) {
	list, err := h.records().List()
	if err != nil {
		return found, err
	}
	digits, _ := artifact.CutAlgorithm(text)
	n := 0
	for _, r := range list {
		if strings.HasPrefix(r.Blob.Hex(), digits) {
			found, n = r, n+1
		}
	}
	if len(digits) < 4 || n != 1 {
		return found, &cli.Problem{What: fmt.Sprintf("%d sealed files have a digest that begins with %.80q, expected one", n, text), Next: "credenced agent list", Exit: cli.ExitUsage}
	}
	return found, nil
}

func listCmd() *cobra.Command {
	var h home
	var output string
	cmd := &cobra.Command{
		Use: "list", Short: "List the sealed files, and who may have them opened", PersistentPreRunE: cli.NoPrepare, Args: cli.Exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			list, err := h.records().List()
			if err != nil {
				return err
			}
			if output == "json" {
				return printer.PrintJSON(cmd.OutOrStdout(), list)
			}
			for _, r := range list {
				if err := describe(cmd.OutOrStdout(), r); err != nil {
					return err
				}
			}
			return nil
		},
	}
	h.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	return cmd
}

func describe(w io.Writer, r release.Record) error {
	words := func(list []string, none string) string {
		if len(list) == 0 {
			return none
		}
		return strings.Join(list, ", ")
	}
	_, err := fmt.Fprintf(w, "%s\n  name        %s\n  agent       %s\n  apps        %s\n  requesters  %s\n  pools       %s\n  variables   %s\n  answers     %s\n  readers     %s\n",
		r.Blob, printable.Name(r.Name), r.Agent, words(r.Apps, "none"), words(r.Requesters, "none"), words(r.Pools, "any"),
		map[bool]string{false: "none of the requester in containers", true: "any"}[r.AnyEnv], map[bool]string{false: "any", true: "sealed alone"}[r.SealedAnswers], readers(r))
	return err
}

// readers says in words which of the task's seats are given the key.
func readers(r release.Record) string {
	switch {
	case !r.RequireEnclave:
		return "workers and seats"
	case len(r.Measurements) == 0:
		return "enclaves of the app's measurements alone"
	}
	return "enclaves alone, of " + strings.Join(r.Measurements, ", ")
}
