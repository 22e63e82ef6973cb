package vouchers

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/vouchers/types"
)

// queryLine and txLine make a line of an example: the command of a query or a transaction as it is typed.
func queryLine(line string) string { return "  credenced query vouchers " + line }
func txLine(line string) string    { return "  credenced tx vouchers " + line }

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			Short:   "Ask about vouchers: credit that an issuer gave to be spent on requests",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters: how many vouchers may end in a block"},
				{
					RpcMethod: "Voucher", Use: "voucher ID", Short: "Show a voucher: its balance, expiry, who may spend it and on what",
					Example: queryLine("voucher " + autocli.ExampleID), PositionalArgs: autocli.Args("id"),
				},
				{
					RpcMethod: "Vouchers", Use: "vouchers", Short: "List the vouchers of an issuer or of a holder",
					Example:     queryLine("vouchers --holder "+autocli.ExampleAccount) + "\n" + queryLine("vouchers --issuer "+autocli.ExampleAccount),
					FlagOptions: autocli.Usages("issuer", "whose money it is", "holder", "who may spend it"),
				},
				{RpcMethod: "Resolve", Use: "resolve PREFIX", Short: "List the vouchers whose id begins so", Example: queryLine("resolve 3f2a5c0e9d8b"), PositionalArgs: autocli.Args("prefix")},
				{RpcMethod: "Solvency", Use: "solvency", Short: "Compare the module's coins with what the vouchers hold"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			Short:   "Give credit to be spent on requests, and say who may spend it",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "IssueVoucher", Use: "issue-voucher NONCE HOLDER AMOUNT EXPIRY", Short: "Set credit aside for a holder, in ucred, until a height",
					Long: `Set credit aside for a holder, who may spend it on requests that name the voucher. AMOUNT is in ucred (1,000,000 are
1 CRED), EXPIRY the first height at which it can not be spent: what is left then comes back to the issuer. NONCE is a
number that the issuer gave no other voucher. --apps, --datasets and --pools bound what it pays for.`,
					Example:        txLine("issue-voucher 1 " + autocli.ExampleAccount + " 5000000 100000 --apps studio/raytrace --pools public --description \"for the course\" --from sponsor"),
					PositionalArgs: autocli.Args("nonce", "holder", "amount", "expiry"),
					FlagOptions:    autocli.Usages("apps", "organisation/name[:version] it pays for; any when left out", "datasets", "organisation/name[:version] it pays for; any when left out", "pools", "ids of pools it pays for; any when left out", "description", "what it is for, in a sentence"),
				},
				{
					RpcMethod: "TopUpVoucher", Use: "top-up-voucher ID AMOUNT", Short: "Add credit to a voucher, in ucred; --expiry lets it end later",
					Example: txLine("top-up-voucher " + autocli.ExampleID + " 1000000 --expiry 200000 --from sponsor"), PositionalArgs: autocli.Args("id", "amount"),
					FlagOptions: autocli.Usages("expiry", "first height from now on at which it can not be spent, not before the last; 0 leaves it"),
				},
				{
					RpcMethod: "SetSpenders", Use: "set-spenders ID [SPENDER]...", Short: "Say who may spend a voucher beside its holder; the list replaces the last",
					Example:        txLine("set-spenders " + autocli.ExampleID + " " + autocli.ExampleAccount + " --from holder"),
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "id"}, {ProtoField: "spenders", Varargs: true}},
				},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters to the council, given as JSON", Example: txLine(`update-params "$(cat params.json)" --from seat`), PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
