package workflow

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client/workflow"
	"github.com/credence-chain/credence/internal/cli"
)

const sample = `
name: words
defaults: {trust: 99%, fuel: 2G}
nodes:
  - {name: split, app: "studio/words:1", input: text.txt, args: [split, 4, /in/text.txt], ok-exit: [0, 10]}
  - {name: count, app: "studio/words:1", map: "@split/part-*.txt", args: [count, "/in/{file}"], fuel: 1G}
  - {name: merge, app: "studio/words:1", input: ["counts=@count", text.txt], args: [merge]}
  - {name: rare, app: "studio/words:1", when: {node: split, exit: [10]}, after: merge}
`

// inFolder writes files into a new folder, and makes it the working directory.
func inFolder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
}

// runLine runs a command line.
func runLine(t *testing.T, args ...string) (string, error) {
	t.Helper()
	root := &cobra.Command{Use: "credence", SilenceUsage: true, SilenceErrors: true}
	root.AddCommand(NewCommand())
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(append([]string{"workflow"}, args...))
	err := root.Execute()
	return out.String(), err
}

func TestValidate(t *testing.T) {
	inFolder(t, map[string]string{"w.yaml": sample, "text.txt": "x"})
	out, err := runLine(t, "validate", "w.yaml")
	require.NoError(t, err)
	require.Equal(t, "w.yaml is sound: 4 nodes, in the order split, count, merge, rare\n", out)

	node := func(text string) string {
		return "nodes:\n  - {name: a, app: \"lab/words:1\"}\n  - {name: b, app: \"lab/words:1\", " + text + "}\n"
	}
	for _, tc := range []struct{ name, text, want string }{
		{"no YAML", "nodes: [", "w.yaml: "},
		{"another word", "steps: []", `unknown field "steps"`},
		{"a list", "- a\n- b", "w.yaml: the file is a list, expected a mapping; expected name, defaults and nodes"},
		{"a text", "words", "w.yaml: the file is a text, expected a mapping"},
		{"a number", "7", "w.yaml: the file is a number, expected a mapping"},
		{"nodes by name", "nodes: {a: {app: \"lab/words:1\"}}", "nodes: got a mapping, expected a list of nodes"},
		{"names of nodes", "nodes: [a]", "nodes: got a text, expected a mapping"},
		{"a name that is none", "name: [a]\nnodes: []", "name: got a list, expected a text"},
		{"defaults in a list", "defaults: [a]\nnodes: []", "defaults: got a list, expected a mapping"},
		{"no nodes", "name: x", "nodes: missing"},
		{"no app", "nodes: [{name: a}]", "node a: app: missing"},
		{"no name", "nodes: [{app: \"lab/words:1\"}]", "node 1: name: missing"},
		{"a name with capitals", "nodes: [{name: A, app: x}]", `node 1: name "A"`},
		{"no flag", node("trusted: 99%"), "node b: trusted: neither a word of workflows"},
		{"a flag's value", node("trust: lots"), "node b: --trust"},
		{"a default", "defaults: {trusted: 9}\nnodes: [{name: a, app: x}]", "defaults: trusted"},
		{"a list in a list", node("input: [[x]]"), "node b: input: a list in a list"},
		{"nobody's result", node("input: \"@c\""), "node b waits for c, and there is no such node"},
		{"a circle", "nodes:\n  - {name: a, app: \"lab/words:1\", after: b}\n  - {name: b, app: \"lab/words:1\", after: a}\n", "wait for each other"},
		{"a condition without a status", node("when: {node: a}"), "node b: when: expected a node and a list of exit statuses"},
		{"a condition on a bag", "nodes:\n  - {name: a, app: \"lab/words:1\", bag: 2}\n  - {name: b, app: \"lab/words:1\", when: {node: a, exit: [0]}}\n", "a is a bag"},
		{"a file that is not there", node("input: none.txt"), "node b: --input: there is no file none.txt"},
		{"a program that is not there", "nodes: [{name: a, app: none.wasm}]", "node a: app: there is no file none.wasm"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.NoError(t, os.WriteFile("w.yaml", []byte(tc.text), 0o600))
			_, err := runLine(t, "validate", "w.yaml")
			require.ErrorContains(t, err, tc.want)
		})
	}
	_, err = runLine(t, "validate", "none.yaml")
	require.ErrorContains(t, err, "can't be read")
	require.Equal(t, cli.ExitUsage, cli.ExitStatus(err))
}

// The job of a node is the one that "run" would make of its flags. The results of other nodes are in their folders.
func TestJobOfANode(t *testing.T) {
	inFolder(t, map[string]string{"w.yaml": sample, "text.txt": "x"})
	d, err := readDefinition("w.yaml")
	require.NoError(t, err)
	out := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(out, "split"), 0o700))
	for _, name := range []string{"part-1.txt", "part-2.txt", "other"} {
		require.NoError(t, os.WriteFile(filepath.Join(out, "split", name), nil, 0o600))
	}
	job, table, err := d.find("count").job(out)
	require.NoError(t, err)
	require.Len(t, job.Rows, 2)
	require.Equal(t, []string{"/in/part-2.txt"}, job.Rows[1].Args)
	require.Equal(t, []string{"count"}, job.Args)
	require.EqualValues(t, 100, job.Trust)
	require.EqualValues(t, 1_000_000_000, job.Fuel, "its own goes before the default")
	require.Len(t, table.Rows, 2)

	job, table, err = d.find("merge").job(out)
	require.NoError(t, err)
	require.Nil(t, table)
	require.Equal(t, filepath.Join(out, "count"), job.Inputs[0].Path)
	require.Equal(t, "counts", job.Inputs[0].Name)
	require.Equal(t, "text.txt", job.Inputs[1].Path)

	require.Equal(t, []workflow.Node{
		{Name: "split"}, {Name: "count", After: []string{"split"}}, {Name: "merge", After: []string{"count"}},
		{Name: "rare", After: []string{"merge"}, When: &workflow.Condition{Node: "split", Exit: []uint32{10}}},
	}, d.graph().Nodes)
}

func TestDraw(t *testing.T) {
	inFolder(t, map[string]string{"w.yaml": sample})
	out, err := runLine(t, "draw", "w.yaml")
	require.NoError(t, err)
	require.Equal(t, `flowchart LR
  n_split["split<br/>studio/words:1"]
  n_count["count<br/>a bag of studio/words:1"]
  n_merge["merge<br/>studio/words:1"]
  n_rare["rare<br/>studio/words:1"]
  n_split -->|a task for each| n_count
  n_count -->|result| n_merge
  n_merge -.->|after| n_rare
  n_split -->|if exit is 10| n_rare
`, out)
	out, err = runLine(t, "draw", "w.yaml", "--format", "dot")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(out, "digraph \"words\" {\n"))
	require.Contains(t, out, `"split" -> "count" [label="a task for each"]`)
	require.Contains(t, out, `"merge" -> "rare" [label="after", style=dashed]`)
	_, err = runLine(t, "draw", "w.yaml", "--format", "png")
	require.ErrorContains(t, err, "--format")
}

// A workflow that was begun is not begun again. It is resumed only with the same definition and on the same chain.
func TestOpenJournal(t *testing.T) {
	inFolder(t, map[string]string{"w.yaml": sample})
	d, err := readDefinition("w.yaml")
	require.NoError(t, err)
	f := &runFlags{journal: "w.journal"}
	_, err = f.open(d, "w.yaml", "chain-1", true)
	require.ErrorContains(t, err, "credenced workflow run w.yaml")
	j, err := f.open(d, "w.yaml", "chain-1", false)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(filepath.Dir(d.path), "words-results"), j.Out)
	_, err = f.open(d, "w.yaml", "chain-1", false)
	require.ErrorContains(t, err, "go on with it: credenced workflow resume w.yaml")
	_, err = f.open(d, "w.yaml", "chain-1", true)
	require.NoError(t, err)
	_, err = f.open(d, "w.yaml", "chain-2", true)
	require.ErrorContains(t, err, "begun on the chain chain-1")
	d.digest = "sha256:other"
	_, err = f.open(d, "w.yaml", "chain-1", true)
	require.ErrorContains(t, err, "w.yaml has changed")
	require.NoError(t, os.MkdirAll("full/x", 0o700))
	_, err = (&runFlags{journal: "other.journal", out: "full"}).open(d, "w.yaml", "chain-1", false)
	require.ErrorContains(t, err, "the folder is not empty")
	require.NoFileExists(t, "other.journal")
}
