package sim

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// One seed gives the same bytes on any number of cores. Another seed gives other bytes.
func TestReproducibleToTheByte(t *testing.T) {
	cells := []Cell{
		{Scheme: Credence{}, World: Standard(100, 300), Population: Informed{}, Seeds: 5},
		{Scheme: IExec{}, World: Standard(100, 300), Population: Static{Chance: 0.5}, Seeds: 5},
	}
	run := func(seed uint64) string {
		rows := MeasureCells(cells, seed, nil)
		var out bytes.Buffer
		require.NoError(t, WriteCSV(&out, rows))
		return out.String()
	}
	first := run(1)
	require.Equal(t, first, run(1))
	old := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(old)
	for _, cores := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(cores)
		require.Equal(t, first, run(1), "on %d cores", cores)
	}
	require.NotEqual(t, first, run(2))
}

func TestOver(t *testing.T) {
	m := Over([]Tally{{Wrong: 1}, {Wrong: 3}}, func(y Tally) float64 { return float64(y.Wrong) })
	require.Equal(t, Mean{Mean: 2, Error: 1}, m)
	require.InDelta(t, 3e-4, UpperBound(0, 10_000), 1e-12)
	require.Greater(t, UpperBound(5, 10_000), 9e-4)
}

// The whole study runs, every table has rows, and the written file contains them all.
func TestSmoke(t *testing.T) {
	rows := MeasureCells(Study(Size{Tasks: 60, Seeds: 1, Horizon: 1_000, Lives: 1}), 1, nil)
	var text, table bytes.Buffer
	require.NoError(t, WriteText(&text, rows))
	require.NoError(t, WriteCSV(&table, rows))
	require.Equal(t, len(rows)+1, bytes.Count(table.Bytes(), []byte("\n")))
	for _, name := range Tables {
		require.NotEmpty(t, ofTable(rows, name.Name), name.Name)
		require.Contains(t, text.String(), name.Title)
		require.Contains(t, Markdown(rows, name.Name), "| scheme | population |")
	}
}

func BenchmarkCredibility(b *testing.B) {
	Credibility{Share: 0.2, Blacklist: true}.Run(Trial{World: Standard(1_000_000, b.N), Population: Static{Chance: 0.1}, Seed: 1})
}

func BenchmarkIExec(b *testing.B) {
	IExec{}.Run(Trial{World: Standard(1_000_000, b.N), Population: Static{Chance: 0.1}, Seed: 1})
}
