// Package x holds the modules; this test is of what all of them share.
package x

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// Clients know an error by its module and its number. Numbers begin at 2, as 1 is the SDK's for an error of its own, and are
// in the order of the file without a hole, so that nobody can give one twice or find one that means nothing.
func TestErrorsAreNumberedInOrder(t *testing.T) {
	files, err := filepath.Glob("*/types/errors.go")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 9)
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			require.NoError(t, err)
			next := 2
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if of, ok := call.Fun.(*ast.SelectorExpr); !ok || of.Sel.Name != "Register" {
					return true
				}
				number, err := strconv.Atoi(call.Args[1].(*ast.BasicLit).Value)
				require.NoError(t, err)
				require.Equal(t, next, number, "the error %s", call.Args[2].(*ast.BasicLit).Value)
				next++
				return true
			})
			require.Greater(t, next, 2)
		})
	}
}
