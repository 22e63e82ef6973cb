package rows_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/rows"
	"github.com/credence-chain/credence/artifact/tree"
)

func TestRowsComeBack(t *testing.T) {
	list := []rows.Row{
		{Args: []string{"-width", "640"}, Files: []rows.File{{Name: "a.scene", From: "0"}, {Name: "lib/b", From: "1"}}},
		{},
		{Env: []string{"A=1"}, Stdin: "moves <&>.txt", Files: []rows.File{{Name: "moves <&>.txt", From: "1"}}},
	}
	var packed bytes.Buffer
	require.NoError(t, rows.Pack(&packed, list, map[string]artifact.Content{"0": artifact.Bytes("zero"), "1": artifact.Bytes("one")}))
	for i, want := range list {
		got, contents, err := rows.Read(packed.Bytes(), uint64(i))
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Len(t, contents, len(want.Files))
		for k, f := range want.Files {
			require.Equal(t, map[string]string{"0": "zero", "1": "one"}[f.From], string(contents[k]))
		}
	}
	_, _, err := rows.Read(packed.Bytes(), 3)
	require.ErrorContains(t, err, "row 4: there are 3 rows")

	err = rows.Pack(&packed, []rows.Row{{}, {Files: []rows.File{{Name: "x", From: "7"}}}}, nil)
	require.ErrorContains(t, err, `row 2: file "7" is none`)
	err = rows.Pack(&packed, []rows.Row{{Args: []string{"a\x00"}}}, nil)
	require.ErrorContains(t, err, "row 1: args[0]")
	err = rows.Pack(&packed, []rows.Row{{Args: []string{strings.Repeat("a", rows.MaxRowBytes)}}}, nil)
	require.ErrorContains(t, err, "row 1: got")
}

// An archive without sound rows is refused, with an error that says what is wrong.
func TestHostileRows(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "row 1: there are 0 rows",
		"{}":                          "row 1: there are 0 rows", // the line has no end
		"no json\n":                   "row 1: invalid character",
		"{\"arg\":[\"a\"]}\n":         "row 1: json: unknown field",
		"{} {}\n":                     "row 1: expected one object",
		"{\"args\":[\"a\\u0000\"]}\n": "row 1: args[0]",
		"{\"files\":[{\"name\":\"a\",\"from\":\"x\"}]}\n": "row 1: there is no file",
		strings.Repeat(" ", rows.MaxRowBytes) + "{}\n":    "row 1: got 65538 bytes",
	} {
		var packed bytes.Buffer
		require.NoError(t, tree.Pack(&packed, []tree.Source{{Name: "rows", Content: artifact.Bytes(text)}, {Name: "files/a", Content: artifact.Bytes("x")}}))
		_, _, err := rows.Read(packed.Bytes(), 0)
		require.ErrorContains(t, err, want, text)
	}
	_, _, err := rows.Read([]byte("no archive"), 0)
	require.Error(t, err)
	var packed bytes.Buffer
	require.NoError(t, tree.Pack(&packed, []tree.Source{{Name: "files/a"}}))
	_, _, err = rows.Read(packed.Bytes(), 0)
	require.ErrorContains(t, err, `there is no file "rows"`)
}
