package client

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
)

// TestShortDigest: a short digest is the beginning of the text with at most 12 digits. A digest is recognised by its prefix.
func TestShortDigest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[0-9a-f]{0,64}`).Draw(t, "digits")
		text := digits
		digest := rapid.Bool().Draw(t, "digest")
		if digest {
			text = artifact.AddAlgorithm(digits)
		}
		short := ShortDigest(text)
		if !strings.HasPrefix(text, short) || artifact.NamesDigest(short) != digest || ShortDigest(short) != short {
			t.Fatalf("%s is shown as %s", text, short)
		}
		if shown, _ := artifact.CutAlgorithm(short); len(shown) != min(12, len(digits)) {
			t.Fatalf("%s is shown as %s", text, short)
		}
	})
}

func TestPlurals(t *testing.T) {
	for n, want := range map[uint64][2]string{0: {"0 tasks", "0 tasks have"}, 1: {"1 task", "1 task has"}, 2: {"2 tasks", "2 tasks have"}} {
		require.Equal(t, want, [2]string{pluralOf(n, "task", "tasks"), pluralHave(n)})
	}
}
