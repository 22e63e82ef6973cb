package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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

// A study that was measured in parts is the one that was measured at once.
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

// The tables of docs/trust.md are those of the committed results.
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
