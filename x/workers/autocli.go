package workers

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/x/workers/types"
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
				{RpcMethod: "Pool", Use: "pool ID", Short: "Show a pool and how many organisations can be drawn from it", PositionalArgs: arg("id")},
				{RpcMethod: "Pools", Use: "pools", Short: "List the pools"},
				{RpcMethod: "Worker", Use: "worker ADDRESS", Short: "Show a worker, its stake and its record", PositionalArgs: arg("address")},
				{RpcMethod: "Workers", Use: "workers", Short: "List the workers"},
				{RpcMethod: "Solvency", Use: "solvency", Short: "Compare the module's coins with the stake it holds"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "CreatePool", Use: "create-pool ID RUNTIME STAKE", Short: "Open a pool with a stake in ucred per assignment", PositionalArgs: arg("id", "runtime", "stake")},
				{RpcMethod: "Register", Use: "register WORKER ENDPOINT SLOTS STAKE", Short: "Register a worker's hot key and bond its stake; --pools names its pools", PositionalArgs: arg("worker", "endpoint", "slots", "stake")},
				{RpcMethod: "Update", Use: "update WORKER ENDPOINT SLOTS", Short: "Replace a worker's settings, --pools and --paused included", PositionalArgs: arg("worker", "endpoint", "slots")},
				{RpcMethod: "Bond", Use: "bond WORKER AMOUNT", Short: "Add stake in ucred", PositionalArgs: arg("worker", "amount")},
				{RpcMethod: "Unbond", Use: "unbond WORKER AMOUNT", Short: "Ask stake back; it is paid out by itself", PositionalArgs: arg("worker", "amount")},
				{RpcMethod: "Unjail", Use: "unjail WORKER", Short: "Propose to free a jailed worker", PositionalArgs: arg("worker"), GovProposal: true},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", PositionalArgs: arg("params"), GovProposal: true},
			},
		},
	}
}
