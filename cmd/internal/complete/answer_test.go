package complete

import (
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// A search that hangs is left after the patience. The results that it found before are offered.
func TestWhatHangsIsLeft(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	s := wordsOf(fixed("one", "two"), func(*question) { <-never }, fixed("three"))
	begun := time.Now()
	found, directive := s.answer(&cobra.Command{}, "")
	require.Equal(t, []string{"one", "two"}, found)
	require.Equal(t, cobra.ShellCompDirectiveNoFileComp, directive)
	require.GreaterOrEqual(t, time.Since(begun), patience)
}

// A word that somebody else chose cannot look like two words.
func TestWordsAreOneLine(t *testing.T) {
	q := &question{}
	q.add("a\nb", "")
	q.add("a", "b\nc")
	q.add("a\tb", "")
	require.Empty(t, q.known())
}
