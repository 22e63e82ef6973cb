package order

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// writeOrder writes an order to a file or to standard output, and says on standard error what it wrote.
func writeOrder(cmd *cobra.Command, s markettypes.SignedOrder, out string, overwrite bool, what string) error {
	text, err := order.Format(s)
	if err != nil {
		return err
	}
	if out == "" || out == "-" {
		_, err := cmd.OutOrStdout().Write(text)
		return err
	}
	if err := cli.MakeFolderOf(out); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if overwrite {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(out, mode, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("--out %s: the file is there already; --overwrite replaces it", out)
	}
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if _, err := file.Write(text); err != nil {
		file.Close()
		return fmt.Errorf("--out: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", out, what)
	return nil
}

// readFile reads an order from its file. The error for a missing file says what to do.
func readFile(name string) (markettypes.SignedOrder, error) {
	s, err := order.Read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return s, &cli.Problem{What: name + ": there is no such file", Next: "make an order with: credenced order create --help", Err: err}
	}
	return s, err
}

// signedName returns the default name for the signed version of an order's file.
func signedName(file string) string {
	ext := filepath.Ext(file)
	return strings.TrimSuffix(file, ext) + ".signed" + ext
}

// addOutFlags adds the flags that say where to write an order.
func addOutFlags(f *pflag.FlagSet, out *string, overwrite *bool) {
	f.StringVar(out, "out", "", "file to write (default: standard output)")
	f.BoolVar(overwrite, "overwrite", false, "replace the file of --out")
}

// fileExists reports whether a file has the name.
func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
