package deals

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/deals/types"
)

// queryLine and txLine make a line of an example: the command of a query or a transaction as it is typed.
func queryLine(line string) string { return "  credenced query deals " + line }
func txLine(line string) string    { return "  credenced tx deals " + line }

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			Short:   "Ask about deals: what was agreed, how far it is, what was paid",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters: openings in a block, gas of a callback"},
				{
					RpcMethod: "Deal", Use: "deal ID", Short: "Show a deal: what was pinned, how far it is, what was paid",
					Example: queryLine("deal " + autocli.ExampleID), PositionalArgs: autocli.Args("id"),
				},
				{
					RpcMethod: "Deals", Use: "deals", Short: "List deals by one of their parties",
					Long:    "List deals by exactly one party: --requester, --request, --app, --dataset, --pool, --order, --sponsor, --voucher, --beneficiary or --app-owner; all of them, or those running or ended by --state.",
					Example: queryLine("deals --app studio/raytrace --state running") + "\n" + queryLine("deals --order "+autocli.ExampleID),
				},
				{RpcMethod: "Callbacks", Use: "callbacks", Short: "List the hooks that a request may name"},
				{RpcMethod: "Resolve", Use: "resolve PREFIX", Short: "List the deals whose id begins so", Example: queryLine("resolve 3f2a5c0e9d8b"), PositionalArgs: autocli.Args("prefix")},
				{RpcMethod: "Solvency", Use: "solvency", Short: "Compare the module's coins with the escrow of its deals"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			Short:   "The council's parameters of deals",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters to the council, given as JSON", Example: txLine(`update-params "$(cat params.json)" --from seat`), PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
