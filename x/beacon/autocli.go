package beacon

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/beacon/types"
)

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Seed", Use: "seed HEIGHT", Short: "Show the seed of a block, 0 for the latest", Example: "  credenced query beacon seed 100", PositionalArgs: autocli.Args("height")},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", Example: `  credenced tx beacon update-params "$(cat params.json)" --from seat`, PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
