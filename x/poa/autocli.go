package poa

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/poa/types"
)

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Seat", Use: "seat ORG", Short: "Show the seat of an organisation", Example: "  credenced query poa seat acme", PositionalArgs: autocli.Args("org_id")},
				{RpcMethod: "Seats", Use: "seats", Short: "List the seats"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Unjail", Use: "unjail", Short: "Bring your seat back into the validator set"},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", Example: `  credenced tx poa update-params "$(cat params.json)" --from seat`, PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
