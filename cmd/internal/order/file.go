package order

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/connect"
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

// isID reports whether the text is the id of an order, or the beginning of one, and not the name of a file.
func isID(text string) bool { return credence.IsID(text) && !fileExists(text) }

// wholeID returns the id that begins with the text, of an order or a request that the chain knows. A whole id is not looked up.
func wholeID(ctx context.Context, l *connect.Link, text string, kinds ...credence.IDKind) (string, error) {
	if _, err := markettypes.ParseID(strings.ToLower(text)); err == nil {
		return strings.ToLower(text), nil
	}
	ref, err := credence.Resolve(ctx, l.Conn, text, kinds...)
	return ref.ID, err
}

// readFile reads an order from its file. The error for a missing file says what to do.
func readFile(name string) (markettypes.SignedOrder, error) {
	s, err := order.Read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return s, &cli.Problem{What: name + ": there is no such file", Next: "make an order with: credenced order create --help", Err: err}
	}
	return s, err
}

// refuseNeither adds to the error for a missing file that the name is no id either.
func refuseNeither(err error) error {
	var p *cli.Problem
	if errors.Is(err, fs.ErrNotExist) && errors.As(err, &p) {
		p.What += ", and it is no id, of 64 hexadecimal digits or the first of them"
	}
	return err
}

// signedName returns the default name for the signed version of an order's file.
func signedName(file string) string {
	ext := filepath.Ext(file)
	return strings.TrimSuffix(file, ext) + ".signed" + ext
}

// outFlags adds the flags that say where to write an order.
func outFlags(f *pflag.FlagSet, out *string, overwrite *bool) {
	f.StringVar(out, "out", "", "file to write (default: standard output)")
	f.BoolVar(overwrite, "overwrite", false, "replace the file of --out")
}

// fileExists reports whether a file has the name.
func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
