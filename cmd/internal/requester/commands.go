// Package requester lists the commands for people who run programs on the chain, publish, or trade. The commands need only the client
// library, so a program without a node can offer them.
package requester

import (
	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/internal/account"
	"github.com/credence-chain/credence/cmd/internal/agent"
	"github.com/credence-chain/credence/cmd/internal/catalogue"
	"github.com/credence-chain/credence/cmd/internal/complete"
	"github.com/credence-chain/credence/cmd/internal/contexts"
	"github.com/credence-chain/credence/cmd/internal/feed"
	"github.com/credence-chain/credence/cmd/internal/order"
	"github.com/credence-chain/credence/cmd/internal/program"
	"github.com/credence-chain/credence/cmd/internal/receipt"
	"github.com/credence-chain/credence/cmd/internal/run"
	"github.com/credence-chain/credence/cmd/internal/task"
	"github.com/credence-chain/credence/cmd/internal/workflow"
)

// Commands returns publish, check, run, task, workflow, receipt, feed, agent, order, show, list, balance and context.
func Commands() []*cobra.Command {
	commands := []*cobra.Command{
		program.NewPublishCommand(), program.NewCheckCommand(), run.NewCommand(), task.NewCommand(), workflow.NewCommand(), receipt.NewCommand(),
		feed.NewCommand(), agent.NewCommand(), order.NewCommand(),
		catalogue.NewShowCommand(), catalogue.NewListCommand(), account.NewBalanceCommand(),
	}
	contexts.Offer(commands...)
	commands = append(commands, contexts.NewCommand())
	complete.Offer(commands...)
	return commands
}
