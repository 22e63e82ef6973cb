package program

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

// NewCheckCommand returns the command "check".
func NewCheckCommand() *cobra.Command {
	var output, platform, token string
	cmd := &cobra.Command{
		Use: "check APP", Short: "Say whether workers run a program, and what is missing where they do not",
		Long: `Make the check that every worker makes of a program, a WebAssembly module (WASI preview 1), without a chain: what
it is missing or may not use, in words; what it imports, its size, the memory that it begins with, and the fuel that
starting it costs. Of a container's image it says the digest, the size, the platform and the command; the layers are read
when it runs. credenced run --local APP then runs it here, as a worker would.`,
		Example: "  credenced check app.wasm\n  credenced check tool.tar\n  credenced check registry.example/acme/tool:1.0 --platform linux/arm64",
		Args:    cli.Exactly("APP"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			program, err := client.CheckProgram(cmd.Context(), args[0], platform, token)
			if err != nil {
				return err
			}
			if output == "json" {
				return json.NewEncoder(printable.JSON(cmd.OutOrStdout())).Encode(program)
			}
			writeProgram(cmd.OutOrStdout(), program)
			return nil
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	cmd.Flags().StringVar(&platform, "platform", "", "which image of several, such as linux/arm64 (default: the only one, or the one for this machine)")
	cmd.Flags().StringVar(&token, "store-token", "", "token for the registry of an image (default: the credentials that docker, podman or oras have for it)")
	return cmd
}

// writeProgram describes a program in words. The names of imports need no escaping: a module whose imports are not all WASI's would have
// been refused.
func writeProgram(out io.Writer, p *client.Program) {
	if p.Image != nil {
		writeImage(out, p)
		return
	}
	fmt.Fprintf(out, "%s: workers run it\n", printable.Name(p.Path))
	var names []string
	for _, name := range p.Imports {
		names = append(names, strings.TrimPrefix(name, "wasi_snapshot_preview1."))
	}
	slices.Sort(names)
	imports := strings.Join(slices.Compact(names), ", ")
	if imports == "" {
		imports = "none"
	}
	for _, row := range [][2]string{
		{"digest", p.Digest}, {"size", cli.FormatBytes(p.Size)},
		{"memory at start", cli.FormatBytes(p.InitialMemory)},
		{"fuel at start", cli.FormatFuel(p.StartFuel) + " (" + p.FuelSchedule + ")"},
		{"imports of WASI", imports},
	} {
		fmt.Fprintf(out, "  %-16s %s\n", row[0], row[1])
	}
}

// writeImage describes an image in words. Its author chose every text in it, so all are escaped.
func writeImage(out io.Writer, p *client.Program) {
	fmt.Fprintf(out, "%s: workers that run containers run it, under a policy without a court\n", printable.Name(p.Path))
	env := "none"
	if len(p.Image.Env) > 0 {
		env = strings.Join(p.Image.Env, " ")
	}
	for _, row := range [][2]string{
		{"digest", p.Digest}, {"size", cli.FormatBytes(p.Size) + fmt.Sprintf(" as it is fetched; layers: %d", p.Image.Layers)},
		{"platform", p.Image.Platform}, {"command", p.Image.CommandText()}, {"environment", env},
		{"user", "65534, whatever the image says"},
	} {
		fmt.Fprintf(out, "  %-16s %s\n", row[0], printable.Line(row[1]))
	}
}
