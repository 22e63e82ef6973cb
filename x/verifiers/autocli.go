package verifiers

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/verifiers/types"
)

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Verifier", Use: "verifier NAME", Short: "Show a verifier of proofs, and the votes to stop it", Example: "  credenced query verifiers verifier risc0-3.0", PositionalArgs: autocli.Args("name")},
				{RpcMethod: "Verifiers", Use: "list", Short: "List the verifiers of proofs"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Admit", Use: "admit VERIFIER", Short: "Propose a verifier of proofs, which counts after the delay", Example: `  credenced tx verifiers admit "$(cat verifier.json)" --from seat`, PositionalArgs: autocli.Args("verifier"), GovProposal: true},
				{RpcMethod: "Stop", Use: "stop NAME REASON", Short: "Propose to stop a verifier for good", Example: `  credenced tx verifiers stop risc0-3.0 "its circuit has a fault" --from seat`, PositionalArgs: autocli.Args("name", "reason"), GovProposal: true},
				{RpcMethod: "VoteStop", Use: "vote-stop NAME REASON", Short: "Vote, as a seat, to stop a verifier at once and for good", Example: `  credenced tx verifiers vote-stop risc0-3.0 "its circuit has a fault" --from seat`, PositionalArgs: autocli.Args("name", "reason")},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", Example: `  credenced tx verifiers update-params "$(cat params.json)" --from seat`, PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
