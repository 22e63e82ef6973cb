package cmd

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/credenced/replay"
)

// labName is the laboratory's program. The node does not link the laboratory, because nothing that the laboratory computes matters to
// consensus.
const labName = "credence-lab"

// DebugCmd returns the command "debug", which helps to find out why a node went wrong. For one version it keeps the commands that moved to
// the laboratory; each of them says so and runs the laboratory.
func DebugCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "debug",
		Short: "Find out why a node's state is not that of the others",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	cmd.AddCommand(replay.Command(build), labAlias("replay-iexec"), labAlias("trust-cases"))
	return cmd
}

// labAlias runs the laboratory's command of the same name with the same arguments, streams and exit status.
func labAlias(name string) *cobra.Command {
	return &cobra.Command{
		Use:                name + " FILE",
		Short:              fmt.Sprintf("Moved: use %s %s FILE", labName, name),
		DisableFlagParsing: true, // the laboratory parses the flags
		SilenceUsage:       true,
		RunE: func(cmd *cobra.Command, args []string) error {
			lab, err := findLab()
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "credenced debug %s has moved: use %s %s\n", name, labName, name)
			run := exec.CommandContext(cmd.Context(), lab, append([]string{name}, args...)...)
			run.Stdin, run.Stdout, run.Stderr = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			return run.Run()
		},
	}
}

// findLab looks for the laboratory's program in the folder of this one, where `make build` and `make install` put it, and then in PATH.
func findLab() (string, error) {
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), labName)
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			return beside, nil
		}
	}
	path, err := exec.LookPath(labName)
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("this command has moved to %s, which is neither beside credenced nor in PATH: build it with \"make build\"", labName)
	}
	return path, err
}
