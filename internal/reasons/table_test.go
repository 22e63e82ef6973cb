package reasons_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	errorsmod "cosmossdk.io/errors"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"

	"github.com/credence-chain/credence/internal/reasons"

	// Imported so that its errors are registered and can be compared with the table.
	_ "github.com/cosmos/cosmos-sdk/types/errors"

	_ "github.com/credence-chain/credence/x/apps/types"
	_ "github.com/credence-chain/credence/x/beacon/types"
	_ "github.com/credence-chain/credence/x/deals/types"
	_ "github.com/credence-chain/credence/x/enclaves/types"
	_ "github.com/credence-chain/credence/x/feeds/types"
	_ "github.com/credence-chain/credence/x/market/types"
	_ "github.com/credence-chain/credence/x/orgs/types"
	_ "github.com/credence-chain/credence/x/poa/types"
	_ "github.com/credence-chain/credence/x/supply/types"
	_ "github.com/credence-chain/credence/x/tasks/types"
	_ "github.com/credence-chain/credence/x/verifiers/types"
	_ "github.com/credence-chain/credence/x/vouchers/types"
	_ "github.com/credence-chain/credence/x/workers/types"
)

var rewrite = flag.Bool("rewrite", false, "write reasons.txt and docs/errors.md instead of comparing them")

// registered returns the errors that a file registers, in the order of the file.
func registered(t *testing.T, codespace, file string) []reasons.Entry {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	var out []reasons.Entry
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		call, ok := spec.Values[0].(*ast.CallExpr)
		if !ok || len(call.Args) < 3 {
			return true
		}
		if of, ok := call.Fun.(*ast.SelectorExpr); !ok || !strings.HasPrefix(of.Sel.Name, "Register") {
			return true
		}
		number, err := strconv.ParseUint(call.Args[1].(*ast.BasicLit).Value, 10, 32)
		require.NoError(t, err)
		words, err := strconv.Unquote(call.Args[len(call.Args)-1].(*ast.BasicLit).Value)
		require.NoError(t, err)
		out = append(out, reasons.Entry{Key: reasons.Key{Codespace: codespace, Code: uint32(number)}, Reason: reasonOf(spec.Names[0].Name), Words: words})
		return true
	})
	require.NotEmpty(t, out, "%s registers nothing", file)
	return out
}

// reasonOf turns a Go name into a reason: ErrNoOrder is NO_ORDER, ErrTEE is TEE.
func reasonOf(name string) string {
	letters := []rune(strings.TrimPrefix(strings.TrimPrefix(name, "Error"), "Err"))
	var b strings.Builder
	for i, c := range letters {
		begins := i > 0 && unicode.IsUpper(c) && (unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1]))
		if begins {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(c))
	}
	return b.String()
}

// current returns the table as it has to be.
func current(t *testing.T) []reasons.Entry {
	files, err := filepath.Glob("../../x/*/types/errors.go")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 12)
	var all []reasons.Entry
	for _, file := range files {
		all = append(all, registered(t, filepath.Base(filepath.Dir(filepath.Dir(file))), file)...)
	}
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", "github.com/cosmos/cosmos-sdk/types/errors").Output()
	require.NoError(t, err)
	return append(all, registered(t, "sdk", filepath.Join(strings.TrimSpace(string(dir)), "errors.go"))...)
}

// TestTheTableIsCurrent: every error of our modules and of the SDK's root is in the table and in docs/errors.md. Its reason follows
// from its Go name, and its words are the registered ones. A changed reason breaks programs: rename none.
func TestTheTableIsCurrent(t *testing.T) {
	all := current(t)
	var lines, doc strings.Builder
	doc.WriteString(head)
	module := ""
	for _, e := range all {
		fmt.Fprintf(&lines, "%s %d %s %s\n", e.Codespace, e.Code, e.Reason, e.Words)
		if e.Codespace != module {
			module = e.Codespace
			fmt.Fprintf(&doc, "\n## %s\n\n| reason | code | status | words |\n|---|---|---|---|\n", module)
		}
		fmt.Fprintf(&doc, "| `%s` | %d | %s | %s |\n", e.Reason, e.Code, statusText(e), e.Words)
	}
	for file, want := range map[string]string{"reasons.txt": lines.String(), "../../docs/errors.md": doc.String()} {
		if *rewrite {
			require.NoError(t, os.WriteFile(file, []byte(want), 0o644)) //nolint:gosec // documentation
			continue
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, want, string(got), "%s is stale: go test ./internal/reasons -args -rewrite", file)
	}
}

const head = `# Errors

What a query, a simulation or a transaction is refused with, for programs. This page is generated (` + "`go test ./internal/reasons -args -rewrite`" + `);
[integrator.md](integrator.md#errors) says how the details travel. The *domain* of an error is the heading. Its *code* is the one that the
outcome of a transaction has beside the codespace, which is the domain. Neither changes, nor does the reason. The words may.
`

// statusText returns the gRPC status and the HTTP status of an error in a query.
func statusText(e reasons.Entry) string {
	code := reasons.StatusOfReason(e.Reason)
	return fmt.Sprintf("%s, %d", code, gwruntime.HTTPStatusFromCode(code))
}

// TestReasonsAreUnique: a reason means one error of its module. It has the form that google.rpc.ErrorInfo asks for.
func TestReasonsAreUnique(t *testing.T) {
	form := regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,61}[A-Z0-9]$`)
	type name struct{ domain, reason string }
	seen := map[name]bool{}
	for _, e := range reasons.All() {
		require.Regexp(t, form, e.Reason)
		require.False(t, seen[name{e.Codespace, e.Reason}], "%s has %s twice", e.Codespace, e.Reason)
		seen[name{e.Codespace, e.Reason}] = true
		require.Equal(t, e.Reason, reasons.FindReason(e.Key))
		require.NotEqual(t, codes.Unknown, reasons.StatusOf(e.Key))
		var really *errorsmod.Error
		require.ErrorAs(t, errorsmod.ABCIError(e.Codespace, e.Code, "x"), &really)
		require.Equal(t, e.Words, really.Error(), "%s %d", e.Codespace, e.Code)
	}
	require.Equal(t, "CODE_7", reasons.FindReason(reasons.Key{Codespace: "gov", Code: 7}))
	require.Equal(t, codes.Unknown, reasons.StatusOf(reasons.Key{Codespace: "gov", Code: 7}))
}
