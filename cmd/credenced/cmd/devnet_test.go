package cmd

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The next command that a devnet prints can be pasted: it names the program where the caller has it.
func TestProgramBeside(t *testing.T) {
	for called, want := range map[string]string{
		"credenced":          "credence",
		"build/credenced":    "build/credence",
		"./credenced":        "./credence",
		"/opt/a b/credenced": "'/opt/a b/credence'",
	} {
		require.Equal(t, want, programBeside(called, "credence"), called)
	}
}
