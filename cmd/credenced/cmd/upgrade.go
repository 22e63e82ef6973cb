package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/internal/cli"
)

// programName is what the program is called in the folders that cosmovisor starts it from.
const programName = "credenced"

// upgradeCmd is "upgrade" with everything below it: what this program can carry out, and the folders of a supervisor.
func upgradeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "upgrade", Short: "Prepare a node for upgrades that the council plans",
		Long: `Prepare a node for upgrades that the council plans. At the height of a plan all nodes stop, and go on with the program of
its name. cosmovisor, a supervisor of the Cosmos SDK, starts that by itself, from these folders of the node's home:

  cosmovisor/genesis/bin/credenced            the program before any upgrade    credenced upgrade init
  cosmovisor/upgrades/NAME/bin/credenced      that of an upgrade                credenced upgrade add NAME PROGRAM
  cosmovisor/current                          a link to the folder in use

The council plans one with "credenced tx upgrade software-upgrade"; docs/operator.md goes through it.`,
		PersistentPreRunE: cli.NoPrepare,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(upgradeListCmd(), upgradeInitCmd(), upgradeAddCmd())
	return cmd
}

func upgradeListCmd() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the upgrades that this program carries out, one a line", Example: "  credenced upgrade list", Args: cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			for _, name := range upgrades.Names(app.Upgrades()) {
				fmt.Fprintln(cmd.OutOrStdout(), name)
			}
		},
	}
}

func upgradeInitCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "init", Short: "Lay out the folders of cosmovisor, with this program as the one before any upgrade", Example: "  credenced upgrade init --home amber",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			program, err := os.Executable()
			if err != nil {
				return err
			}
			root := cosmovisorOf(cmd)
			if err := place(program, filepath.Join(root, "genesis")); err != nil {
				return err
			}
			if err := os.MkdirAll(filepath.Join(root, "upgrades"), 0o755); err != nil {
				return err
			}
			// A node that was upgraded keeps its link.
			if err := os.Symlink("genesis", filepath.Join(root, "current")); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: laid out. Start it with: DAEMON_NAME=%s DAEMON_HOME=%s cosmovisor run start --home %[3]s\n", root, programName, filepath.Dir(root))
			return nil
		},
	}
	return withHome(cmd)
}

func upgradeAddCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "add NAME PROGRAM", Short: "Put the program of an upgrade where cosmovisor finds it", Example: "  credenced upgrade add v2 ./credenced-v2 --home amber",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, program := args[0], args[1]
			if err := carriesOut(cmd, program, name); err != nil {
				return err
			}
			dir := filepath.Join(cosmovisorOf(cmd), "upgrades", name)
			if err := place(program, dir); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: it is started at the height of the plan %q\n", filepath.Join(dir, "bin", programName), name)
			return nil
		},
	}
	return withHome(cmd)
}

func withHome(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().String(flags.FlagHome, app.DefaultHome, "the node's folder")
	return cmd
}

// cosmovisorOf is the folder of the supervisor in that of the node.
func cosmovisorOf(cmd *cobra.Command) string {
	home, _ := cmd.Flags().GetString(flags.FlagHome)
	return filepath.Join(home, "cosmovisor")
}

// carriesOut asks a program whether it lists an upgrade: one that does not would stop the node again.
func carriesOut(cmd *cobra.Command, program, name string) error {
	path, err := filepath.Abs(program) // a name without a slash would be looked for in PATH
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(cmd.Context(), path, "upgrade", "list").Output()
	if err != nil {
		return &cli.Problem{What: fmt.Sprintf("%s upgrade list: %v", program, err), Next: "give the program of the new version, for this machine", Err: err}
	}
	if names := strings.Fields(string(out)); !slices.Contains(names, name) {
		return &cli.Problem{
			What: fmt.Sprintf("%s carries out the upgrades %q, expected %q among them", program, names, name),
			Next: "get the version whose release names this upgrade: a node that starts another one stops again",
		}
	}
	return nil
}

// place copies a program into the bin folder below dir, whole or not at all: it may be running.
func place(program, dir string) error {
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	in, err := os.Open(program)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.CreateTemp(bin, programName+"-")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name()) // nothing is there once it has its name
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Chmod(0o755), out.Sync(), out.Close()); err != nil {
		return err
	}
	return os.Rename(out.Name(), filepath.Join(bin, programName))
}
