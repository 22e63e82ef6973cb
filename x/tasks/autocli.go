package tasks

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/x/tasks/types"
)

func arg(fields ...string) (out []*autocliv1.PositionalArgDescriptor) {
	for _, f := range fields {
		out = append(out, &autocliv1.PositionalArgDescriptor{ProtoField: f})
	}
	return out
}

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Task", Use: "task ID", Short: "Show a task and its deal", PositionalArgs: arg("id")},
				{RpcMethod: "TasksOfDeal", Use: "of-deal DEAL", Short: "List a deal's tasks", PositionalArgs: arg("deal")},
				{RpcMethod: "TasksOf", Use: "of-holder ADDRESS", Short: "List the tasks in which a worker or a court seat has or had a part", PositionalArgs: arg("who")},
				{RpcMethod: "TasksByState", Use: "by-state STATE", Short: "List the tasks in a state: waiting, running, provisional, court, or ended with --ending", PositionalArgs: arg("state")},
				{RpcMethod: "Result", Use: "result TASK", Short: "Show what an ended task brought", PositionalArgs: arg("id")},
				{RpcMethod: "Assignments", Use: "assignments ADDRESS", Short: "List the open tasks in which a worker or a court seat has a part", PositionalArgs: arg("who")},
				{RpcMethod: "Ledger", Use: "ledger KEY", Short: "Show an error-debt ledger, for example class/10000", PositionalArgs: arg("key")},
				{RpcMethod: "Ledgers", Use: "ledgers", Short: "List the error-debt ledgers"},
				{RpcMethod: "Quote", Skip: true}, // served by `run`
				{RpcMethod: "ReplayDraw", Use: "replay-draw TASK", Short: "Recompute a task's draws from the beacon's seeds", PositionalArgs: arg("id")},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Commit", Use: "commit TASK ATTEMPT BENCH COMMITMENT", Short: "Lock a commitment; done by credence-worker", PositionalArgs: arg("task", "attempt", "bench", "commitment")},
				{RpcMethod: "Reveal", Use: "reveal TASK ATTEMPT BENCH OUTCOME SALT", Short: "Open a commitment; done by credence-worker", PositionalArgs: arg("task", "attempt", "bench", "outcome", "salt")},
				{RpcMethod: "Decline", Use: "decline TASK ATTEMPT", Short: "Give a seat back before committing", PositionalArgs: arg("task", "attempt")},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", PositionalArgs: arg("params"), GovProposal: true},
			},
		},
	}
}
