// Package acceptance runs whole networks of real processes, as `credenced devnet` starts them: validators, court executors, and workers,
// some of them saboteurs. It checks the promises of the protocol from outside.
package acceptance

import (
	"os"
	"testing"

	"github.com/credence-chain/credence/executor/runtime/wasm"
	"github.com/credence-chain/credence/testutil/builds"
)

// binaries is the folder with the programs under test.
var binaries string

func TestMain(m *testing.M) {
	wasm.MaybeRunChild() // this program's own runtime computes the truth
	os.Exit(builds.Main(m, &binaries, "credenced", "credence-worker"))
}
