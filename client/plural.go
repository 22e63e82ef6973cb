package client

import "fmt"

// pluralOf returns a number with its noun: "1 task", "2 tasks".
func pluralOf(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// pluralHave returns the beginning of a sentence about tasks: "1 task has", "2 tasks have".
func pluralHave(n uint64) string { return pluralOf(n, "task has", "tasks have") }
