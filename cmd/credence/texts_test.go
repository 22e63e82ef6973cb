package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
)

// ofNode are the commands of credenced that texts may propose to people who have credence alone, with the reason.
var ofNode = map[string]string{
	"devnet":            "a network of one's own is a node's",
	"tx sign":           "a ledger or multisig key signs what --generate-only prints; credence signs with keys of its own",
	"config set client": "only credenced's own commands end with that error: they alone use CometBFT's client",
	"seat-keys":         "only an operator sends a message with a seat's keys",
	"query poa changes": "only an operator or the council proposes a change of a seat",
}

// namedCommand finds a command that a text proposes, with the words that follow it.
var namedCommand = regexp.MustCompile(`\bcredenced? ([a-z][a-z-]*(?: [a-z][a-z-]*)*)`)

// findCommands returns what a text proposes that neither the program nor ofNode has.
func findCommands(root *cobra.Command, text string) (missing []string) {
	for _, found := range namedCommand.FindAllStringSubmatch(text, -1) {
		if !hasCommand(root, strings.Fields(found[1])) && !isOfNode(found[0]) {
			missing = append(missing, found[0])
		}
	}
	return missing
}

// hasCommand reports whether the words begin with a command of the program. A command with subcommands needs the word for one, unless the
// text speaks of it as a whole.
func hasCommand(root *cobra.Command, words []string) bool {
	cmd, rest, err := root.Find(words)
	return err == nil && cmd != root && (!cmd.HasSubCommands() || len(rest) == 0)
}

func isOfNode(text string) bool {
	for words := range ofNode {
		if strings.HasPrefix(text+" ", "credenced "+words+" ") {
			return true
		}
	}
	return false
}

// textsOf calls do with every text in the Go files of a folder that are written by hand and are no tests.
func textsOf(t *testing.T, folder string, do func(file, text string)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".pb.go") || strings.HasSuffix(name, ".pb.gw.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				do(name, text)
			}
			return true
		})
	}
}

// TestTextsNameOwnCommands: whoever has credence alone can run every command that a text proposes: a text of the packages that it links, or
// one of a keeper, which refuses messages on the chain. A text may call a command that both programs have credenced's: cli.Tell and
// cli.Problem write the program's own name.
func TestTextsNameOwnCommands(t *testing.T) {
	root := rootCommand()
	listed, err := exec.Command("go", "list", "-deps", "-f", `{{with .Module}}{{if .Main}}{{$.Dir}}{{end}}{{end}}`, ".").Output()
	require.NoError(t, err)
	keepers, err := filepath.Glob("../../x/*/keeper")
	require.NoError(t, err)
	texts := 0
	for _, folder := range append(strings.Fields(string(listed)), keepers...) {
		textsOf(t, folder, func(file, text string) {
			if namedCommand.MatchString(text) {
				texts++
			}
			for _, missing := range findCommands(root, text) {
				t.Errorf("%s: %q: credence has no such command; name one that it has, or the reason in ofNode", file, missing)
			}
		})
	}
	require.Greater(t, texts, 100)
}

// TestMissingCommandsAreFound: the test above finds what it is for.
func TestMissingCommandsAreFound(t *testing.T) {
	root := rootCommand()
	for text, want := range map[string][]string{
		"list them: credenced query workers pools":        {"credenced query workers pools"},
		"credenced query " + "":                           {"credenced query"},
		"list them: credenced list pools":                 nil,
		"list them: credenced list pool":                  {"credenced list pool"},
		"credenced task shwo 3f2a":                        {"credenced task shwo"},
		"credence task show 3f2a; credenced tx bank send": {"credenced tx bank send"},
		"credenced run publishes it; docs of credence.":   nil,
		"credenced tx sign tx.json":                       nil,
		"start one with `credenced devnet`":               nil,
		"credenced devnets":                               {"credenced devnets"},
	} {
		require.Equal(t, want, findCommands(root, text), text)
	}
}

// TestSharedCommandsAreOwn: every command whose texts are renamed is a command of this program, and every command of this program is renamed.
func TestSharedCommandsAreOwn(t *testing.T) {
	before := cli.Program
	cli.Program = "credence"
	t.Cleanup(func() { cli.Program = before })
	for _, cmd := range rootCommand().Commands() {
		if name := cmd.Name(); name != "version" && name != "man" && name != "help" && name != "completion" {
			problem := &cli.Problem{What: "x", Next: "credenced " + name + " y"}
			require.Contains(t, problem.Error(), "Next: credence "+name+" y")
		}
	}
}
