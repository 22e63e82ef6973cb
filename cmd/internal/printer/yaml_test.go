package printer

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// YAML has the names and the whole numbers of the JSON form, and nothing in it acts on a terminal.
func TestPrintAs(t *testing.T) {
	type row struct {
		Paid uint64 `json:"paid_ucred"`
		Text string `json:"text"`
	}
	rows := []row{{Paid: 18_446_744_073_709_551_615, Text: "plain: or not"}, {Text: "\x1b[2J\u202eforged\nline"}}
	var out bytes.Buffer
	require.NoError(t, PrintAs(&out, "yaml", rows))
	require.Contains(t, out.String(), "- paid_ucred: 18446744073709551615\n")
	require.NotContains(t, out.String(), "\x1b")
	require.NotContains(t, out.String(), "\u202e")
	var back []row
	require.NoError(t, yaml.Unmarshal(out.Bytes(), &back))
	require.Equal(t, rows[0], back[0])
	require.Equal(t, uint64(0), back[1].Paid)

	out.Reset()
	require.NoError(t, PrintAs(&out, "json", rows))
	require.Contains(t, out.String(), `"paid_ucred": 18446744073709551615`)

	out.Reset()
	require.NoError(t, PrintIDs(&out, []string{"ab", "c\nd"}, func(s string) string { return s }))
	require.Equal(t, "ab\nc\\nd\n", out.String())
}
