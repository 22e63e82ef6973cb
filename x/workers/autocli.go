package workers

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/workers/types"
)

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters", Example: "credenced query workers params"},
				{RpcMethod: "Pool", Use: "pool ID", Short: "Show a pool and how many organisations can be drawn from it", Example: "credenced query workers pool main", PositionalArgs: autocli.Args("id")},
				{RpcMethod: "Pools", Use: "pools", Short: "List the pools, 100 a page", Example: "credenced query workers pools --page-limit 10"},
				{RpcMethod: "Invitations", Use: "invitations POOL", Short: "List the organisations invited to a pool, 100 a page", Example: "credenced query workers invitations club", PositionalArgs: autocli.Args("pool")},
				{RpcMethod: "Worker", Use: "worker ADDRESS", Short: "Show a worker, its stake and its record", Example: "credenced query workers worker " + autocli.ExampleAccount, PositionalArgs: autocli.Args("address")},
				{RpcMethod: "Workers", Use: "workers", Short: "List the workers, 100 a page", Example: "credenced query workers workers --page-limit 10"},
				{RpcMethod: "WorkersOf", Use: "workers-of ORG", Short: "List the workers of an organisation, 100 a page", Example: "credenced query workers workers-of acme", PositionalArgs: autocli.Args("organisation")},
				{RpcMethod: "Solvency", Use: "solvency", Short: "Compare the module's coins with the stake it holds", Example: "credenced query workers solvency"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "CreatePool", Use: "create-pool ID RUNTIME STAKE", Short: "Open a pool with a stake in ucred per assignment", PositionalArgs: autocli.Args("id", "runtime", "stake"),
					Example: `credenced tx workers create-pool cards wasm 1000000 --description "with a graphics card" --capabilities gpu --max-commission-bps 500 --from operator`,
				},
				{
					RpcMethod: "SetPool", Use: "set-pool ID", Short: "Replace a pool's settings at once, and announce new --terms; every setting not given is emptied", PositionalArgs: autocli.Args("id"),
					Example: `credenced tx workers set-pool cards --description "members alone" --invited --requesters '{"organisations":["acme"]}' --from operator
credenced tx workers set-pool cards --description "with a graphics card" --terms '{"stake":"2000000","min_price":"15","max_commission_bps":800}' --from operator
credenced tx workers set-pool cards --description "closed" --retired --from operator`,
				},
				{
					RpcMethod: "Invite", Use: "invite POOL ORG", Short: "Let an organisation's workers join a pool, or no more: --withdrawn", PositionalArgs: autocli.Args("pool", "organisation"),
					Example: "credenced tx workers invite cards acme --from operator\ncredenced tx workers invite cards acme --withdrawn --from operator",
				},
				{
					RpcMethod: "Evict", Use: "evict POOL WORKER", Short: "Take a worker out of a pool, after evict_blocks; what it has begun finishes", PositionalArgs: autocli.Args("pool", "worker"),
					Example: "credenced tx workers evict cards " + autocli.ExampleAccount + " --from operator",
				},
				{
					RpcMethod: "TransferPool", Use: "transfer-pool POOL", Short: "Offer a pool to another organisation, --to, or take the offer back", PositionalArgs: autocli.Args("pool"),
					Example: "credenced tx workers transfer-pool cards --to acme --from operator\ncredenced tx workers transfer-pool cards --from operator",
				},
				{
					RpcMethod: "AcceptPool", Use: "accept-pool POOL", Short: "Take over a pool that was offered to your organisation", PositionalArgs: autocli.Args("pool"),
					Example: "credenced tx workers accept-pool cards --from operator",
				},
				{
					RpcMethod: "Register", Use: "register WORKER ENDPOINT SLOTS STAKE", Short: "Register a worker's hot key and bond its stake; --pools names its pools, the default pool if there are none", PositionalArgs: autocli.Args("worker", "endpoint", "slots", "stake"),
					Example: "credenced tx workers register " + autocli.ExampleAccount + " https://worker.example:9090 2 50000000 --pools main --capabilities gpu --from owner",
				},
				{
					RpcMethod: "Update", Use: "update WORKER ENDPOINT SLOTS", Short: "Replace a worker's settings, --pools, --capabilities and --paused included; without --pools it leaves all", PositionalArgs: autocli.Args("worker", "endpoint", "slots"),
					Example: "credenced tx workers update " + autocli.ExampleAccount + " https://worker.example:9090 4 --pools main,cards --capabilities gpu --from owner",
				},
				{
					RpcMethod: "Bond", Use: "bond WORKER AMOUNT", Short: "Add stake in ucred", PositionalArgs: autocli.Args("worker", "amount"),
					Example: "credenced tx workers bond " + autocli.ExampleAccount + " 10000000 --from owner",
				},
				{
					RpcMethod: "Unbond", Use: "unbond WORKER AMOUNT", Short: "Ask stake back; it is paid out by itself", PositionalArgs: autocli.Args("worker", "amount"),
					Example: "credenced tx workers unbond " + autocli.ExampleAccount + " 10000000 --from owner",
				},
				{
					RpcMethod: "Unjail", Use: "unjail WORKER", Short: "Propose to free a jailed worker", PositionalArgs: autocli.Args("worker"), GovProposal: true,
					Example: "credenced tx workers unjail " + autocli.ExampleAccount + " --from seat",
				},
				{
					RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters, all of them: edit the answer of query workers params", PositionalArgs: autocli.Args("params"), GovProposal: true,
					Example: `credenced tx workers update-params "$(cat params.json)" --from seat`,
				},
			},
		},
	}
}
