package run

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
)

var rewrite = flag.Bool("rewrite", false, "write golden files instead of comparing them")

// The golden file has the report of each kind of ending. -args -rewrite writes it anew.
func TestReportsAreGolden(t *testing.T) {
	id := func(n int) string { return strings.Repeat(fmt.Sprintf("%02x", n), 32) }
	result := func(n int, files ...string) *client.TaskReport {
		return &client.TaskReport{
			ID: id(n), Index: uint64(n), Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT", Digest: "sha256:" + id(n)}, Agreed: []string{"amber", "birch"},
			Dir: filepath.Join("out", fmt.Sprintf("%03d", n)), Files: files,
		}
	}
	lied := result(1, "a.txt")
	lied.ByCourt, lied.Faults = true, []client.FaultReport{{Organisation: "grove", Fault: "WRONG", Slash: 10_000_000}}
	onchain := result(0, "value")
	onchain.Onchain = &client.Onchain{File: "value", Data: []byte("42\n")}
	void := &client.TaskReport{ID: id(2), Index: 2, Ending: "VOID"}
	bag := &client.Report{Accepted: 6, Paid: 6, Locked: 60, Refunded: 54}
	for n := range 6 {
		bag.Tasks = append(bag.Tasks, result(n, "f"))
	}
	empty := &client.Report{Accepted: 2, Tasks: []*client.TaskReport{result(0), result(1, "x")}}
	mixed := &client.Report{Accepted: 6, Paid: 6, Locked: 60, Refunded: 54}
	for n := range 6 {
		mixed.Tasks = append(mixed.Tasks, result(n, "f"))
	}
	mixed.Tasks[2].Agreed, mixed.Tasks[4].ByCourt = []string{"amber", "birch", "cedar"}, true
	fails := result(0)
	fails.Verdict.Kind, fails.Reason, fails.ExitCode = "APP_FAILED", "exit", 3
	alone, proven := result(0, "a"), result(0, "a")
	alone.Agreed, alone.Policy, proven.Agreed, proven.Policy = []string{"amber"}, "single", []string{"amber"}, "proven"
	var b strings.Builder
	for _, tc := range []struct {
		name   string
		report *client.Report
	}{
		{"one task, and what lives on chain", &client.Report{Accepted: 1, Paid: 40_000, Locked: 100_000, Premiums: 9_000, Refunded: 51_000, Tasks: []*client.TaskReport{onchain},
			Ledgers: []client.LedgerReport{{Key: "public/100", Counted: 7, Debt: "0.01", Budget: "0.07"}}}},
		{"a lie, and a task without an answer", &client.Report{Accepted: 1, Paid: 1, Locked: 3, Refunded: 2, Slashed: 10_000_000, Burnt: 5_000_000, Tasks: []*client.TaskReport{lied, void}}},
		{"a bag of which all is well", bag},
		{"one that left no file", empty},
		{"a bag that different organisations and the court verified", mixed},
		{"a program that fails", &client.Report{Accepted: 1, Request: id(9), Paid: 10, Locked: 10, Tasks: []*client.TaskReport{fails}}},
		{"one that a single worker answered", &client.Report{Accepted: 1, Tasks: []*client.TaskReport{alone}}},
		{"one with a proof", &client.Report{Accepted: 1, Tasks: []*client.TaskReport{proven}}},
		{"two deals, and a part that nobody met", &client.Report{Accepted: 1, Tasks: []*client.TaskReport{result(0, "a", "b", "c", "d")}, Unmet: 3, Why: "no pool takes\nmore",
			Deals: []client.DealReport{{ID: id(8), First: 0, Size: 2, Pool: "north", Paid: 5}, {ID: id(9), First: 2, Size: 1, Pool: "south", Paid: 6}}}},
	} {
		var out, theory bytes.Buffer
		PrintReport(&out, tc.report, false)
		PrintReport(&theory, tc.report, true)
		fmt.Fprintf(&b, "== %s\n%s\n== the same with --verbose\n%s\n", tc.name, out.String(), theory.String())
	}
	golden := filepath.Join("testdata", "reports.txt")
	if *rewrite {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}
