// Command credenced is a node of a Credence chain and its command line.
package main

import (
	"os"

	"github.com/credence-chain/credence/cmd/credenced/cmd"
	"github.com/credence-chain/credence/executor/runtime/registry"
)

func main() {
	registry.RunChild() // a sandbox of a local run is this program, started again; then RunChild does not return
	os.Exit(cmd.Execute())
}
