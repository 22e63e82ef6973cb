// Command credenced is a node of a Credence chain and its command line.
package main

import (
	"os"

	"github.com/credence-chain/credence/cmd/credenced/cmd"
	"github.com/credence-chain/credence/executor/runtime/registry"
)

func main() {
	registry.RunChild() // this program again, as the sandbox of a run on this machine
	os.Exit(cmd.Execute())
}
