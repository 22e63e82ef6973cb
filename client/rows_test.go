package client

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/rows"
	"github.com/credence-chain/credence/poco/contract"
)

func TestCompleteRows(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(p), 0o755))
		require.NoError(t, os.WriteFile(p, []byte(text), 0o644))
		return p
	}
	a, b := write("a.txt", "a"), write("b.txt", "b")
	write("folder/x/y", "y")
	own := []InputFile{{Path: write("common.txt", "c"), Name: "common.txt"}}

	job := Job{App: "x", Trust: 100, Inputs: own, Rows: []Row{
		{Args: []string{"1"}, Inputs: []InputFile{{Path: a}}},
		{Env: []string{"B=2"}, Inputs: []InputFile{{Path: a, Name: "again"}, {Path: filepath.Join(dir, "folder")}}},
		{Stdin: b},
		{Stdin: "common.txt"},
	}}
	require.NoError(t, job.Prepare())
	require.EqualValues(t, 4, job.Bag)
	require.Equal(t, rows.DefaultName, job.Execution.Rows)
	require.NoError(t, job.Prepare(), "looking twice packs once")
	require.Len(t, job.Inputs, 2)
	content, err := job.Inputs[1].Content()
	require.NoError(t, err)
	packed, err := artifact.ReadContent(content)
	require.NoError(t, err)
	for i, want := range []rows.Row{
		{Args: []string{"1"}, Files: []rows.File{{Name: "a.txt", From: "0"}}},
		{Env: []string{"B=2"}, Files: []rows.File{{Name: "again", From: "0"}, {Name: "folder/x/y", From: "1"}}},
		{Stdin: "b.txt", Files: []rows.File{{Name: "b.txt", From: "2"}}},
		{Stdin: "common.txt"},
	} {
		got, _, err := rows.Read(packed, uint64(i))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}

	good := Row{Args: []string{"1"}}
	for _, tc := range []struct {
		name string
		job  Job
		code Code
		err  string
	}{
		{"a file that is none", Job{Rows: []Row{good, {Inputs: []InputFile{{Path: filepath.Join(dir, "none")}}}}}, CodeNotFound, "Rows 2"},
		{"the name of a common input", Job{Inputs: own, Rows: []Row{{Inputs: []InputFile{{Path: a, Name: "common.txt"}}}}}, CodeInvalid, "there twice"},
		{"a variable twice", Job{Execution: contract.Execution{Env: []string{"A=1"}}, Rows: []Row{good, good, {Env: []string{"A=2"}}}}, CodeInvalid, "Rows 3"},
		{"a bag of another size", Job{Bag: 3, Rows: []Row{good, good}}, CodeConflict, "2 rows make as many tasks"},
		{"datasets too", Job{Datasets: []string{"aa/bb:1"}, DatasetsPerTask: 1, Rows: []Row{good}}, CodeConflict, "DatasetsPerTask"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.job.App, tc.job.Trust = "x", 100
			err := tc.job.Prepare()
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, tc.code, e.Code)
			require.ErrorContains(t, err, tc.err)
		})
	}
}
