package bench_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil"
)

const (
	// countsFile has the last counts of TestCounts in the format of Go's benchmarks. benchstat compares two of these files.
	countsFile = "testdata/counts.txt"
	// worse is the factor by which a count may grow before the test fails.
	worse = 1.10
)

var (
	rewriteCounts = flag.Bool("rewrite", false, "write what was counted into "+countsFile)
	listPlaces    = flag.Int("places", 0, "list so many parts of the stores that are read and written most")
)

// count is one kind of work whose cost is counted.
type count struct {
	name string
	run  func(t testing.TB, w *watch) (meter, int)
}

var counted = []count{
	{"send", func(t testing.TB, w *watch) (meter, int) { return sends(t, 3, w) }},
	{"request", func(t testing.TB, w *watch) (meter, int) {
		c := compute(t, 1, w)
		requests(c, t, &meter{})
		m := meter{watch: w}
		requests(c, t, &m)
		return m, perBlock
	}},
	{"task/n=2/batch=16", countLife(2, perTx)},
	{"task/n=2/batch=1", countLife(2, 1)},
	{"task/n=3/batch=16", countLife(3, perTx)},
	{"idle", countIdle(0)},
}

func countLife(n uint32, most int) func(testing.TB, *watch) (meter, int) {
	return func(t testing.TB, w *watch) (meter, int) {
		c := compute(t, 1, w)
		life(t, c, n, most, &meter{}, &meter{})
		m := meter{watch: w}
		life(t, c, n, most, &m, &meter{})
		return m, perBlock
	}
}

func countIdle(open int) func(testing.TB, *watch) (meter, int) {
	return func(t testing.TB, w *watch) (meter, int) {
		c := idle(t, w)
		openTasks(c, open)
		c.NextN(3)
		m := meter{watch: w}
		const blocks = 5
		for range blocks {
			m.block(t, c.Chain)
		}
		return m, blocks
	}
}

// TestCounts counts costs of work that do not depend on the machine or its load: reads, writes and iterators of the stores, the keys and
// bytes that blocks keep, and allocations. It fails when a count is more than a tenth above testdata/counts.txt. -args -rewrite renews the
// file. -args -places=20 says which parts of the state cause the counts.
func TestCounts(t *testing.T) {
	var lines []string
	for _, c := range counted {
		w := new(watch)
		_, n := c.run(t, w)
		plain, _ := c.run(t, nil) // a separate run without the watch, which allocates too
		if *listPlaces > 0 {
			t.Logf("%s\n%s", c.name, w.list(n, *listPlaces))
		}
		lines = append(lines, formatCounts(c.name, n, w.counts, plain))
	}
	got := strings.Join(lines, "\n") + "\n"
	if *rewriteCounts {
		require.NoError(t, os.WriteFile(countsFile, []byte(got), 0o644))
	}
	before, err := os.ReadFile(countsFile)
	require.NoError(t, err)
	for _, complaint := range compareCounts(string(before), got) {
		t.Error(complaint)
	}
	if t.Failed() {
		t.Logf("find what costs more, or, when it is worth its price, renew the file: go test ./test/bench -run TestCounts -args -rewrite\n%s", got)
	}
}

func formatCounts(name string, n int, c counts, m meter) string {
	each := func(v int, unit string) string {
		return strconv.FormatFloat(float64(v)/float64(n), 'f', 1, 64) + " " + unit + "/op"
	}
	return strings.Join([]string{
		"BenchmarkCounts/" + name, "1", each(c.reads, "reads"), each(c.writes, "writes"), each(c.iterators, "iterators"), each(c.steps, "steps"),
		each(c.readBytes, "read-B"), each(c.writtenBytes, "written-B"), each(c.kept, "kept-keys"), each(c.keptBytes, "kept-B"),
		each(int(m.mallocs), "allocs"), each(int(m.bytes), "alloc-B"),
	}, "\t")
}

var countOf = regexp.MustCompile(`\t([0-9.]+) (\S+)`)

// compareCounts returns the counts that have grown too much, and those that are on one side only.
func compareCounts(before, after string) (complaints []string) {
	read := func(text string) map[string]float64 {
		out := map[string]float64{}
		for line := range strings.Lines(text) {
			name, _, _ := strings.Cut(line, "\t")
			for _, m := range countOf.FindAllStringSubmatch(line, -1) {
				out[name+" "+m[2]], _ = strconv.ParseFloat(m[1], 64)
			}
		}
		return out
	}
	old, now := read(before), read(after)
	names := maps.Clone(old)
	maps.Copy(names, now)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, known := old[name]
		is, counted := now[name]
		switch {
		case !known || !counted:
			complaints = append(complaints, fmt.Sprintf("%s: in one of two files only", name))
		case is > was*worse+0.5:
			complaints = append(complaints, fmt.Sprintf("%s: got %g, expected at most a tenth more than %g", name, is, was))
		}
	}
	return complaints
}

// TestCompareCounts: a count that grew by more than a tenth, a new one and a missing one are found. A count that fell is not.
func TestCompareCounts(t *testing.T) {
	const before = "BenchmarkCounts/a\t1\t100.0 reads/op\t50.0 writes/op\nBenchmarkCounts/b\t1\t7.0 reads/op\n"
	require.Empty(t, compareCounts(before, before))
	require.Empty(t, compareCounts(before, strings.ReplaceAll(before, "50.0", "5.0")))
	require.Empty(t, compareCounts(before, strings.ReplaceAll(before, "100.0", "110.0")))
	require.Len(t, compareCounts(before, strings.ReplaceAll(before, "100.0", "111.0")), 1)
	require.Len(t, compareCounts(before, strings.ReplaceAll(before, "/b", "/c")), 2)
}

// TestIdleBlockIsFlat: a block in which nothing is due reads and writes as much beside thousands of open tasks as beside ten. -bench.open
// above 10,000 counts beside so many too.
func TestIdleBlockIsFlat(t *testing.T) {
	sizes := []int{10, 1_000}
	if *mostOpen > 10_000 {
		sizes = append(sizes, *mostOpen)
	}
	var all []counts
	for _, open := range sizes {
		w := new(watch)
		c := idle(t, w)
		openTasks(c, open)
		c.NextN(3)
		w.start()
		c.Next()
		w.stop()
		require.GreaterOrEqual(t, len(c.OpenTasks()), open)
		t.Logf("beside %d open tasks: %d reads, %d writes, %d iterators, %d steps, %d keys kept", open, w.reads, w.writes, w.iterators, w.steps, w.kept)
		w.by, w.readBytes, w.keptBytes, w.writtenBytes = nil, 0, 0, 0 // a larger number has more digits
		all = append(all, w.counts)
	}
	for i := range all {
		require.Equal(t, all[0], all[i], "%d open tasks", sizes[i])
	}
	require.Positive(t, all[0].reads)
}

// idle returns a chain on which every task waits for a worker as long as the chain lives.
func idle(t testing.TB, w *watch, more ...testutil.Option) *testutil.Compute {
	options := append(w.options(), idleParams()...)
	return testutil.NewCompute(t, testutil.ComputeOptions{Seats: 1, Workers: 20, Stake: 100_000_000_000}, append(options, more...)...)
}
