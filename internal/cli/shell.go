package cli

import "strings"

// shellSafe are the characters that a shell takes as they are.
const shellSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_"

// ShellQuote writes a word so that a POSIX shell reads back just that: commands that are proposed can be pasted.
func ShellQuote(word string) string {
	if word != "" && strings.Trim(word, shellSafe) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
