package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func lab(t *testing.T, stdin string, args ...string) (stdout string, err error) {
	t.Helper()
	cmd := rootCommand()
	var out, diag bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&diag)
	cmd.SetIn(strings.NewReader(stdin))
	cmd.SetArgs(args)
	err = cmd.Execute()
	return out.String(), err
}

func TestCaseFiles(t *testing.T) {
	vectors := filepath.Join("..", "..", "lab", "vectors", "testdata")
	for _, c := range []struct {
		sub, file string
		cases     int
	}{
		{"replay-iexec", "iexec-poco.json", 30},
		{"trust-cases", "trust.json", 61},
	} {
		t.Run(c.sub, func(t *testing.T) {
			path := filepath.Join(vectors, c.file)
			out, err := lab(t, "", c.sub, path)
			require.NoError(t, err)
			var cases []struct {
				ID, Verdict   string
				Expected, Got any
			}
			require.NoError(t, json.Unmarshal([]byte(out), &cases))
			require.Len(t, cases, c.cases)
			for _, got := range cases {
				require.Equal(t, "ok", got.Verdict, got.ID)
				require.NotNil(t, got.Expected)
				require.NotNil(t, got.Got)
			}

			data, err := os.ReadFile(path)
			require.NoError(t, err)
			again, err := lab(t, string(data), c.sub, "-")
			require.NoError(t, err)
			require.Equal(t, out, again, "standard input")
		})
	}
}

func TestCaseDifferences(t *testing.T) {
	out, err := lab(t, `[{"id":"a","group":"poco","inputs":{"score":0},"expected":{"weight":3}}]`, "trust-cases", "-")
	require.ErrorIs(t, err, errCasesDiffer)
	require.Contains(t, out, `"verdict": "fail"`, "the report is printed all the same")

	_, err = lab(t, `[{"id":"a"}]`, "replay-iexec", "-")
	require.ErrorIs(t, err, errCasesDiffer)
	_, err = lab(t, "[]", "trust-cases", "-")
	require.ErrorContains(t, err, "holds no cases")
	_, err = lab(t, "", "trust-cases", filepath.Join(t.TempDir(), "missing.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = lab(t, "", "trust-cases")
	require.Error(t, err, "no file named")
}
