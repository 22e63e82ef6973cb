// Command hello is the smallest app: it counts the lines of its inputs.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	entries, err := os.ReadDir("/in") // sorted
	var report strings.Builder
	for _, entry := range entries {
		var data []byte
		if data, err = os.ReadFile("/in/" + entry.Name()); err != nil {
			break
		}
		fmt.Fprintf(&report, "%s: %d lines\n", entry.Name(), strings.Count(string(data), "\n"))
	}
	if err == nil {
		err = os.WriteFile("/out/report.txt", []byte(report.String()), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) // a failure all workers agree on
	}
}
