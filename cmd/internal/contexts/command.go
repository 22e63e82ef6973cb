package contexts

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/keyfile"
)

// This file has the commands that manage contexts. They edit one file (file.go) and ask no chain. The effect of a context is elsewhere:
// Offer gives other commands the flag --context, and Fill sets their flags from it (fill.go). A context may set only the flags in the table
// parts (context.go); "context add" has a flag for each of them.

// NewCommand returns the command "context" with its subcommands.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "context", Short: "Keep networks and keys by name, and say which one is in use",
		Long: `Keep networks and keys by name, and say which one is in use. A context sets the flags that say which node, chain and store are meant, and
whose key is used, in every command that has the flag --context.

What is given counts in this order: flags; with --context, the context that it names; environment variables (CREDENCE_NODE,
CREDENCE_CHAIN_ID, CREDENCE_STORE, CREDENCE_HOLDER, CREDENCE_FROM, CREDENCE_KEY_FILE, CREDENCE_KEY_PASSPHRASE_FILE,
CREDENCED_KEYRING_BACKEND, CREDENCED_HOME); the context that CREDENCE_CONTEXT names, or the one in use. Whoever names a node elsewhere
leaves the whole network of the context, its chain and its stores; whoever names a key elsewhere leaves its key.

The context "devnet" is always there, and says nothing: commands find the devnet of this machine. Contexts hold no secrets. They lie in
credence/contexts.yaml in the folder of the user's configuration. The commands tx and query of credenced, which have files of their
own for this, do not read it.`,
		Example: `  credenced context add testnet --node grpc.example:9090 --chain-id credence-1 --store https://store.example --from alice
  credenced context use testnet
  credenced task list
  credenced task list --context devnet`,
		PersistentPreRunE: cli.NoPrepare,
	}
	cmd.AddCommand(addCmd(), useCmd(), listCmd(), showCmd(), removeCmd())
	return cmd
}

func addCmd() *cobra.Command {
	var c Context
	var use, replace bool
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Add a context", Args: cli.Exactly("NAME"), PersistentPreRunE: cli.NoPrepare,
		Example: `  credenced context add testnet --node a.example:9090 --node b.example:9090 --chain-id credence-1 --from alice --use
  credenced context add work --key-file ~/work.key`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cmp.Or(checkName(args[0]), c.normalise()); err != nil {
				return err
			}
			file, err := Load()
			if err != nil {
				return err
			}
			if _, found := file.Contexts[args[0]]; found && !replace {
				return &cli.Problem{What: fmt.Sprintf("NAME %q: there is a context of this name already, and it is left as it is", args[0]), Next: "give another name, or --replace", Exit: cli.ExitUsage}
			}
			if file.Contexts == nil {
				file.Contexts = map[string]Context{}
			}
			file.Contexts[args[0]] = c
			if use {
				file.Current = args[0]
			}
			if err := file.Save(); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "added to %s\n", file.path)
			if file.Current != args[0] {
				fmt.Fprintf(cmd.OutOrStdout(), "Use it with:\n  %s context use %s\n", cli.Program, args[0])
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&c.Nodes, "node", nil, "gRPC endpoint of a node, HOST:PORT, or https://HOST:PORT with TLS; repeatable")
	f.StringVar(&c.ChainID, "chain-id", "", "refuse nodes of any other chain")
	f.StringSliceVar(&c.Stores, "store", nil, "base URL of an artifact store; repeatable")
	f.StringSliceVar(&c.Holders, "holder", nil, "base URL of another holder of results; repeatable")
	f.StringVar(&c.From, "from", "", "name of a key in the keyring")
	f.StringVar(&c.KeyFile, "key-file", "", "file with the key, instead of --from")
	f.StringVar(&c.PassphraseFile, keyfile.Flag, "", "file with the passphrase of an encrypted --key-file")
	f.StringVar(&c.KeyringBackend, "keyring-backend", "", "keyring of --from: os, file or test")
	f.StringVar(&c.KeyringDir, "keyring-dir", "", "folder of the keyring")
	f.BoolVar(&use, "use", false, "use it from now on")
	f.BoolVar(&replace, "replace", false, "replace the context of this name")
	return cmd
}

// normalise checks what the user gave, and makes paths absolute, so that they hold in whichever folder a command runs later.
func (c *Context) normalise() error {
	usage := func(format string, args ...any) error {
		return &cli.Problem{What: fmt.Sprintf(format, args...), Next: "credenced context add --help", Exit: cli.ExitUsage}
	}
	for _, node := range c.Nodes {
		_, host, found := strings.Cut(node, "://")
		if !found {
			host = node
		}
		if !strings.Contains(host, ":") {
			return usage("--node %q: expected HOST:PORT, http://HOST:PORT or https://HOST:PORT", node)
		}
	}
	for _, base := range slices.Concat(c.Stores, c.Holders) {
		if u, err := url.Parse(base); err != nil || u.Host == "" {
			return usage("--store and --holder: %q is no base URL such as https://store.example", base)
		}
	}
	if c.KeyringBackend != "" {
		if err := cli.OneOf("--keyring-backend", c.KeyringBackend, "os", "file", "test"); err != nil {
			return err
		}
	}
	switch {
	case c.From != "" && c.KeyFile != "":
		return usage("--key-file and --from name one key each: give one of them")
	case c.PassphraseFile != "" && c.KeyFile == "":
		return usage("--"+keyfile.Flag+" %q: it opens a --key-file, and there is none", c.PassphraseFile)
	case c.isEmpty():
		return usage("the context would say nothing: give at least a --node, --from or --key-file")
	}
	for _, path := range []*string{&c.KeyFile, &c.PassphraseFile, &c.KeyringDir} {
		if *path != "" {
			whole, err := filepath.Abs(*path)
			if err != nil {
				return err
			}
			*path = whole
		}
	}
	return nil
}

func useCmd() *cobra.Command {
	return &cobra.Command{
		Use: "use NAME", Short: "Use a context from now on; devnet for none", Args: cli.Exactly("NAME"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := Load()
			if err != nil {
				return err
			}
			if _, err := file.find("NAME", args[0]); err != nil {
				return err
			}
			if file.Current = args[0]; file.Current == Devnet {
				file.Current = ""
			}
			if err := file.Save(); err != nil {
				return err
			}
			if by := overriding(); by != "" && cmp.Or(os.Getenv(Env), Devnet) != args[0] {
				fmt.Fprintf(cmd.ErrOrStderr(), "note: %s goes before it in this shell; with \"unset %[1]s\" commands use %s\n", by, args[0])
			}
			return nil
		},
	}
}

func removeCmd() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Remove a context; its keys stay where they are", Args: cli.Exactly("NAME"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(_ *cobra.Command, args []string) error {
			file, err := Load()
			if err != nil {
				return err
			}
			if args[0] == Devnet {
				return checkName(Devnet)
			}
			if _, err := file.find("NAME", args[0]); err != nil {
				return err
			}
			if delete(file.Contexts, args[0]); file.Current == args[0] {
				file.Current = ""
			}
			return file.Save()
		},
	}
}

// row is a context as the commands print it.
type row struct {
	Name    string `json:"name"`
	Current bool   `json:"current"`
	Context
}

func listCmd() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "list", Short: "List the contexts; * marks the one in use", Args: cli.Exactly(), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			now, err := choose(cmd.Flags())
			if err != nil {
				return err
			}
			file, err := Load()
			if err != nil {
				return err
			}
			var rows []row
			for _, name := range file.Names() {
				rows = append(rows, row{name, name == now.name, file.Contexts[name]})
			}
			if output == "json" {
				return printer.PrintJSON(cmd.OutOrStdout(), rows)
			}
			return printer.PrintTable(cmd.OutOrStdout(), []printer.Column[row]{
				printer.NewColumn("", func(r row) string { return map[bool]string{true: "*"}[r.Current] }),
				printer.NewColumn("NAME", func(r row) string { return r.Name }),
				printer.NewColumn("NODE", func(r row) string { return nodeText(r) }),
				printer.NewColumn("CHAIN", func(r row) string { return r.ChainID }),
				printer.NewColumn("KEY", func(r row) string { return cmp.Or(r.From, r.KeyFile) }),
			}, rows)
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text, or json for scripts")
	return cmd
}

func nodeText(r row) string {
	if len(r.Nodes) == 0 {
		return "the devnet of this machine"
	}
	return strings.Join(r.Nodes, ",")
}

func showCmd() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "show [NAME]", Short: "Show a context, or the one in use", Args: cli.Between(0, 1, "NAME"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			now, err := choose(cmd.Flags())
			if err != nil {
				return err
			}
			shown := row{now.name, true, *now.Context}
			if len(args) == 1 {
				file, err := Load()
				if err != nil {
					return err
				}
				c, err := file.find("NAME", args[0])
				if err != nil {
					return err
				}
				shown = row{args[0], args[0] == now.name, *c}
			}
			if output == "json" {
				return printer.PrintJSON(cmd.OutOrStdout(), shown)
			}
			return shown.print(cmd.OutOrStdout(), now.by)
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text, or json for scripts")
	return cmd
}

// print writes a context, one setting a line. by says how the context in use was chosen.
func (r row) print(out io.Writer, by string) error {
	type line struct{ name, value string }
	lines := []line{{"name", r.Name}}
	switch {
	case !r.Current:
		lines = append(lines, line{"in use", "no"})
	case by == "current":
		lines = append(lines, line{"in use", "yes"})
	default:
		lines = append(lines, line{"in use", "yes, by " + by})
	}
	for _, p := range parts {
		for _, s := range p.settings {
			if values := s.values(&r.Context); len(values) > 0 {
				lines = append(lines, line{s.flag, strings.Join(values, ",")})
			}
		}
	}
	for _, l := range lines {
		if _, err := fmt.Fprintf(out, "%-15s  %s\n", l.name, l.value); err != nil {
			return err
		}
	}
	return nil
}
