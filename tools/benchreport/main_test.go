package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

const output = `== blocks: bank sends
goos: linux
goarch: amd64
pkg: example.org/bench
cpu: A Processor
BenchmarkSend-2   	      10	  900 cpu-µs/op	         1.000 sends/op
BenchmarkTask/n=2-2   	      10	  2000 cpu-µs/op	         2.000 sends/op
BenchmarkTask/n=2-2   	      10	  4000 cpu-µs/op	         3.000 sends/op
BenchmarkLong-2   	       1	2084463299 ns/op	         1.076 over-direct
PASS
ok  	example.org/bench	1.0s
pkg: example.org/other
BenchmarkSend-2   	       1	  100 cpu-µs/op
not measured, for want of npm
`

// TestReport: every figure is in report.json under the unit that was printed, and the page has a chart of each unit. Rounds of a benchmark are
// one bar, benchmarks of two packages are two.
func TestReport(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "report.txt"), []byte(output), 0o644); err != nil {
		t.Fatal(err)
	}
	made := time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC)
	if err := write(dir, "abc", made); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got Report
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	task := func(cpu, sends float64) Result {
		return Result{"example.org/bench", "Task/n=2-2", 10, map[string]float64{"cpu-µs/op": cpu, "sends/op": sends}}
	}
	want := Report{"abc", made, "A Processor", []Result{
		{"example.org/bench", "Send-2", 10, map[string]float64{"cpu-µs/op": 900, "sends/op": 1}}, task(2000, 2), task(4000, 3),
		{"example.org/bench", "Long-2", 1, map[string]float64{"ns/op": 2084463299, "over-direct": 1.076}},
		{"example.org/other", "Send-2", 1, map[string]float64{"cpu-µs/op": 100}},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v", got)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil || !strings.Contains(string(page), `>Task/n=2-2</td><td>2.5</td><td><meter max="2.5" value="2.5">`) {
		t.Fatal(err, string(page))
	}
	var units []string
	for _, c := range charts(got.Results) {
		units = append(units, c.Unit)
		if c.Unit == "cpu-µs/op" && (c.Most != 3000 || !slices.Equal(c.Bars, []Bar{
			{"example.org/bench", "Send-2", 900, 1}, {"example.org/bench", "Task/n=2-2", 3000, 2}, {"example.org/other", "Send-2", 100, 1},
		})) {
			t.Fatal(*c)
		}
	}
	if !slices.Equal(units, []string{"cpu-µs/op", "ns/op", "over-direct", "sends/op"}) {
		t.Fatal(units)
	}
	if err := os.WriteFile(filepath.Join(dir, "report.txt"), []byte("nothing\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := write(dir, "", made); err == nil {
		t.Fatal("an output without results is a report")
	}
}
