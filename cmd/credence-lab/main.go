// Command credence-lab is the laboratory. It checks this build against files of expected results, and measures what the protocol promises.
// It needs neither a node nor a home directory; see docs/trust.md.
package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func main() {
	if err := rootCommand().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "credence-lab:", err)
		os.Exit(1)
	}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "credence-lab",
		Short:         "Measure what Credence promises, with the protocol's own code and without a chain",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(measureCommand(), renderCommand(), planCommand(), replayCommand(), trustCasesCommand(),
		&cobra.Command{Use: "version", Short: "Print the commit of this build", Args: cobra.NoArgs, Run: func(cmd *cobra.Command, _ []string) {
			fmt.Fprintln(cmd.OutOrStdout(), readCommit())
		}})
	return root
}

// builtFrom is the commit that the Makefile passes to the linker. It is used where the build did not record a commit itself.
var builtFrom string

// readCommit returns the commit from which this program was built, followed by "+changes" if files are known to have differed from it.
func readCommit() string {
	id, changes := "unknown", ""
	if builtFrom != "" {
		id = builtFrom
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				id = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				changes = "+changes"
			}
		}
	}
	return id + changes
}
