package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// Program is the name of the program that runs. Commands that are proposed are written for credenced; those that another
// program has as well are proposed by its name.
var Program = node

const node = "credenced"

// shared are the commands that the programs have in common.
var shared = []string{"run", "check", "task", "workflow", "receipt", "feed", "agent", "publish", "order", "context", "keys"}

// nameProgram puts the program's own name in front of the commands that it has.
func nameProgram(text string) string {
	if Program == node {
		return text
	}
	for _, cmd := range shared {
		text = strings.ReplaceAll(text, node+" "+cmd, Program+" "+cmd)
	}
	return text
}

// NameProgram writes the examples and the long help of all commands by the program's own name.
func NameProgram(root *cobra.Command) {
	root.Example, root.Long = nameProgram(root.Example), nameProgram(root.Long)
	for _, cmd := range root.Commands() {
		NameProgram(cmd)
	}
}
