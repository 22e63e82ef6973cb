package cli

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A shell reads a quoted text back unchanged.
func TestShellQuote(t *testing.T) {
	require.Equal(t, "a/plain-word_1.0:x=y", ShellQuote("a/plain-word_1.0:x=y"), "what needs no quotes has none")
	for _, word := range []string{"", "plain", "two words", "it's", `"quoted"`, "$HOME `id` \\ ; & | > < * ? [a] {b} ~ # !", "line\nbreak", "ünï"} {
		out, err := exec.Command("sh", "-c", "printf '%s|' x "+ShellQuote(word)).Output()
		require.NoError(t, err, word)
		require.Equal(t, "x|"+word+"|", string(out))
	}
	require.False(t, strings.Contains(ShellQuote("safe"), "'"))
}
