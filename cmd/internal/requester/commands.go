// Package requester is the commands of people who have programs run, and who publish or trade: run, check, task, publish and order.
// They stand on the client library alone, so that a program without a node can offer them.
package requester

import (
	"errors"

	"github.com/spf13/cobra"
)

// ErrNotRunning says that the devnet found here is stopped.
var ErrNotRunning = errors.New("the devnet is not running")

// Commands are publish, check, run, task and order.
func Commands() []*cobra.Command {
	return []*cobra.Command{publishCmd(), checkCmd(), runCmd(), taskCmd(), orderCmd()}
}
