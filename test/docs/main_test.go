// Package docs runs the commands of the guides, as a reader would type them, against a network of real processes.
package docs

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binaries is the folder with the programs that the guides call: $CREDENCE_BIN, or a folder into which they are built.
var binaries string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if testing.Short() {
		return m.Run() // the tests that start processes skip
	}
	if binaries = os.Getenv("CREDENCE_BIN"); binaries != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "credence-docs-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binaries = dir
	cmd := exec.Command("go", "build", "-ldflags", "-s -w", "-o", dir+string(filepath.Separator),
		"github.com/credence-chain/credence/cmd/credence", "github.com/credence-chain/credence/cmd/credenced", "github.com/credence-chain/credence/cmd/credence-worker")
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}
