package poco

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDeclineReasons: each reason has its own name and words, is found by its name, and is one that the chain takes.
func TestDeclineReasons(t *testing.T) {
	words := map[string]bool{DeclineUnspecified.Words(): true}
	require.Len(t, DeclineReasons(), int(DeclineOther))
	for _, r := range DeclineReasons() {
		require.NoError(t, r.Validate())
		require.NotEmpty(t, r.Words())
		require.False(t, words[r.Words()], "%s has the words of another", r)
		words[r.Words()] = true
		back, found := ParseDeclineReason(r.String())
		require.True(t, found)
		require.Equal(t, r, back)
	}
	for _, r := range []DeclineReason{DeclineUnspecified, DeclineOther + 1, 255} {
		require.Error(t, r.Validate())
		require.Equal(t, "gave no reason", r.Words())
	}
	_, found := ParseDeclineReason("UNSPECIFIED")
	require.False(t, found)
}

// TestDeclineReasonsAreSpecified: the table of docs/protocol.md is that of this package.
func TestDeclineReasonsAreSpecified(t *testing.T) {
	text, err := os.ReadFile("../docs/protocol.md")
	require.NoError(t, err)
	for _, r := range DeclineReasons() {
		require.Contains(t, string(text), fmt.Sprintf("\n| `%s` | %d | %s |\n", r, r, r.Words()))
	}
}

// TestDeclinesAreKept: a task keeps the seats that were given back, over all attempts, so that its end can be explained.
func TestDeclinesAreKept(t *testing.T) {
	p := newPlay(t, testTerms())
	p.due(1)
	height := p.height
	require.NoError(t, p.user(Declined{p.height, "w1", 1, DeclineInput}))
	p.due(p.task.Deadline)
	require.EqualValues(t, 2, p.task.Attempt)
	require.Empty(t, p.task.Seats)
	p.due(p.task.Deadline)
	require.NoError(t, p.user(Declined{p.height, "w2", 2, DeclineRun}))
	require.Equal(t, []Decline{
		{Who: "w1", Org: "o1", Attempt: 1, Reason: DeclineInput, Height: height},
		{Who: "w2", Org: "o2", Attempt: 2, Reason: DeclineRun, Height: p.height},
	}, p.task.Declines)
}
