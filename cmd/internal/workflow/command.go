// Package workflow has the commands that run workflows: graphs of jobs. A file lists the nodes, and what each of them waits for.
package workflow

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
)

// NewCommand returns the command "workflow" with its subcommands.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "workflow", Short: "Run a graph of jobs, each on the results of others", PersistentPreRunE: cli.NoPrepare,
		Long: `Run a graph of jobs: the nodes are jobs, the edges are their results. A file in YAML says both; docs/workflows.md describes it.

This client releases the nodes: while it does not run, what was submitted runs on, and nothing further begins. With "run --detach" the chain
releases them, and no client has to stay online. A journal beside the file keeps what was begun, so that "workflow resume" goes on where it was
stopped or killed, and pays nothing twice.`,
	}
	cmd.AddCommand(validateCmd(), estimateCmd(), drawCmd(), runCmd(false), runCmd(true), statusCmd(), cancelCmd())
	return cmd
}

// withDefinition reads the file, and calls work in the file's folder, to which the paths in the file are relative.
func withDefinition(file string, work func(*definition) error) error {
	d, err := readDefinition(file)
	if err != nil {
		return err
	}
	before, err := os.Getwd()
	if err != nil {
		return err
	}
	if err := os.Chdir(filepath.Dir(d.path)); err != nil {
		return err
	}
	defer func() { _ = os.Chdir(before) }()
	return work(d)
}

// check checks everything that needs no chain.
func (d *definition) check() error {
	for _, n := range d.nodes {
		job, _, err := n.known()
		if err != nil {
			return err
		}
		if err := n.checkFiles(job); err != nil {
			return err
		}
		if err := job.Prepare(); err != nil {
			return n.explain(err)
		}
		if n.when != nil && d.find(n.when.Node).isBag() {
			return wrongFile(d.path, "node %s: when: %s is a bag, and only a node of one task has an exit status", n.name, n.when.Node)
		}
	}
	return nil
}

// checkFiles checks that the files exist that a node reads, apart from results of other nodes.
func (n node) checkFiles(job client.Job) error {
	missing := func(flag, path string) error {
		return &cli.Problem{What: fmt.Sprintf("node %s: %s: there is no file %s", n.name, flag, cli.ShellQuote(path)), Next: "paths lead from the folder of the workflow's file", Exit: cli.ExitUsage}
	}
	if _, err := os.Stat(job.App); err != nil && strings.HasSuffix(job.App, ".wasm") {
		return missing("app", job.App)
	}
	for _, in := range job.Inputs {
		if _, err := os.Stat(in.Path); err != nil && !in.Folder {
			return missing("--input", in.Path)
		}
	}
	return nil
}

func validateCmd() *cobra.Command {
	return &cobra.Command{
		Use: "validate FILE", Short: "Check a workflow without a chain", Args: cli.Exactly("FILE"), PersistentPreRunE: cli.NoPrepare,
		Long:    "Check a workflow without a chain: its words, its edges, its flags, and the files that are there before it runs.",
		Example: "  credenced workflow validate words.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			return withDefinition(args[0], func(d *definition) error {
				if err := d.check(); err != nil {
					return err
				}
				order, err := d.graph().Order()
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is sound: %s, in the order %s\n", args[0], printer.CountOf(uint64(len(order)), "node"), strings.Join(order, ", "))
				return nil
			})
		},
	}
}

func drawCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "draw FILE", Short: "Print a workflow as a drawing, for Mermaid or Graphviz", Args: cli.Exactly("FILE"), PersistentPreRunE: cli.NoPrepare,
		Example: "  credenced workflow draw words.yaml --format dot > words.dot",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--format", format, "mermaid", "dot"); err != nil {
				return err
			}
			d, err := readDefinition(args[0])
			if err != nil {
				return err
			}
			if format == "dot" {
				d.drawDOT(cmd.OutOrStdout())
			} else {
				d.drawMermaid(cmd.OutOrStdout())
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "mermaid", "mermaid or dot")
	return cmd
}
