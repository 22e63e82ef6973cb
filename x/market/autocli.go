package market

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/x/market/types"
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
				{RpcMethod: "Offer", Use: "offer ID", Short: "Show an offer", PositionalArgs: arg("id")},
				{RpcMethod: "Book", Use: "book", Short: "List the standing offers, cheapest first"},
				{RpcMethod: "Request", Use: "request ID", Short: "Show a request", PositionalArgs: arg("id")},
				{RpcMethod: "Requests", Use: "requests REQUESTER", Short: "List the requests of an account", PositionalArgs: arg("requester")},
				{RpcMethod: "Deal", Use: "deal ID", Short: "Show a deal", PositionalArgs: arg("id")},
				{RpcMethod: "Solvency", Use: "solvency", Short: "Compare the module's coins with what it owes"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "PlaceOffer", Use: "place-offer NONCE POOL PRICE MAX-FUEL", Short: "Put a pool's standing offer on the book", PositionalArgs: arg("nonce", "pool", "price", "max_fuel")},
				{RpcMethod: "CancelOffer", Use: "cancel-offer ID", Short: "Take an offer off the book", PositionalArgs: arg("id")},
				{RpcMethod: "SubmitTask", Use: "submit-task NONCE JOB", Short: "Request a job, given as JSON", PositionalArgs: arg("nonce", "job")},
				{RpcMethod: "CancelRequest", Use: "cancel-request ID", Short: "Take back what no worker was drawn for", PositionalArgs: arg("id")},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", PositionalArgs: arg("params"), GovProposal: true},
			},
		},
	}
}
