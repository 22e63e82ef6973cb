package apps

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/x/apps/types"
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
				{RpcMethod: "App", Use: "app ORG/NAME", Short: "Show an app and its versions", PositionalArgs: arg("id")},
				{RpcMethod: "Apps", Use: "apps", Short: "List the apps"},
				{RpcMethod: "Version", Use: "version REFERENCE", Short: "Resolve ORG/NAME:VERSION or a digest", PositionalArgs: arg("reference")},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Publish", Use: "publish NAME VERSION DIGEST SIZE RUNTIME PRICE", Short: "Publish a version of an app; --locators names where it is served", PositionalArgs: arg("name", "version", "digest", "size", "runtime", "price")},
				{RpcMethod: "SetPrice", Use: "set-price ORG/NAME:VERSION PRICE", Short: "Change a version's price for deals to come", PositionalArgs: arg("reference", "price")},
				{RpcMethod: "Deprecate", Use: "deprecate ORG/NAME", Short: "Stop new requests for an app with --deprecated, or allow them again", PositionalArgs: arg("app")},
				{RpcMethod: "Reinstate", Use: "reinstate ORG/NAME", Short: "Propose to lift an app's suspension", PositionalArgs: arg("app"), GovProposal: true},
			},
		},
	}
}
