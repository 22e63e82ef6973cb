package reasons_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/reasons"
)

// unread lists the sentences that Parse does not read, with their packages.
const unread = "testdata/unread.txt"

// verb matches a verb of fmt, and sample replaces it.
var verb = regexp.MustCompile(`%[-+# 0]*[0-9]*(\.[0-9]+)?[a-zA-Z]`)

func sample(v string) string {
	switch v[len(v)-1] {
	case 'q':
		return `"sample"`
	case 'd':
		return "7"
	default:
		return "sample"
	}
}

// TestEverySentenceOfAFieldIsRead: every sentence of a module about an expected value has the form that Parse reads. The outcome of a
// transaction carries only this text. So a sentence in another form would lose its field for every client.
func TestEverySentenceOfAFieldIsRead(t *testing.T) {
	read, lost := 0, []string(nil)
	for _, root := range []string{"../../x", "../../poco/contract", "../../internal/compact"} {
		require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, ".pb.") {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				format, isFormat := formatOf(n)
				if !isFormat || !strings.Contains(format, "expected ") {
					return true
				}
				read++
				if d := reasons.Parse(reasons.Key{}, verb.ReplaceAllStringFunc(format, sample)); d.Field == "" {
					lost = append(lost, strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../../")+": "+format)
				}
				return true
			})
			return nil
		}))
	}
	slices.Sort(lost)
	if *rewrite {
		require.NoError(t, os.WriteFile(unread, []byte(strings.Join(lost, "\n")+"\n"), 0o600))
	}
	known, err := os.ReadFile(unread)
	require.NoError(t, err)
	for _, sentence := range lost {
		require.Contains(t, strings.Split(string(known), "\n"), sentence, "expected the form \"field: got VALUE, expected WORDS; WHAT TO DO\". "+
			"A sentence that begins with a field which a caller writes in front, or is about several, goes to %s: go test ./internal/reasons -args -rewrite", unread)
	}
	require.Greater(t, read, 100, "the modules have more sentences than that: this test reads the wrong folders")
}

// formatOf returns the text from which a call makes an error.
func formatOf(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return "", false
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Wrapf" && selector.Sel.Name != "Wrap" && selector.Sel.Name != "Errorf" {
		return "", false
	}
	for _, arg := range call.Args {
		if text, ok := arg.(*ast.BasicLit); ok && text.Kind == token.STRING {
			s, err := strconv.Unquote(text.Value)
			return s, err == nil
		}
	}
	return "", false
}
