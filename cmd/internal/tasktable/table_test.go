package tasktable_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/tasktable"
)

func ended(index uint64, r client.TaskReport) client.Event {
	r.Index = index
	return client.Event{Kind: client.EventEnded, Index: index, Task: r.ID, Result: &r}
}

func TestTable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	read := func() string {
		data, err := os.ReadFile(filepath.Join(dir, tasktable.FileName))
		require.NoError(t, err)
		return string(data)
	}
	head := "row,scene,width,task,status,exit_status,reason,result,files,digest,paid_ucred\n"
	table := tasktable.New(dir, []string{"scene", "width"}, [][]string{{"a, b", "640"}, {"c", "320"}, {"d", "1"}, {"e", "2"}})
	require.NoDirExists(t, dir, "nothing is written before it is submitted")
	table.Observe(client.Event{Kind: client.EventSubmitted})
	require.Equal(t, head+"1,\"a, b\",640,,pending,,,,,,\n2,c,320,,pending,,,,,,\n3,d,1,,pending,,,,,,\n4,e,2,,pending,,,,,,\n", read())

	good := &client.Outcome{Kind: "RESULT", Digest: "sha256:aa"}
	table.Observe(ended(0, client.TaskReport{
		ID: "11", Ending: "ACCEPTED", Verdict: good, Dir: filepath.Join(dir, "000"), Files: []string{"x", "y"}, ExitCode: 10,
		Payments: []client.PaymentReport{{Source: "escrow", Amount: 7}, {Source: "stake", Amount: 100}},
	}))
	table.Observe(ended(1, client.TaskReport{ID: "22", Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "APP_FAILED", Digest: "sha256:bb"}, ExitCode: 3, Reason: "exit"}))
	table.Observe(ended(2, client.TaskReport{ID: "33", Ending: "VOID"}))
	require.NoError(t, table.Close())
	want := head + "1,\"a, b\",640,11,accepted,10,,000,x y,sha256:aa,7\n2,c,320,22,failed,3,exit,,,sha256:bb,0\n3,d,1,33,refunded,,void,,,,0\n4,e,2,,pending,,,,,,\n"
	require.Equal(t, want, read())
	require.Equal(t, filepath.Join(dir, "tasks.csv"), table.Path())

	// Another process that continues the bag finds the rows.
	again := tasktable.Load(dir)
	again.Observe(client.Event{Kind: client.EventResuming, Size: 4})
	again.Observe(ended(3, client.TaskReport{ID: "44", Ending: "ACCEPTED", Verdict: good, DownloadError: "nobody\nserves it"}))
	require.NoError(t, again.Close())
	require.Contains(t, read(), "4,e,2,44,accepted,0,")
	require.Contains(t, read(), "1,\"a, b\",640,,pending")

	// A single task needs no table.
	alone := tasktable.New(filepath.Join(t.TempDir(), "none"), nil, nil)
	alone.Observe(client.Event{Kind: client.EventSubmitted, Size: 1})
	alone.Observe(ended(0, client.TaskReport{}))
	require.NoError(t, alone.Close())
	require.Empty(t, alone.Path())
}
