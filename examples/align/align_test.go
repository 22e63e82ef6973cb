package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/examples/internal/wasitest"
)

// EMBOSS water gives these numbers for the two chains of hemoglobin, in the example of its manual.
func TestHemoglobin(t *testing.T) {
	app := wasitest.Build(t, ".")
	in := map[string]string{}
	for _, name := range []string{"HBA_HUMAN.fasta", "HBB_HUMAN.fasta"} {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		in[name] = string(data)
	}
	got := app.Run(wasitest.Run{In: in})
	require.Zero(t, got.Exit, got.Stderr)
	require.Contains(t, got.Stdout, "score      293.5\nidentity   63 of 145\nsimilarity 88 of 145\ngaps       8\n")

	in["HBB_HUMAN.fasta"] = ">x\nMV1\n"
	got = app.Run(wasitest.Run{In: in})
	require.EqualValues(t, 1, got.Exit)
	require.Equal(t, "/in/HBB_HUMAN.fasta: line 2: '1' is no amino acid, expected one of "+residues+"\n", got.Stderr)
}

func TestMatrixIsSymmetric(t *testing.T) {
	for i := range residues {
		for j := range residues {
			require.Equal(t, blosum62[i][j], blosum62[j][i], "%c %c", residues[i], residues[j])
		}
	}
}

// The score of an alignment is that of its rows, and no alignment that is found by trying all has a better one.
func TestBestOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		short := rapid.StringMatching(`[ARWGC]{0,5}`)
		a, b := short.Draw(t, "a"), short.Draw(t, "b")
		got := align(a, b)
		require.Equal(t, got.Score, scoreOfRows(got.RowA, got.RowB))
		require.Equal(t, a[got.FromA-1:][:len(withoutGaps(got.RowA))], withoutGaps(got.RowA))
		best := 0
		for i := range len(a) + 1 {
			for j := range len(b) + 1 {
				best = max(best, bestFrom(a[i:], b[j:], pair))
			}
		}
		require.Equal(t, best, got.Score)
	})
}

func withoutGaps(row string) string { return strings.ReplaceAll(row, "-", "") }

func scoreOfRows(a, b string) (sum int) {
	for i := range a {
		switch {
		case a[i] != '-' && b[i] != '-':
			sum += half * score(a[i], b[i])
		case a[i] == '-' && i > 0 && a[i-1] == '-', b[i] == '-' && i > 0 && b[i-1] == '-':
			sum -= gapExtend
		default:
			sum -= gapOpen
		}
	}
	return sum
}

// bestFrom tries all alignments that begin at the beginnings of a and b, after a step of this kind.
func bestFrom(a, b string, after int) (best int) {
	cost := func(way int) int {
		if way == after {
			return gapExtend
		}
		return gapOpen
	}
	if a != "" && b != "" {
		best = max(best, half*score(a[0], b[0])+bestFrom(a[1:], b[1:], pair))
	}
	if a != "" {
		best = max(best, bestFrom(a[1:], b, gapB)-cost(gapB))
	}
	if b != "" {
		best = max(best, bestFrom(a, b[1:], gapA)-cost(gapA))
	}
	return best
}
