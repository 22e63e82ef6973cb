// Package builds gives tests that start processes the programs of this source.
package builds

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// Variable names the environment variable with the folder of programs that are built already.
const Variable = "CREDENCE_BIN"

const commands = "github.com/credence-chain/credence/cmd/"

// Programs builds programs, such as "credenced", into a folder.
func Programs(dir string, names ...string) error { return Tagged(dir, "", names...) }

// stamp is the build of all of them: programs start the sandbox beside them only where it is of their own build.
const stamp = "-X github.com/credence-chain/credence/executor/runtime/wasm.build=test"

// Tagged builds programs with build tags, separated by commas, and the sandbox that they start, into a folder.
func Tagged(dir, tags string, names ...string) error {
	args := []string{"build", "-ldflags", "-s -w " + stamp, "-tags", tags, "-o", dir + string(filepath.Separator)}
	for _, name := range slices.Concat(names, []string{"credence-sandbox"}) {
		args = append(args, commands+name)
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// Main runs a package's tests and returns the status for os.Exit. In folder it puts the folder with the programs: that of the environment, or
// one into which it builds them and which it removes. With -test.short it builds nothing, because tests that start processes skip then.
func Main(m *testing.M, folder *string, names ...string) int {
	flag.Parse()
	if *folder = os.Getenv(Variable); *folder != "" || testing.Short() {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "credence-binaries-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = Programs(dir, names...)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	*folder = dir
	return m.Run()
}
