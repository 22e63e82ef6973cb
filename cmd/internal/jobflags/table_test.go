package jobflags

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func TestReadTable(t *testing.T) {
	writeFiles(t, map[string]string{
		"rows.csv": "scene, width\na,1\n\"b\nc\",2\n", "rows.TSV": "k\tv\n1\ta,b\n", "texts/b.txt": "", "texts/a.tar.gz": "", "texts/sub/c.txt": "",
		"[odd].csv": "x\n1\n",
	})
	for _, tc := range []struct {
		text    string
		columns []string
		rows    [][]string
		places  []string
	}{
		{"rows.csv", []string{"scene", "width"}, [][]string{{"a", "1"}, {"b\nc", "2"}}, []string{"row 1 (line 2 of rows.csv)", "row 2 (line 3 of rows.csv)"}},
		{"rows.TSV", []string{"k", "v"}, [][]string{{"1", "a,b"}}, []string{"row 1 (line 2 of rows.TSV)"}},
		{"[odd].csv", []string{"x"}, [][]string{{"1"}}, []string{"row 1 (line 2 of [odd].csv)"}}, // an existing file takes precedence over a pattern
		{"texts/*", []string{"path", "file", "stem"}, [][]string{{"texts/a.tar.gz", "a.tar.gz", "a.tar"}, {"texts/b.txt", "b.txt", "b"}}, []string{"texts/a.tar.gz", "texts/b.txt"}},
		{"-1..1", []string{"n"}, [][]string{{"-1"}, {"0"}, {"1"}}, []string{"number -1", "number 0", "number 1"}},
		{"7..7", []string{"n"}, [][]string{{"7"}}, []string{"number 7"}},
	} {
		t.Run(tc.text, func(t *testing.T) {
			table, err := ReadTable(tc.text)
			require.NoError(t, err)
			require.Equal(t, tc.columns, table.Columns)
			require.Equal(t, tc.rows, table.Rows)
			require.Equal(t, tc.places, table.Places)
			require.Equal(t, strings.Contains(tc.text, "*"), table.files)
			last := len(tc.rows) - 1
			cell, known := table.cell(last, tc.columns[0])
			require.True(t, known)
			require.Equal(t, tc.rows[last][0], cell)
			cell, known = table.cell(last, "index")
			require.True(t, known)
			require.Equal(t, map[int]string{0: "0", 1: "1", 2: "2"}[last], cell)
			_, known = table.cell(last, "nothing")
			require.False(t, known)
		})
	}
}

func TestReadTableRefuses(t *testing.T) {
	writeFiles(t, map[string]string{
		"empty.csv": "", "head.csv": "a,b\n", "short.csv": "a,b\n1,2\n1\n", "long.csv": "a\n1,2\n", "twice.csv": "a,a\n1,2\n",
		"name.csv": "1st\nx\n", "quote.csv": "a\n\"x\n", "other.txt": "x",
	})
	for text, says := range map[string]string{
		"none.csv":   "there is no such file",
		"other.txt":  "expected a CSV file, a pattern of files, or a range",
		"none":       "expected a CSV file, a pattern of files, or a range",
		"*.none":     "no file matches the pattern",
		"a[":         "syntax error in pattern",
		"5..4":       "expected a range that rises",
		"0..1000000": "expected a range that rises, of at most 1000000 numbers",
		"empty.csv":  "it is empty, expected a first line that names the columns",
		"head.csv":   "it has no rows",
		"short.csv":  "row 2 (line 3 of short.csv) has 1 cells, none for the column b",
		"long.csv":   "row 1 (line 2 of long.csv) has 2 cells, expected 1",
		"twice.csv":  `column 2 is called "a"`,
		"name.csv":   `column 1 is called "1st"`,
		"quote.csv":  "row 1: ",
	} {
		_, err := ReadTable(text)
		require.ErrorContains(t, err, says, text)
		require.Equal(t, cli.ExitUsage, cli.ExitStatus(err), text)
	}
}

func TestParseAudience(t *testing.T) {
	const address = "cred1s0n477cgj5sdjnhpqfskfrmg2kn0zu46q42wxy"
	a, err := ParseAudience("--only", []string{"lab", address, "role:requester", "role:pool-operator", "grid"})
	require.NoError(t, err)
	require.Equal(t, orgstypes.Audience{
		Accounts: []string{address}, Organisations: []string{"lab", "grid"}, Roles: []orgstypes.Role{orgstypes.ROLE_REQUESTER, orgstypes.ROLE_POOL_OPERATOR},
	}, a)
	for text, says := range map[string]string{
		"role:king": "there is no such role", "role:": "there is no such role", "role:unspecified": "there is no such role", address[:20]: "not an address",
	} {
		_, err := ParseAudience("--only", []string{text})
		require.ErrorContains(t, err, says, text)
		require.ErrorContains(t, err, "--only", text)
	}
}
