package jobflags

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
)

// writeFiles writes files into a new folder, and makes it the working directory of the test.
func writeFiles(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
}

// takeRows parses a command line and takes its rows apart.
func takeRows(t *testing.T, line ...string) (*Flags, []string, []client.Row, *Table, error) {
	t.Helper()
	var j Flags
	f := pflag.NewFlagSet("x", pflag.ContinueOnError)
	j.Add(f)
	require.NoError(t, f.Parse(line))
	common, list, table, err := j.TakeRows(f.Args())
	return &j, common, list, table, err
}

func TestTakeRows(t *testing.T) {
	writeFiles(t, map[string]string{
		"rows.csv":   "\ufeffscene, width,note\na.scene,640,\"x, {y}\"\nb.scene,320,z\n",
		"rows.tsv":   "k\tv\n1\ta,b\n",
		"a.scene":    "a",
		"b.scene":    "b",
		"all":        "all",
		"in/one.txt": "1", "in/two.txt": "2",
	})
	j, common, list, table, err := takeRows(t, "--map", "rows.csv", "--input", "{scene}", "--input", "all", "--env", "W={width}", "--env", "A=b",
		"--", "-q", "-w", "{width}", `{"json": {{width}}}`, "{note}", "{index}")
	require.NoError(t, err)
	require.Equal(t, []string{"-q", "-w"}, common)
	require.Equal(t, []string{"all"}, j.Inputs)
	require.Equal(t, []string{"A=b"}, j.env)
	require.Equal(t, []string{"scene", "width", "note"}, table.Columns)
	require.Equal(t, []client.Row{
		{Args: []string{"640", `{"json": {width}}`, "x, {y}", "0"}, Env: []string{"W=640"}, Inputs: []client.InputFile{{Name: "a.scene", Path: "a.scene"}}},
		{Args: []string{"320", `{"json": {width}}`, "z", "1"}, Env: []string{"W=320"}, Inputs: []client.InputFile{{Name: "b.scene", Path: "b.scene"}}},
	}, list)

	_, _, list, _, err = takeRows(t, "--map", "rows.tsv", "--arg", "x", "--", "{v}")
	require.NoError(t, err)
	require.Equal(t, []client.Row{{Args: []string{"a,b"}}}, list)

	// Each file makes one task. A task finds its file below /in, unless the command line says otherwise.
	_, _, list, _, err = takeRows(t, "--map", "in/*.txt", "--", "/in/{file}", "{stem}")
	require.NoError(t, err)
	require.Equal(t, []client.Row{
		{Args: []string{"/in/one.txt", "one"}, Inputs: []client.InputFile{{Name: "one.txt", Path: "in/one.txt"}}},
		{Args: []string{"/in/two.txt", "two"}, Inputs: []client.InputFile{{Name: "two.txt", Path: "in/two.txt"}}},
	}, list)
	j, _, list, _, err = takeRows(t, "--map", "in/*.txt", "--stdin", "{path}")
	require.NoError(t, err)
	require.Empty(t, j.stdin)
	require.Equal(t, client.Row{Stdin: "two.txt", Inputs: []client.InputFile{{Name: "two.txt", Path: "in/two.txt"}}}, list[1])
	_, _, list, _, err = takeRows(t, "--map", "in/*.txt", "--input", "text={path}")
	require.NoError(t, err)
	require.Equal(t, []client.InputFile{{Name: "text", Path: "in/one.txt"}}, list[0].Inputs)

	_, _, list, table, err = takeRows(t, "--map", "-1..1", "--", "{n}")
	require.NoError(t, err)
	require.Equal(t, []client.Row{{Args: []string{"-1"}}, {Args: []string{"0"}}, {Args: []string{"1"}}}, list)
	require.Len(t, table.Places, 3)

	_, common, list, table, err = takeRows(t, "--", "{n}")
	require.NoError(t, err)
	require.Nil(t, table)
	require.Empty(t, list)
	require.Equal(t, []string{"{n}"}, common, "braces mean nothing without --map")
}

func TestBadRows(t *testing.T) {
	writeFiles(t, map[string]string{
		"gaps.csv":  "scene,n\na,1\n,2\nnone,3\na,4\nmissing,5\n",
		"short.csv": "a,b\n1,2\n\n1\n", "long.csv": "a,b\n1,2,3\n", "names.csv": "a,a\n", "digits.csv": "1st\nx\n", "empty.csv": "", "head.csv": "a\n",
		"quotes.csv": "a\n\"x\n", "lines.csv": "a\n\"x\ny\"\n", "a": "a", "notes.txt": "x",
	})
	for _, tc := range []struct {
		name string
		line []string
		want []string
	}{
		{"files that are not there", []string{"--map", "gaps.csv", "--input", "{scene}"}, []string{
			"row 2 (line 3 of gaps.csv), column scene: it is empty", "row 3 (line 4 of gaps.csv), column scene: there is no file none", "row 5", "nothing was submitted or paid",
		}},
		{"a row too short", []string{"--map", "short.csv", "--", "{a}"}, []string{"row 2 (line 4 of short.csv) has 1 cells, none for the column b"}},
		{"a row too long", []string{"--map", "long.csv", "--", "{a}"}, []string{"row 1 (line 2 of long.csv) has 3 cells, expected 2"}},
		{"a column twice", []string{"--map", "names.csv"}, []string{`column 2 is called "a"`}},
		{"a column without a name", []string{"--map", "digits.csv"}, []string{`column 1 is called "1st"`}},
		{"an empty file", []string{"--map", "empty.csv"}, []string{"it is empty"}},
		{"no rows", []string{"--map", "head.csv"}, []string{"it has no rows"}},
		{"an open quote", []string{"--map", "quotes.csv"}, []string{"row 1: "}},
		{"a variable of two lines", []string{"--map", "lines.csv", "--env", "A={a}"}, []string{"row 1 (line 2 of lines.csv), column a: the variable"}},
		{"a column that is none", []string{"--map", "gaps.csv", "--", "{width}"}, []string{`{width} in "{width}": --map has no such column, it has scene, n, index`}},
		{"nothing names a column", []string{"--map", "gaps.csv", "--", "x"}, []string{"all tasks would be the same", "{scene}"}},
		{"a range that falls", []string{"--map", "5..1", "--", "{n}"}, []string{"--map 5..1: expected a range that rises"}},
		{"a pattern without a match", []string{"--map", "*.none"}, []string{"no file matches"}},
		{"a file that is no CSV", []string{"--map", "notes.txt"}, []string{"expected a CSV file, a pattern of files, or a range"}},
		{"a CSV that is not there", []string{"--map", "none.csv"}, []string{"there is no such file"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, _, _, err := takeRows(t, tc.line...)
			for _, want := range tc.want {
				require.ErrorContains(t, err, want)
			}
			require.Equal(t, cli.ExitUsage, cli.ExitStatus(err))
		})
	}
}
