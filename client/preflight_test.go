package client

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Errors in a job's files and limits are reported before anything is published, uploaded or paid.
func TestNothingIsSentForAJobThatCanNotBe(t *testing.T) {
	good := func() Job { return Job{App: write(t, "app.wasm", emptyApp), Trust: 100} }
	input := func(name, path string) func(*Job) {
		return func(j *Job) { j.Inputs = append(j.Inputs, InputFile{Name: name, Path: path}) }
	}
	folder := t.TempDir()
	secret := write(t, "secret", "x")
	require.NoError(t, os.Chmod(secret, 0))
	many := func(j *Job) {
		file := write(t, "a", "x")
		for i := range 65 {
			j.Inputs = append(j.Inputs, InputFile{Name: strings.Repeat("a", i+1), Path: file})
		}
	}
	cases := []struct {
		name     string
		malleate func(*Job)
		expErr   string
	}{
		{"no such app", func(j *Job) { j.App = filepath.Join(folder, "none.wasm") }, "there is no file"},
		{"no such input", input("a", filepath.Join(folder, "none")), "Inputs "},
		{"a folder with a link", func(j *Job) {
			linked := t.TempDir()
			require.NoError(t, os.Symlink("nowhere", filepath.Join(linked, "link")))
			input("a", linked)(j)
		}, "neither a file nor a folder"},
		{"a pattern that matches nothing", input("a", filepath.Join(folder, "*.none")), "nothing matches"},
		{"an input's name that leads out", input("../a", write(t, "a", "x")), "name"},
		{"one name twice", func(j *Job) { input("a", write(t, "a", "x"))(j); input("a", write(t, "b", "y"))(j) }, "twice"},
		{"a file and a folder of one name", func(j *Job) { input("a", write(t, "a", "x"))(j); input("a/b", write(t, "b", "y"))(j) }, "folder of"},
		{"a name in the datasets' place", input("datasets/x", write(t, "a", "x")), "datasets"},
		{"too many inputs", many, "expected at most 64"},
		{"no such dataset", func(j *Job) { j.Datasets = []string{filepath.Join(folder, "none.csv")} }, "Datasets "},
		{"one dataset twice", func(j *Job) { d := write(t, "d", "x"); j.Datasets = []string{d, d} }, "datasets"},
		{"arguments without end", func(j *Job) { j.Args = []string{strings.Repeat("x", 1<<20)} }, "args"},
		{"a bag without end", func(j *Job) { j.Bag = 1 << 40 }, "size"},
		{"a tag that is none", func(j *Job) { j.Tags = []string{"No Tag"} }, "tag"},
		{"a beginning of no voucher", func(j *Job) { j.Voucher = "abcd" }, "no voucher that begins with abcd"},
	}
	if os.Geteuid() != 0 { // root can read every file
		cases = append(cases, struct {
			name     string
			malleate func(*Job)
			expErr   string
		}{"an input that may not be read", input("a", secret), "permission denied"})
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			m := newFakeMarket(t)
			r, events, tell := m.runner()
			job := good()
			tc.malleate(&job)
			_, err := r.Run(within(t), job, tell)
			require.ErrorContains(t, err, tc.expErr)
			require.Empty(t, *events, "something was done before")
			require.Empty(t, m.sent)
		})
	}
}
