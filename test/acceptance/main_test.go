// Package acceptance runs whole networks of real processes, as `credenced devnet` starts them: validators, court executors, and workers,
// some of them saboteurs. It checks the promises of the protocol from outside.
package acceptance

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/credence-chain/credence/executor/runtime/wasm"
)

// binaries is the folder with the programs under test: $CREDENCE_BIN, or a folder into which they are built.
var binaries string

func TestMain(m *testing.M) {
	wasm.MaybeRunChild() // this program's own runtime computes the truth
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if testing.Short() {
		return m.Run() // every test skips
	}
	if binaries = os.Getenv("CREDENCE_BIN"); binaries != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "credence-acceptance-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binaries = dir
	cmd := exec.Command("go", "build", "-ldflags", "-s -w", "-o", dir+string(filepath.Separator),
		"github.com/credence-chain/credence/cmd/credenced", "github.com/credence-chain/credence/cmd/credence-worker")
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}
