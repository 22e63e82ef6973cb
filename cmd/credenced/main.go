// Command credenced is a node of a Credence chain and its command line.
package main

import (
	"os"

	"github.com/credence-chain/credence/cmd/credenced/cmd"
)

func main() {
	os.Exit(cmd.Execute())
}
