package printer

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// For any text that others chose, nothing that a terminal acts upon is printed. A row stays on its line, and JSON has the same value.
func TestNothingPrintedActs(t *testing.T) {
	const hostile = "\x1b[2J\u202e\u009b31m\ttab\r\n  owner  forged"
	var table, labels, text strings.Builder
	require.NoError(t, PrintTable(&table, []Column[string]{NewColumn("A", func(s string) string { return s }), NewColumn("B", func(string) string { return "b" })}, []string{hostile, "é x"}))
	l := NewLabels(&labels)
	l.AddRow("name", "%s!", hostile)
	l.AddSome("other", "é x")
	require.NoError(t, l.Flush())
	require.NoError(t, PrintJSON(&text, map[string]string{"name": hostile}))
	require.Equal(t, 3, strings.Count(table.String(), "\n"))
	require.Equal(t, 2, strings.Count(labels.String(), "\n"))
	for _, out := range []string{table.String(), labels.String(), text.String()} {
		require.NotContains(t, out, "\x1b")
		require.NotContains(t, out, "\u202e")
		require.NotContains(t, out, "\u009b")
		require.NotContains(t, out, "\r")
		require.NotContains(t, out, "\n  owner  forged")
	}
	require.Contains(t, table.String(), "é x", "what people write stays as it is")
	var back map[string]string
	require.NoError(t, json.Unmarshal([]byte(text.String()), &back))
	require.Equal(t, hostile, back["name"])
}
