package receipt

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil/tool"
)

// shownOutcome is what the page for receipts shows.
type shownOutcome struct {
	Good bool
	Says string
	Rows [][2]string
}

// row returns the value of the row of this name, or nothing if there is no such row.
func (o shownOutcome) row(name string) string {
	for _, r := range o.Rows {
		if r[0] == name {
			return r[1]
		}
	}
	return ""
}

// showReceipt runs the script of the node's page on a receipt and returns what the page shows.
func showReceipt(t *testing.T, file []byte, trust Trust, expected map[string]string) (o shownOutcome) {
	t.Helper()
	node := tool.Find(t, "node")
	dir := t.TempDir()
	for name, from := range map[string]string{"receipt.mjs": "browser/receipt.mjs", "verify.js": "../web/static/verify.js", "dom.js": "../web/static/dom.js"} {
		data, err := os.ReadFile(from)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	if expected == nil {
		expected = map[string]string{}
	}
	question, err := json.Marshal(map[string]any{"file": string(file), "trust": trust.String(), "expected": expected})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "question.json"), question, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "run.js"), []byte(`import {readFileSync} from "node:fs";
import {check} from "./verify.js";
const q = JSON.parse(readFileSync(new URL("question.json", import.meta.url), "utf8"));
console.log(JSON.stringify(await check(q.file, q.trust, q.expected)));
`), 0o600))
	out, err := exec.CommandContext(t.Context(), node, filepath.Join(dir, "run.js")).Output()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, &o), "%s", out)
	return o
}

// TestPageShowsWhatIsProven: the page shows what the receipt of a task or of a feed proves. It shows why a wrong receipt proves nothing.
func TestPageShowsWhatIsProven(t *testing.T) {
	c := chainOf(t, newStory())
	r := c.mustMake()
	file, err := r.Encode()
	require.NoError(t, err)
	states, err := Verify(r, c.trust(1), Expected{})
	require.NoError(t, err)
	o := showReceipt(t, file, c.trust(1), map[string]string{"chain": testChain, "digest": states.Answer.Digest})
	require.True(t, o.Good, o.Says)
	require.Equal(t, states.Answer.Digest, o.row("Answer"))
	require.Equal(t, states.Task, o.row("Task"))
	require.Contains(t, o.row("Policy"), states.Evidence.Policy)
	o = showReceipt(t, file, c.trust(1), map[string]string{"chain": "another"})
	require.False(t, o.Good)
	require.Contains(t, o.Says, "(chain)")
	require.Empty(t, o.Rows, "nothing is shown that is not proven")
	o = showReceipt(t, file[:len(file)/2], c.trust(1), nil)
	require.Contains(t, o.Says, "(format)")

	f := testFeed(t)
	of := feedChain(t, f)
	feed, err := makeFeed(t, of, f, 1).Encode()
	require.NoError(t, err)
	o = showReceipt(t, feed, of.trust(1), nil)
	require.True(t, o.Good, o.Says)
	require.Contains(t, o.Says, "acme/euro")
	require.Equal(t, "1.0842", o.row("Value"))
	require.Equal(t, f.Latest.Task, o.row("Task"))
	// Data that could write to a terminal, or turn the direction of text, is shown in hexadecimal.
	f.Latest.Data = []byte("1\u202e0")
	of = feedChain(t, f)
	feed, err = makeFeed(t, of, f, 1).Encode()
	require.NoError(t, err)
	require.Equal(t, "31e280ae30", showReceipt(t, feed, of.trust(1), nil).row("Value"))
	require.False(t, showReceipt(t, feed, Trust{Hash: [32]byte{1}}, nil).Good)
}
