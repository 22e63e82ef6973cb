package jobflags

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco"
)

// readLine reads the job of a command line.
func readLine(t *testing.T, line ...string) (client.Job, *Table, error) {
	t.Helper()
	var j Flags
	f := pflag.NewFlagSet("job", pflag.ContinueOnError)
	j.Add(f)
	require.NoError(t, f.Parse(line))
	return j.ReadJob("studio/app:1", f.Args(), f.Changed("bag"))
}

// The size of the bag comes from the command line. Otherwise the client counts it from the datasets or the rows.
func TestReadJobBag(t *testing.T) {
	for _, tc := range []struct {
		line []string
		want uint64
		rows int
		err  string
	}{
		{nil, 1, 0, ""},
		{[]string{"--bag", "7"}, 7, 0, ""},
		{[]string{"--bag", "0"}, 0, 0, "--bag 0: expected at least one task"},
		{[]string{"--dataset", "a/b:1", "--datasets-per-task", "1"}, 0, 0, ""},
		{[]string{"--dataset", "a/b:1", "--datasets-per-task", "1", "--bag", "1"}, 1, 0, ""},
		{[]string{"--dataset", "a/b:1", "--datasets-per-task", "1", "--bag", "0"}, 0, 0, "--bag 0"},
		{[]string{"--map", "1..3", "--", "{n}"}, 0, 3, ""},
		{[]string{"--map", "1..3", "--bag", "3", "--", "{n}"}, 3, 3, ""},
	} {
		job, table, err := readLine(t, tc.line...)
		if tc.err != "" {
			require.ErrorContains(t, err, tc.err, "%q", tc.line)
			continue
		}
		require.NoError(t, err, "%q", tc.line)
		require.Equal(t, tc.want, job.Bag, "%q", tc.line)
		require.Len(t, job.Rows, tc.rows, "%q", tc.line)
		require.Equal(t, tc.rows > 0, table != nil, "%q", tc.line)
	}
}

// A policy that there is not is refused before any node is asked, with those that there are.
func TestPolicyIsKnown(t *testing.T) {
	for name := range map[string]bool{"court": true, poco.DefaultPolicy: true, "": true} {
		job, _, err := readLine(t, "--policy", name)
		require.NoError(t, err)
		require.Equal(t, name, job.Policy)
	}
	_, _, err := readLine(t, "--policy", "nonsense")
	require.ErrorContains(t, err, `--policy "nonsense": expected `+poco.PolicyNames())
	require.Equal(t, cli.ExitUsage, cli.ExitStatus(err))
}

func TestReadJob(t *testing.T) {
	job, _, err := readLine(t, "--arg", "-w", "--arg", "3", "--trust", "99%", "--max-price", "2CRED", "--value", "3ucred", "--voucher", "ABCD", "--", "more")
	require.NoError(t, err)
	require.Equal(t, client.Job{
		App: "studio/app:1", Args: []string{"-w", "3", "more"}, Trust: 100, MaxPrice: 2_000_000, Value: 3, Voucher: "abcd", Bag: 1,
	}, job)
	for _, line := range [][]string{
		{"--trust", "101%"}, {"--fuel", "much"}, {"--value", "0"}, {"--max-price", "0"}, {"--clock", "noon"}, {"--cpu", "0"}, {"--map", "1.."},
	} {
		_, _, err := readLine(t, line...)
		require.ErrorContains(t, err, line[0])
	}
	file := filepath.Join(t.TempDir(), "data.csv")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	job, _, err = readLine(t, "--input", file)
	require.NoError(t, err)
	require.Equal(t, []client.InputFile{client.ParseInput(file)}, job.Inputs)
}
