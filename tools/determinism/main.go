// Command determinism finds what may differ between two nodes that run the same block: goroutines, maps ranged over,
// floating point, the clock, random numbers. It is run over the packages that hold state code.
//
//	determinism [-dir MODULE] PACKAGES...
//
// Tests, generated code and command-line descriptions are left out. A finding that is no danger is excused on its own
// line, or the line before, by "//determinism:ok REASON"; a reason is required.
package main

import (
	"flag"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	dir := flag.String("dir", ".", "the module's folder")
	flag.Parse()
	findings, err := Check(*dir, flag.Args()...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "determinism:", err)
		os.Exit(2)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		os.Exit(1)
	}
}

// Check returns findings as "file:line: what", sorted.
func Check(dir string, patterns ...string) ([]string, error) {
	cfg := &packages.Config{
		Dir: dir,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo |
			packages.NeedImports | packages.NeedDeps | packages.NeedExportFile,
	}
	pkgs, err := packages.Load(cfg, patterns...)
	if err != nil {
		return nil, err
	}
	if len(pkgs) == 0 {
		return nil, fmt.Errorf("no packages match %v", patterns)
	}
	base, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range pkgs {
		if len(p.Errors) > 0 {
			return nil, fmt.Errorf("%s: %v", p.PkgPath, p.Errors[0])
		}
		for _, f := range p.Syntax {
			name := p.Fset.Position(f.Package).Filename
			if excluded(name) || ast.IsGenerated(f) {
				continue
			}
			if rel, err := filepath.Rel(base, name); err == nil {
				name = rel
			}
			c := &checker{fset: p.Fset, info: p.TypesInfo, name: name, excused: excuses(p.Fset, f)}
			c.imports(f)
			ast.Inspect(f, c.visit)
			out = append(out, c.findings...)
		}
	}
	sort.Strings(out)
	return out, nil
}

// excluded says whether a file holds no state code: tests and command-line descriptions.
func excluded(name string) bool {
	base := filepath.Base(name)
	return strings.HasSuffix(base, "_test.go") || base == "autocli.go" ||
		strings.Contains(filepath.ToSlash(name), "/client/cli/")
}

const excuse = "//determinism:ok "

// excuses returns the lines that an excuse with a reason covers: its own and the next.
func excuses(fset *token.FileSet, f *ast.File) map[int]bool {
	lines := map[int]bool{}
	for _, group := range f.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, excuse) && strings.TrimSpace(strings.TrimPrefix(c.Text, excuse)) != "" {
				line := fset.Position(c.Pos()).Line
				lines[line], lines[line+1] = true, true
			}
		}
	}
	return lines
}

type checker struct {
	fset     *token.FileSet
	info     *types.Info
	name     string
	excused  map[int]bool
	findings []string
}

func (c *checker) report(pos token.Pos, format string, args ...any) {
	line := c.fset.Position(pos).Line
	if !c.excused[line] {
		c.findings = append(c.findings, fmt.Sprintf("%s:%d: %s", c.name, line, fmt.Sprintf(format, args...)))
	}
}

func (c *checker) imports(f *ast.File) {
	for _, i := range f.Imports {
		switch path := strings.Trim(i.Path.Value, `"`); path {
		case "math/rand", "math/rand/v2", "crypto/rand":
			c.report(i.Pos(), "import of %s: nodes would draw different numbers", path)
		}
	}
}

func (c *checker) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		c.report(n.Pos(), "go statement: the order of goroutines differs")
	case *ast.SelectStmt:
		c.report(n.Pos(), "select statement: the choice among ready channels differs")
	case *ast.RangeStmt:
		if t := c.info.TypeOf(n.X); t != nil {
			if _, isMap := t.Underlying().(*types.Map); isMap {
				c.report(n.Pos(), "range over a map: the order differs")
			}
		}
	case *ast.CallExpr:
		c.call(n)
	}
	if e, ok := n.(ast.Expr); ok {
		c.float(e)
	}
	return true
}

// call finds calls of functions whose answer depends on when, or in which order, they run.
func (c *checker) call(n *ast.CallExpr) {
	sel, ok := n.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	fn, ok := c.info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil {
		return
	}
	switch fn.Pkg().Path() + "." + fn.Name() {
	case "time.Now", "time.Since", "time.Until", "time.After", "time.Sleep":
		c.report(n.Pos(), "%s.%s: clocks differ", fn.Pkg().Name(), fn.Name())
	case "maps.Keys", "maps.Values", "maps.All":
		c.report(n.Pos(), "%s.%s: the order differs", fn.Pkg().Name(), fn.Name())
	}
}

// float finds names of floating-point types and values that have one.
func (c *checker) float(e ast.Expr) {
	tv, ok := c.info.Types[e]
	if !ok || tv.Type == nil {
		return
	}
	basic, ok := tv.Type.Underlying().(*types.Basic)
	if !ok || basic.Info()&(types.IsFloat|types.IsComplex) == 0 {
		return
	}
	switch {
	case tv.IsType():
		c.report(e.Pos(), "type %s: floating point rounds differently", tv.Type)
	case basic.Kind() != types.UntypedFloat:
		if _, isIdent := e.(*ast.Ident); !isIdent {
			c.report(e.Pos(), "value of type %s: floating point rounds differently", tv.Type)
		}
	}
}
