package market

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/market/types"
)

// queryLine and txLine make a line of an example: the command of a query or a transaction as it is typed.
func queryLine(line string) string { return "  credenced query market " + line }
func txLine(line string) string    { return "  credenced tx market " + line }

// AutoCLIOptions describes the commands of queries and messages. Orders have commands of their own, `credenced order`,
// which know files, signatures and the devnet's keys.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			Short:   "Ask about orders, requests and categories (orders for people: credenced order list, credenced order book)",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters: windows, bounds, block_millis"},
				{
					RpcMethod: "Order", Use: "order ID", Short: "Show an app, dataset or pool order: its content, status, what is filled",
					Example: queryLine("order " + autocli.ExampleID), PositionalArgs: autocli.Args("id"),
				},
				{
					RpcMethod: "Orders", Use: "orders", Short: "List the orders of an owner, or those for an app, a dataset or a pool",
					Long:        "List app, dataset and pool orders by exactly one of --owner, --app, --dataset and --pool, all of them or those of one --status.",
					Example:     queryLine("orders --owner "+autocli.ExampleAccount+" --status resting") + "\n" + queryLine("orders --pool public"),
					FlagOptions: autocli.Usages("owner", "whose orders", "app", "organisation/name:version they are for", "dataset", "organisation/name:version they are for", "pool", "id of the pool they are for", "status", "only those of this status"),
				},
				{
					RpcMethod: "Book", Use: "book", Short: "List what rests on the book, cheapest first",
					Long:        "List what rests on the book in the order in which it is met: offers of executions of a --category (those without one when it is left out), those of one --pool, or the orders of an --app or a --dataset.",
					Example:     queryLine("book --category xs") + "\n" + queryLine("book --app studio/raytrace:1.0"),
					FlagOptions: autocli.Usages("category", "category; those without one when left out", "pool", "one pool's own", "app", "organisation/name:version whose orders are meant", "dataset", "organisation/name:version whose orders are meant", "runtime", "runtime, wasm when left out"),
				},
				{
					RpcMethod: "RestingRequests", Use: "resting-requests", Short: "List the requests that wait on the book, those that pay most first",
					Long:        "List the requests that wait on the book, those that pay most first, by what they wait for: executions of a --category, of one --pool, or an order of an --app or a --dataset.",
					Example:     queryLine("resting-requests --category xs"),
					FlagOptions: autocli.Usages("category", "category; those without one when left out", "pool", "one pool's own", "app", "organisation/name:version whose orders are meant", "dataset", "organisation/name:version whose orders are meant", "runtime", "runtime, wasm when left out"),
				},
				{
					RpcMethod: "Request", Use: "request ID", Short: "Show a request: its job, status, what is filled, its first deal",
					Example: queryLine("request " + autocli.ExampleID), PositionalArgs: autocli.Args("id"),
				},
				{
					RpcMethod: "Requests", Use: "requests REQUESTER", Short: "List the requests of an account, all or those of one --status",
					Example: queryLine("requests " + autocli.ExampleAccount + " --status resting"), PositionalArgs: autocli.Args("requester"),
				},
				{
					RpcMethod: "Match", Use: "match ID", Short: "Show a proposed match that waits for its block",
					Example: queryLine("match " + autocli.ExampleID), PositionalArgs: autocli.Args("id"),
				},
				{RpcMethod: "Volume", Skip: true},  // credenced order match --dry-run
				{RpcMethod: "Preview", Skip: true}, // credenced order request --dry-run, and credenced run
				{
					RpcMethod: "Floor", Use: "floor OWNER KIND", Short: "Show below which nonce an owner's orders of a kind are cancelled",
					Example: queryLine("floor " + autocli.ExampleAccount + " pool"), PositionalArgs: autocli.Args("owner", "kind"),
				},
				{
					RpcMethod: "Category", Use: "category ID", Short: "Show a category: its time, fuel limit, and how many blocks that is now",
					Example: queryLine("category xs"), PositionalArgs: autocli.Args("id"),
				},
				{RpcMethod: "Categories", Use: "categories", Short: "List the categories", Example: queryLine("categories")},
				{RpcMethod: "Resolve", Use: "resolve PREFIX", Short: "List what has an id that begins so: orders, requests, matches", Example: queryLine("resolve 3f2a5c0e9d8b"), PositionalArgs: autocli.Args("prefix")},
				{RpcMethod: "Solvency", Use: "solvency", Short: "Compare the module's coins with what it owes: escrow"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			Short:   "Requests and cancelling (orders: credenced order)",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "PlaceOrder", Skip: true},   // credenced order place
				{RpcMethod: "PresignOrder", Skip: true}, // credenced order presign
				{RpcMethod: "MatchOrders", Skip: true},  // credenced order match
				{
					RpcMethod: "CancelOrder", Use: "cancel-order KIND NONCE", Short: "Take an order back by its nonce, whether the chain has seen it or not",
					Example: txLine("cancel-order pool 17 --from operator"), PositionalArgs: autocli.Args("kind", "nonce"),
				},
				{
					RpcMethod: "CancelOrders", Use: "cancel-orders KIND BELOW", Short: "Take back all orders of a kind below a nonce, for ever",
					Example: txLine("cancel-orders pool 18 --from operator"), PositionalArgs: autocli.Args("kind", "below"),
				},
				{
					RpcMethod: "SetCategory", Use: "set-category CATEGORY", Short: "Propose to the council to add or change a category, given as JSON",
					Example:        txLine(`set-category '{"id":"xs","description":"up to five minutes","seconds":"300","fuel_limit":"30000000000"}' --from council`),
					PositionalArgs: autocli.Args("category"), GovProposal: true,
				},
				{
					RpcMethod: "SubmitTask", Use: "submit-task NONCE JOB", Short: "Request a job, given as JSON, and lock the most it can cost",
					Long:           "Request a job, given as JSON, and lock the most it can cost. What the next block can not fill is refunded, or rests on the book until --expiry. (credenced run publishes, quotes, submits, follows and fetches.)",
					Example:        txLine(`submit-task 1 '{"app":"studio/raytrace:1.0","trust":"1000","max_price":"1000000","fuel_limit":"1000000000"}' --expiry 5000 --from requester --gas 3000000`),
					PositionalArgs: autocli.Args("nonce", "job"),
				},
				{
					RpcMethod: "CancelRequest", Use: "cancel-request ID", Short: "Take back what no worker was drawn for, and have it refunded",
					Example: txLine("cancel-request " + autocli.ExampleID + " --from requester"), PositionalArgs: autocli.Args("id"),
				},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters to the council, given as JSON", Example: txLine(`update-params "$(cat params.json)" --from seat`), PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
