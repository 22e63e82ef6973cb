package tasks

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/tasks/types"
)

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Task", Use: "task ID", Short: "Show a task and its deal", Example: "  credenced query tasks task " + autocli.ExampleID, PositionalArgs: autocli.Args("id")},
				{RpcMethod: "TasksOfDeal", Use: "of-deal DEAL", Short: "List a deal's tasks", Example: "  credenced query tasks of-deal " + autocli.ExampleID, PositionalArgs: autocli.Args("deal")},
				{RpcMethod: "TasksOf", Use: "of-holder ADDRESS", Short: "List the tasks in which a worker or a court seat has or had a part", Example: "  credenced query tasks of-holder " + autocli.ExampleAccount, PositionalArgs: autocli.Args("who")},
				{RpcMethod: "TasksByState", Use: "by-state STATE", Short: "List the tasks in a state: waiting, running, provisional, court, or ended with --ending", Example: "  credenced query tasks by-state running\n  credenced query tasks by-state ended --ending accepted", PositionalArgs: autocli.Args("state")},
				{RpcMethod: "Result", Use: "result TASK", Short: "Show what an ended task brought", Example: "  credenced query tasks result " + autocli.ExampleID, PositionalArgs: autocli.Args("id")},
				{RpcMethod: "Assignments", Use: "assignments ADDRESS", Short: "List the open tasks in which a worker or a court seat has a part", Example: "  credenced query tasks assignments " + autocli.ExampleAccount, PositionalArgs: autocli.Args("who")},
				{RpcMethod: "CourtLine", Use: "court-line", Short: "List the tasks that wait for the court, in the order in which it takes them"},
				{RpcMethod: "Audits", Use: "patrol", Short: "Show what audits of accepted answers have found, and which bounds that supports"},
				{RpcMethod: "Solvency", Use: "solvency", Short: "Compare the module's coins with the bonds and the audit budget"},
				{RpcMethod: "Ledger", Use: "ledger KEY", Short: "Show an error-debt ledger, for example class/10000", Example: "  credenced query tasks ledger class/10000", PositionalArgs: autocli.Args("key")},
				{RpcMethod: "Ledgers", Use: "ledgers", Short: "List the error-debt ledgers"},
				{RpcMethod: "Quote", Skip: true}, // served by `run`
				{RpcMethod: "Resolve", Use: "resolve PREFIX", Short: "List the tasks whose ids begin so", Example: "  credenced query tasks resolve 3f2a5c0e9d8b", PositionalArgs: autocli.Args("prefix")},
				{RpcMethod: "ReplayDraw", Use: "replay-draw TASK", Short: "Recompute a task's draws from the beacon's seeds", Example: "  credenced query tasks replay-draw " + autocli.ExampleID, PositionalArgs: autocli.Args("id")},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Commit", Use: "commit TASK ATTEMPT BENCH COMMITMENT", Short: "Lock a commitment; done by credence-worker", Example: "  credenced tx tasks commit " + autocli.ExampleID + " 1 workers " + autocli.ExampleID + " --from worker", PositionalArgs: autocli.Args("task", "attempt", "bench", "commitment")},
				{RpcMethod: "Reveal", Use: "reveal TASK ATTEMPT BENCH OUTCOME SALT", Short: "Open a commitment; done by credence-worker", Example: "  credenced tx tasks reveal " + autocli.ExampleID + ` 1 workers '{"kind":"KIND_RESULT","digest":"sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","fuel":"1000"}' ` + autocli.ExampleID + " --from worker", PositionalArgs: autocli.Args("task", "attempt", "bench", "outcome", "salt")},
				{RpcMethod: "Decline", Use: "decline TASK ATTEMPT", Short: "Give a seat back before committing", Example: "  credenced tx tasks decline " + autocli.ExampleID + " 1 --reason maintenance --from worker", PositionalArgs: autocli.Args("task", "attempt")},
				{RpcMethod: "Challenge", Use: "challenge TASK MAX_BOND", Short: "Post a bond, in ucred, against an accepted answer, and so call the court", Example: "  credenced tx tasks challenge " + autocli.ExampleID + " 10000 --from me", PositionalArgs: autocli.Args("task", "max_bond")},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", Example: `  credenced tx tasks update-params "$(cat params.json)" --from seat`, PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
