package supply

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/supply/types"
)

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Supply", Use: "supply", Short: "Show how many coins there are, what made and destroyed them, and what may still be minted"},
				{RpcMethod: "Mints", Use: "mints", Short: "List what the council minted, for whom and why"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Mint", Use: "mint ACCOUNT AMOUNT REASON", Short: "Propose to make coins, in ucred, for an account", Example: "  credenced tx supply mint " + autocli.ExampleAccount + ` 1000000 "rewards of the third year" --from seat`, PositionalArgs: autocli.Args("to", "amount", "reason"), GovProposal: true},
				{RpcMethod: "Burn", Use: "burn AMOUNT REASON", Short: "Destroy coins of yours, in ucred", Example: `  credenced tx supply burn 1000000 "minted by mistake" --from alice`, PositionalArgs: autocli.Args("amount", "reason")},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", Example: `  credenced tx supply update-params "$(cat params.json)" --from seat`, PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
