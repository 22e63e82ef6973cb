package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/lab/sim"
)

func TestMeasureWritesItsResults(t *testing.T) {
	dir := t.TempDir()
	doc := filepath.Join(dir, "doc.md")
	text := "before\n<!-- lab assumptions -->\nold\n<!-- /lab -->\nbetween\n<!-- lab lifetimes -->\nkept\n<!-- /lab -->\nafter\n"
	require.NoError(t, os.WriteFile(doc, []byte(text), 0o644))
	out := filepath.Join(dir, "not", "there", "yet")
	args := []string{"measure", "--size", "smoke", "--only", "horizons,assumptions", "--out", out, "--doc", doc}
	_, err := lab(t, "", args...)
	require.NoError(t, err)

	first := map[string]string{}
	for _, name := range []string{"results.txt", "results.csv", "results.json", "horizons.svg", "horizons.png"} {
		data, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		require.NotEmpty(t, data)
		first[name] = string(data)
	}
	var r results
	require.NoError(t, json.Unmarshal([]byte(first["results.json"]), &r))
	require.Equal(t, "smoke", r.Size)
	require.NotEmpty(t, r.Rows)

	written, err := os.ReadFile(doc)
	require.NoError(t, err)
	require.NotContains(t, string(written), "old")
	require.Contains(t, string(written), "as assumed")
	require.Contains(t, string(written), "<!-- lab lifetimes -->\nkept\n<!-- /lab -->\nafter\n", "what was not measured stays")

	_, err = lab(t, "", args...)
	require.NoError(t, err)
	for name, content := range first {
		again, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		require.Equal(t, content, string(again), "%s: the same to the byte", name)
	}
}

// A study that was measured in parts and joined equals the study that was measured at once.
func TestRenderJoinsParts(t *testing.T) {
	dir := t.TempDir()
	part := func(seed, only string) string {
		out := filepath.Join(dir, seed+only)
		_, err := lab(t, "", "measure", "--size", "smoke", "--seed", seed, "--only", only, "--out", out)
		require.NoError(t, err)
		return filepath.Join(out, "results.json")
	}
	whole, a, b := part("1", "horizons,assumptions"), part("1", "assumptions"), part("1", "horizons")
	out := filepath.Join(dir, "joined")
	_, err := lab(t, "", "render", a, b, "--out", out)
	require.NoError(t, err)
	for _, name := range []string{"results.json", "results.csv", "results.txt", "horizons.svg"} {
		want, err := os.ReadFile(filepath.Join(filepath.Dir(whole), name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), name)
	}
	_, err = lab(t, "", "render", a, part("2", "horizons"), "--out", out)
	require.ErrorContains(t, err, "seed 2")
}

func TestMeasureRefuses(t *testing.T) {
	_, err := lab(t, "", "measure", "--size", "huge")
	require.ErrorContains(t, err, `--size: got "huge"`)
	_, err = lab(t, "", "measure", "--size", "smoke", "--only", "nothing")
	require.ErrorContains(t, err, `--only: got "nothing"`)
}

// docs/trust.md has the tables of the committed results.
func TestDocumentQuotesTheResults(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "lab", "results", "results.json"))
	require.NoError(t, err)
	var r results
	require.NoError(t, json.Unmarshal(data, &r))
	require.Regexp(t, "^[0-9a-f]{40}( |$)", r.Commit, "results come from a commit")
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "trust.md"))
	require.NoError(t, err)
	require.Greater(t, strings.Count(string(doc), markOpen), 8)
	require.Equal(t, r.fillDocument(string(doc)), string(doc), "run credence-lab measure with --doc docs/trust.md")
}

// Reused rows keep their places and name the commit that measured them. The document names that commit too.
func TestMeasureKeepsEarlierRows(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	_, err := lab(t, "", "measure", "--size", "smoke", "--only", "assumptions", "--out", first)
	require.NoError(t, err)
	data, err := os.ReadFile(filepath.Join(first, "results.json"))
	require.NoError(t, err)
	var earlier results
	require.NoError(t, json.Unmarshal(data, &earlier))
	whole := earlier.Rows
	earlier.Commit, earlier.Rows = "a commit before", whole[3:5]
	text, err := earlier.formatJSON()
	require.NoError(t, err)
	file := filepath.Join(dir, "earlier.json")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))

	_, err = lab(t, "", "measure", "--size", "smoke", "--only", "assumptions", "--out", second, "--reuse", file)
	require.NoError(t, err)
	data, err = os.ReadFile(filepath.Join(second, "results.json"))
	require.NoError(t, err)
	var got results
	require.NoError(t, json.Unmarshal(data, &got))
	require.Len(t, got.Rows, len(whole))
	for i, r := range got.Rows {
		want := whole[i]
		if i == 3 || i == 4 {
			want.Commit = "a commit before"
		}
		require.Equal(t, want, r, "row %d", i)
	}
	require.Contains(t, got.source(), "2 were measured at commit a commit before")

	_, err = lab(t, "", "measure", "--size", "smoke", "--seed", "2", "--out", second, "--reuse", file)
	require.ErrorContains(t, err, "--reuse: "+file+": got seed 1, expected 2")
}

// Measuring again gives the committed results. The test measures some of the cheapest cells, from any commit.
func TestResultsComeAgain(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "lab", "results", "results.json"))
	require.NoError(t, err)
	var r results
	require.NoError(t, json.Unmarshal(data, &r))
	size, ok := sim.SizeByName(r.Size)
	require.True(t, ok)
	cells := map[string]sim.Cell{}
	for _, c := range sim.Study(size) {
		cells[c.Key()] = c
	}
	seen := map[string]int{}
	for _, want := range r.Rows {
		if work := want.Tasks * want.Seeds; work > 40_000 || seen[want.Table] == 2 {
			continue
		}
		seen[want.Table]++
		cell, ok := cells[want.Key()]
		require.True(t, ok, "the study has no cell like %s", want.Key())
		got := cell.Measure(r.Seed)
		require.Equal(t, want.Wrong, got.Wrong, want.Key())
		require.Equal(t, want.Likely, got.Likely, want.Key())
		require.Equal(t, want.Executions, got.Executions, want.Key())
		require.Equal(t, want.Booty, got.Booty, want.Key())
	}
	require.Greater(t, len(seen), 2, "tables: %v", seen)
}
