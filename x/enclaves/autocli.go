package enclaves

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	const (
		id     = "9f2c4a1be07d35c86614f0a2d8b7935e11c0da4f76ab82903d5e6f7081a2b3c4"
		worker = autocli.ExampleAccount
	)
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Sessions", Use: "sessions WORKER", Short: "List a worker's sessions, and why one does not count", Example: "  credenced query enclaves sessions " + worker, PositionalArgs: autocli.Args("worker")},
				{RpcMethod: "Machine", Use: "machine ID", Short: "Show a machine and the organisation that it serves", Example: "  credenced query enclaves machine " + id, PositionalArgs: autocli.Args("id")},
				{RpcMethod: "Images", Use: "images", Short: "List the measurements that the council listed for runtimes"},
				{RpcMethod: "Freeze", Use: "freeze SUBJECT", Short: "Say whether a machine or a measurement is frozen, and who votes for it", Example: "  credenced query enclaves freeze " + id, PositionalArgs: autocli.Args("subject")},
				{RpcMethod: "Freezes", Use: "freezes", Short: "List the machines and measurements that are frozen"},
				{RpcMethod: "Editions", Use: "editions", Short: "List how new Intel's collateral is, by families of processors"},
				{RpcMethod: "Snp", Use: "snp PRODUCT", Short: "Show AMD's collateral of a product", Example: "  credenced query enclaves snp milan", PositionalArgs: autocli.Args("product")},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "RegisterSession", Use: "register-session PLATFORM KEY HEIGHT QUOTE", Short: "Register the key of your enclave by a quote that holds it", Example: "  credenced tx enclaves register-session platform-tdx q83vEjRWeJA= 120 q83vEjRWeJA= --from worker", PositionalArgs: autocli.Args("platform", "key", "height", "quote")},
				{RpcMethod: "RefreshTdx", Use: "refresh-tdx COLLATERAL", Short: "Bring newer collateral of Intel's", Example: `  credenced tx enclaves refresh-tdx "$(cat collateral.json)" --from alice`, PositionalArgs: autocli.Args("collateral")},
				{RpcMethod: "RefreshSnp", Use: "refresh-snp PRODUCT ASK ARK LIST", Short: "Bring newer collateral of AMD's", Example: "  credenced tx enclaves refresh-snp milan q83vEjRWeJA= q83vEjRWeJA= q83vEjRWeJA= --from alice", PositionalArgs: autocli.Args("product", "ask", "ark", "list")},
				{RpcMethod: "ListImage", Use: "list-image RUNTIME PLATFORM VALUE DESCRIPTION", Short: "Propose a measurement for the programs of a runtime, which counts after the delay", Example: `  credenced tx enclaves list-image wasm platform-sev-snp q83vEjRWeJA= "release 1.0, reproducible" --from seat`, PositionalArgs: autocli.Args("runtime", "platform", "value", "description"), GovProposal: true},
				{RpcMethod: "Freeze", Use: "freeze SUBJECT REASON", Short: "Propose to freeze a machine or a measurement for good", Example: "  credenced tx enclaves freeze " + id + ` "its key was taken out" --from seat`, PositionalArgs: autocli.Args("subject", "reason"), GovProposal: true},
				{RpcMethod: "VoteFreeze", Use: "vote-freeze SUBJECT REASON", Short: "Vote, as a seat, to freeze a machine or a measurement at once and for good", Example: "  credenced tx enclaves vote-freeze " + id + ` "its key was taken out" --from seat`, PositionalArgs: autocli.Args("subject", "reason")},
				{RpcMethod: "ReleaseMachine", Use: "release-machine MACHINE", Short: "Propose that a machine may serve another organisation", Example: "  credenced tx enclaves release-machine " + id + " --from seat", PositionalArgs: autocli.Args("machine"), GovProposal: true},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", Example: `  credenced tx enclaves update-params "$(cat params.json)" --from seat`, PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
