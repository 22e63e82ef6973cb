package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// Program is the name of the running program. Texts name commands of credenced. If the running program has a command too, the text names
// that program instead.
var Program = node

const node = "credenced"

// shared are the commands that other programs have too.
var shared = []string{"run", "check", "task", "workflow", "receipt", "feed", "agent", "publish", "order", "context", "show", "list", "balance", "keys", "key"}

// nameProgram replaces credenced by the program's own name before shared commands.
func nameProgram(text string) string {
	if Program == node {
		return text
	}
	for _, cmd := range shared {
		text = strings.ReplaceAll(text, node+" "+cmd, Program+" "+cmd)
	}
	return text
}

// Tell prints a text that proposes a command, under the program's own name. Names in args stay as they are.
func Tell(w io.Writer, format string, args ...any) {
	fmt.Fprintf(w, nameProgram(format), args...)
}

// NameCommand returns a proposed command under the program's own name.
func NameCommand(command string) string { return nameProgram(command) }

// NameProgram does so in the examples and the long help of all commands.
func NameProgram(root *cobra.Command) {
	root.Example, root.Long = nameProgram(root.Example), nameProgram(root.Long)
	for _, cmd := range root.Commands() {
		NameProgram(cmd)
	}
}
