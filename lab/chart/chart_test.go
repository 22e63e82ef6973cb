package chart

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/lab/sim"
)

func TestDraw(t *testing.T) {
	rows := []sim.Row{
		{Table: "schemes", Scheme: "some scheme", Population: sim.Informed{}.Name(), Trust: 10_000, Executions: sim.Mean{Mean: 2}, Rate: sim.Mean{Mean: 0.01}},
		{Table: "horizons", Scheme: "some scheme", Population: "peace", Trust: 100, Tasks: 10, Executions: sim.Mean{Mean: 2}},
		{Table: "horizons", Scheme: "some scheme", Population: "peace", Trust: 100, Tasks: 100, Executions: sim.Mean{Mean: 1}},
		{Table: "certificate", Curve: []sim.Point{{Tasks: 1, Debt: 0.1}, {Tasks: 2, Wrong: 1, Debt: 0.2}}},
	}
	dir := t.TempDir()
	files, err := Draw(rows, dir)
	require.NoError(t, err)
	require.Len(t, files, 6)
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NotEmpty(t, data)
	}
	files, err = Draw(nil, dir)
	require.NoError(t, err)
	require.Empty(t, files, "nothing was measured")
}
