package apps

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/apps/types"
)

// Texts that several commands share.
const (
	usageDescription = "a sentence; taken with the first version, or when not empty"
	usageLocators    = "base URL of an artifact store that serves it; may be repeated"
	usageByOrder     = "no list price: used only under an order of its owner; the price is then 0"
	usageTags        = "capability that it needs of a pool; may be repeated"
	exampleDigest    = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
)

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "App", Use: "app ORG/NAME", Short: "Show an app and its versions", PositionalArgs: autocli.Args("id"),
					Example: "credenced query apps app acme/wordstat",
				},
				{
					RpcMethod: "Apps", Use: "apps", Short: "List the apps, 100 a page",
					Example: "credenced query apps apps --page-limit 20",
				},
				{
					RpcMethod: "AppsOf", Use: "apps-of OWNER", Short: "List the apps of an owner, 100 a page", PositionalArgs: autocli.Args("owner"),
					Example: "credenced query apps apps-of " + autocli.ExampleAccount,
				},
				{
					RpcMethod: "Version", Use: "version REFERENCE", Short: "Resolve an app's ORG/NAME:VERSION or a digest", PositionalArgs: autocli.Args("reference"),
					Example: "credenced query apps version acme/wordstat:1.0",
				},
				{
					RpcMethod: "Dataset", Use: "dataset ORG/NAME", Short: "Show a dataset and its versions", PositionalArgs: autocli.Args("id"),
					Example: "credenced query apps dataset acme/corpus",
				},
				{
					RpcMethod: "Datasets", Use: "datasets", Short: "List the datasets, 100 a page",
					Example: "credenced query apps datasets --page-limit 20",
				},
				{
					RpcMethod: "DatasetsOf", Use: "datasets-of OWNER", Short: "List the datasets of an owner, 100 a page", PositionalArgs: autocli.Args("owner"),
					Example: "credenced query apps datasets-of " + autocli.ExampleAccount,
				},
				{
					RpcMethod: "ResolveDigest", Use: "resolve-digest PREFIX", Short: "List the digests of published versions that begin so", PositionalArgs: autocli.Args("prefix"),
					Example: "credenced query apps resolve-digest 2c26b46b68ff",
				},
				{
					RpcMethod: "DatasetVersion", Use: "dataset-version REFERENCE", Short: "Resolve a dataset's ORG/NAME:VERSION or a digest", PositionalArgs: autocli.Args("reference"),
					Example: "credenced query apps dataset-version acme/corpus:2026-01",
				},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "Publish", Use: "publish NAME VERSION DIGEST SIZE RUNTIME PRICE", Short: "Publish a version of an app; --locators names where it is served",
					PositionalArgs: autocli.Args("name", "version", "digest", "size", "runtime", "price"),
					FlagOptions: autocli.Usages("description", usageDescription, "locators", usageLocators, "by_order", usageByOrder, "tags", usageTags,
						"requirements", `the least an execution needs, in JSON`,
						"output_path", "folder below /out whose files are the result; everything when empty",
						"nondeterministic", "two honest runs may differ: no court can judge them",
						"app", "id of an app of yours that has another organisation's name"),
					Example: "credenced tx apps publish wordstat 1.0 " + exampleDigest + " 123456 wasm 1000 --locators https://blobs.example/blobs --from provider\n" +
						`credenced tx apps publish wordstat 1.1 ` + exampleDigest + ` 123456 wasm 0 --by-order --tags gpu --requirements '{"memory_bytes":"1073741824","gpus":1}' --from provider`,
				},
				{
					RpcMethod: "PublishDataset", Use: "publish-dataset NAME VERSION DIGEST SIZE PRICE", Short: "Publish a version of a dataset; --locators names where it is served",
					PositionalArgs: autocli.Args("name", "version", "digest", "size", "price"),
					FlagOptions: autocli.Usages("description", usageDescription, "locators", usageLocators, "by_order", usageByOrder, "tags", usageTags,
						"media_type", `of the content, such as "text/csv"`,
						"schema", "digest of a description of the content",
						"dataset", "id of a dataset of yours that has another organisation's name"),
					Example: "credenced tx apps publish-dataset corpus 2026-01 " + exampleDigest + " 7340032 500 --media-type text/csv --locators https://blobs.example/blobs --from provider",
				},
				{
					RpcMethod: "Transfer", Use: "transfer ORG/NAME [--to ACCOUNT]", Short: "Offer an app or dataset to another provider; without --to take the offer back",
					PositionalArgs: autocli.Args("id"), FlagOptions: autocli.Usages("to", "account of an organisation of providers that may accept it"),
					Example: "credenced tx apps transfer acme/wordstat --to " + autocli.ExampleAccount + " --from provider",
				},
				{
					RpcMethod: "AcceptTransfer", Use: "accept-transfer ORG/NAME", Short: "Take over an app or dataset that was offered to you",
					PositionalArgs: autocli.Args("id"),
					Example:        "credenced tx apps accept-transfer acme/wordstat --from buyer",
				},
				{
					RpcMethod: "SetPrice", Use: "set-price ORG/NAME:VERSION PRICE", Short: "Change the list price of a version of an app or dataset for deals to come",
					PositionalArgs: autocli.Args("reference", "price"), FlagOptions: autocli.Usages("by_order", usageByOrder),
					Example: "credenced tx apps set-price acme/wordstat:1.0 2000 --from provider\ncredenced tx apps set-price acme/corpus:2026-01 0 --by-order --from provider",
				},
				{
					RpcMethod: "Deprecate", Use: "deprecate ORG/NAME", Short: "Stop new requests for an app or dataset with --deprecated, or allow them again",
					PositionalArgs: autocli.Args("app"), FlagOptions: autocli.Usages("deprecated", "stop new requests; without it they are allowed again"),
					Example: "credenced tx apps deprecate acme/wordstat --deprecated --from provider",
				},
				{
					RpcMethod: "Reinstate", Use: "reinstate ORG/NAME", Short: "Propose to lift an app's suspension", PositionalArgs: autocli.Args("app"), GovProposal: true,
					Example: "credenced tx apps reinstate acme/wordstat --from seat",
				},
			},
		},
	}
}
