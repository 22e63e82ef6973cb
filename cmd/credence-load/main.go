// Command credence-load puts a network under load. It measures how much the network carries, and what that costs its nodes; see
// docs/performance.md.
package main

import (
	"os"

	"github.com/credence-chain/credence/internal/cli"
)

func main() {
	cli.Program = "credence-load"
	err := cli.ExplainCommandError(loadCommand().Execute())
	if err != nil {
		cli.TellError(os.Stderr, err)
	}
	os.Exit(cli.ExitStatus(err))
}
