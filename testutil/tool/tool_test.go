package tool

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// outcome records how a test ended, and does not end it.
type outcome struct {
	testing.TB
	failed, skipped bool
}

func (o *outcome) Helper()               {}
func (o *outcome) Fatalf(string, ...any) { o.failed = true }
func (o *outcome) Skipf(string, ...any)  { o.skipped = true }

func TestMissFailsWhereToolsAreRequired(t *testing.T) {
	for _, required := range []string{"", "1"} {
		t.Setenv(Required, required)
		for name, miss := range map[string]func(testing.TB){
			"program":  func(t testing.TB) { Find(t, "no-such-program", "nor-this-one") },
			"python":   func(t testing.TB) { FindPython(t, "no_such_module") },
			"packages": func(t testing.TB) { FindPackages(t, "no-such-folder") },
		} {
			o := &outcome{TB: t}
			miss(o)
			require.Equal(t, outcome{TB: t, failed: required != "", skipped: required == ""}, *o, "%s, %s=%q", name, Required, required)
		}
	}
}

func TestFindTakesTheFirstThatIsHere(t *testing.T) {
	require.Equal(t, "sh", filepath.Base(Find(t, "no-such-program", "sh", "cat")))
}

// TestNoTestSkipsForWantOfAProgramByItself: a test that looks for a program itself and then skips ignores Required, so it would not fail in
// CI.
func TestNoTestSkipsForWantOfAProgramByItself(t *testing.T) {
	found := 0
	require.NoError(t, filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "build" || strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".." && path != "../..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && calls(f, "exec", "LookPath") {
				found++
				require.False(t, calls(f, "t", "Skip") || calls(f, "t", "Skipf"), "%s: %s looks for a program and skips: take testutil/tool", path, f.Name.Name)
			}
		}
		return nil
	}))
	require.NotZero(t, found, "some tests ask which programs are here; when none does, this test reads the wrong folder")
}

// calls says whether a function calls a function NAME of a package or a variable.
func calls(f *ast.FuncDecl, of, name string) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || selector.Sel.Name != name {
			return true
		}
		x, ok := selector.X.(*ast.Ident)
		found = found || ok && x.Name == of
		return true
	})
	return found
}
