package agent

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/secret"
)

func openCmd() *cobra.Command {
	var h home
	var identity, out string
	cmd := &cobra.Command{
		Use: "open FOLDER|FILE", Short: "Open a sealed answer with the identity that it is sealed for", PersistentPreRunE: cli.NoPrepare, Args: cli.Exactly("FOLDER|FILE"),
		Long: `Open a sealed answer that credenced run or credence task fetch has brought, with the identity that it is sealed for. These have checked
the sealed file against the digest that the chain accepted; each file in it is checked against the manifest inside.`,
		Example: `  credenced run studio/count:1.0 --input patients.csv=patients.sealed --recipient age1... --out sealed
  credenced agent open sealed --identity me.key --out result`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return &cli.Problem{What: "--out is missing", Next: "name the folder for the result with --out DIR", Exit: cli.ExitUsage}
			}
			if identity == "" {
				identity = h.identityPath()
			}
			mine, err := ReadIdentity(identity, h.passphrase)
			if err != nil {
				return err
			}
			path := args[0]
			if info, err := os.Stat(path); err == nil && info.IsDir() {
				path = filepath.Join(path, secret.AnswerFile)
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			m, err := secret.OpenAnswer(cmd.Context(), f, out, mine)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			for _, e := range m.Entries {
				fmt.Fprintln(cmd.OutOrStdout(), printable.Name(filepath.Join(out, e.Path)))
			}
			if m.Stderr != "" {
				fmt.Fprintf(cmd.ErrOrStderr(), "stderr ended with:\n%s\n", printable.Text(m.Stderr))
			}
			return nil
		},
	}
	h.addFlags(cmd.Flags())
	h.addPassphrase(cmd.Flags())
	cmd.Flags().StringVar(&identity, "identity", "", "file with the identity of age (default: that of the agent)")
	cmd.Flags().StringVar(&out, "out", "", "folder for the files")
	return cmd
}
