package reference

import (
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// The reference is the same whoever writes it: the length of a home folder moves no line.
func TestTheReferenceIsThatOfAnyHome(t *testing.T) {
	write := func(home string) string {
		t.Setenv("HOME", home)
		root := &cobra.Command{Use: "tool", Short: "A tool", Run: func(*cobra.Command, []string) {}}
		root.Flags().String("home", filepath.Join(home, ".tool"), "The home folder, in which the tool keeps all that it has")
		root.Flags().String("a-flag-with-quite-a-long-name", "", "Its description is as long as a line, so that lines are wrapped beside it")
		return Markdown(root)
	}
	short := write("/root")
	require.Contains(t, short, `"~/.tool")`)
	require.Equal(t, short, write("/home/somebody-with-a-long-name-and-many-more-letters-in-it"))
}
