package feeds

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/feeds/types"
)

// queryLine and txLine make a line of an example: the command of a query or a transaction as it is typed.
func queryLine(line string) string { return "  credenced query feeds " + line }
func txLine(line string) string    { return "  credenced tx feeds " + line }

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			Short:   "Ask about feeds: named values that final answers update",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters: how many feeds, and how many values of each"},
				{RpcMethod: "Feed", Use: "feed OWNER NAME", Short: "Show a feed: who updates it, its latest value and its age", Example: queryLine("feed acme euro-rate"), PositionalArgs: autocli.Args("owner", "name")},
				{RpcMethod: "FeedByID", Use: "feed-by-id ID", Short: "Show the feed of an id", Example: queryLine("feed-by-id " + autocli.ExampleID), PositionalArgs: autocli.Args("id")},
				{RpcMethod: "Feeds", Use: "feeds", Short: "List the feeds, or those of an owner", Example: queryLine("feeds --owner acme"), FlagOptions: autocli.Usages("owner", "an organisation's id, or an account; all when left out")},
				{RpcMethod: "History", Use: "history OWNER NAME", Short: "List the values that a feed keeps, the newest first", Example: queryLine("history acme euro-rate"), PositionalArgs: autocli.Args("owner", "name")},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			Short:   "Create and delete feeds, which final answers update",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "Create", Use: "create NAME APP MIN-TRUST", Short: "Create a feed that an app's final answers of at least a trust update",
					Long: `Create a feed of your organisation, or of your account if it has none. Jobs of yours that run APP with at least MIN-TRUST,
and name the callback feeds/NAME and a file to put on chain, update it when their answers are final.`,
					Example:        txLine("create euro-rate studio/rates 10000 --from alice"),
					PositionalArgs: autocli.Args("name", "app", "min_trust"),
					FlagOptions:    autocli.Usages("policy", "policy under which answers have to be accepted; credence when left out", "history", "how many values it keeps; 0 for the most", "shared", "tasks of every account of the organisation update it"),
				},
				{RpcMethod: "Delete", Use: "delete ID", Short: "Delete a feed with its values", Example: txLine("delete " + autocli.ExampleID + " --from alice"), PositionalArgs: autocli.Args("feed")},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters to the council, given as JSON", Example: txLine(`update-params "$(cat params.json)" --from seat`), PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
