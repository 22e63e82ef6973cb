package rooms

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// policyName matches the constants of package poco that hold the name of one policy.
var policyName = regexp.MustCompile(`^Policy[A-Z]`)

// comparesPolicies says whether a file compares something with the name of one policy.
func comparesPolicies(file *ast.File) (found bool) {
	names := func(list ...ast.Expr) {
		for _, x := range list {
			if s, ok := x.(*ast.SelectorExpr); ok && policyName.MatchString(s.Sel.Name) {
				pkg, ok := s.X.(*ast.Ident)
				found = found || ok && pkg.Name == "poco"
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				names(n.X, n.Y)
			}
		case *ast.CaseClause:
			names(n.List...)
		}
		return true
	})
	return found
}

// TestPoliciesAreAskedForTheirRules: no file compares the names of policies. Whoever needs to know something of a policy asks its Rules, so
// that a new policy is right everywhere once it is in the list (poco/policy.go).
func TestPoliciesAreAskedForTheirRules(t *testing.T) {
	walkFiles(t, func(name string, file *ast.File) {
		if comparesPolicies(file) {
			t.Errorf("%s compares the name of a policy. Ask poco.PolicyByName, and then its Rules", name)
		}
	})
}

// TestAComparisonOfPoliciesIsFound: the check finds a file that breaks the rule.
func TestAComparisonOfPoliciesIsFound(t *testing.T) {
	for source, want := range map[string]bool{
		`var _ = p == poco.PolicyProven`:                                true,
		`var _ = poco.PolicyProven != p`:                                true,
		`func f() { switch p { case "a", poco.PolicyProven: } }`:        true,
		`var _ = a && (b || p == poco.PolicyProven)`:                    true,
		`var _ = fmt.Sprintf("%s", poco.PolicyProven)`:                  false,
		`var _, _ = poco.PolicyByName(name)`:                            false,
		`var _ = p.Rules().Evidence == poco.EvidenceProof`:              false,
		`var terms = poco.Terms{Policy: poco.PolicyCredence, Trust: 2}`: false,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "a.go", "package a\n"+source, parser.SkipObjectResolution)
		require.NoError(t, err)
		require.Equal(t, want, comparesPolicies(file), source)
	}
}
