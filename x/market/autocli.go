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
				{RpcMethod: "Order", Use: "order ID", Short: "Show an app, dataset or pool order", PositionalArgs: arg("id")},
				{RpcMethod: "Orders", Use: "orders", Short: "List orders by owner, app, dataset or pool", Example: "credenced query market orders --owner $OWNER --status ORDER_STATUS_RESTING"},
				{RpcMethod: "Book", Use: "book", Short: "List what rests on the book, cheapest first", Example: "credenced query market book --category xs"},
				{RpcMethod: "RestingRequests", Use: "resting-requests", Short: "List the requests that wait on the book, those that pay most first"},
				{RpcMethod: "Request", Use: "request ID", Short: "Show a request", PositionalArgs: arg("id")},
				{RpcMethod: "Requests", Use: "requests REQUESTER", Short: "List the requests of an account", PositionalArgs: arg("requester")},
				{RpcMethod: "Deal", Use: "deal ID", Short: "Show a deal", PositionalArgs: arg("id")},
				{RpcMethod: "Deals", Use: "deals", Short: "List deals by one of their parties", Example: "credenced query market deals --app studio/raytrace --state DEAL_STATE_RUNNING"},
				{RpcMethod: "Match", Use: "match ID", Short: "Show a proposed match that waits for its block", PositionalArgs: arg("id")},
				{RpcMethod: "Volume", Skip: true}, // credenced order match --dry-run
				{RpcMethod: "Floor", Use: "floor OWNER KIND", Short: "Show below which nonce an owner's orders are cancelled", PositionalArgs: arg("owner", "kind")},
				{RpcMethod: "Category", Use: "category ID", Short: "Show a category", PositionalArgs: arg("id")},
				{RpcMethod: "Categories", Use: "categories", Short: "List the categories"},
				{RpcMethod: "Voucher", Use: "voucher ID", Short: "Show a voucher", PositionalArgs: arg("id")},
				{RpcMethod: "Vouchers", Use: "vouchers", Short: "List vouchers by issuer or holder"},
				{RpcMethod: "Callbacks", Use: "callbacks", Short: "List the hooks that a request may name"},
				{RpcMethod: "Solvency", Use: "solvency", Short: "Compare the module's coins with what it owes"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "PlaceOrder", Skip: true},   // credenced order place
				{RpcMethod: "PresignOrder", Skip: true}, // credenced order presign
				{RpcMethod: "MatchOrders", Skip: true},  // credenced order match
				{RpcMethod: "CancelOrder", Use: "cancel-order KIND NONCE", Short: "Take an order back by its nonce", PositionalArgs: arg("kind", "nonce")},
				{RpcMethod: "CancelOrders", Use: "cancel-orders KIND BELOW", Short: "Take back all orders of a kind below a nonce", PositionalArgs: arg("kind", "below")},
				{RpcMethod: "IssueVoucher", Use: "issue-voucher NONCE HOLDER AMOUNT EXPIRY", Short: "Set credit aside for a holder", PositionalArgs: arg("nonce", "holder", "amount", "expiry")},
				{RpcMethod: "TopUpVoucher", Use: "top-up-voucher ID AMOUNT", Short: "Add credit to a voucher", PositionalArgs: arg("id", "amount")},
				{RpcMethod: "SetSpenders", Use: "set-spenders ID [SPENDER]...", Short: "Say who may spend a voucher beside its holder", PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "id"}, {ProtoField: "spenders", Varargs: true}}},
				{RpcMethod: "SetCategory", Use: "set-category CATEGORY", Short: "Propose a category, given as JSON", PositionalArgs: arg("category"), GovProposal: true},
				{RpcMethod: "SubmitTask", Use: "submit-task NONCE JOB", Short: "Request a job, given as JSON", PositionalArgs: arg("nonce", "job")},
				{RpcMethod: "CancelRequest", Use: "cancel-request ID", Short: "Take back what no worker was drawn for", PositionalArgs: arg("id")},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", PositionalArgs: arg("params"), GovProposal: true},
			},
		},
	}
}
