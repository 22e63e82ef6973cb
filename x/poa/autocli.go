package poa

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/poa/types"
)

const keysHelp = `The keys and the proofs are those that "credenced seat-keys ORG" prints on the machine that has them.`

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Seat", Use: "seat ORG", Short: "Show the seat of an organisation", Example: "  credenced query poa seat acme", PositionalArgs: autocli.Args("org_id")},
				{RpcMethod: "Seats", Use: "seats", Short: "List the seats"},
				{RpcMethod: "Changes", Use: "changes", Short: "List the changes of seats that wait, and the offers"},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: types.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Unjail", Use: "unjail", Short: "Bring your seat into the validator set"},
				{RpcMethod: "LeaveSeat", Use: "leave-seat", Short: "Give your seat up"},
				{RpcMethod: "OfferSeat", Use: "offer-seat ORG ACCOUNT", Short: "Offer the operation of your organisation's seat to another account of it", Example: "  credenced tx poa offer-seat acme " + autocli.ExampleAccount + " --from admin", PositionalArgs: autocli.Args("org_id", "operator")},
				{RpcMethod: "AcceptSeat", Use: "accept-seat ORG", Short: "Take a seat that was offered to you", Example: "  credenced tx poa accept-seat acme --from operator", PositionalArgs: autocli.Args("org_id")},
				{RpcMethod: "RotateConsensusKey", Use: "rotate-consensus-key KEY PROOF", Example: "  credenced tx poa rotate-consensus-key q83vEjRWeJA= q83vEjRWeJA= --from operator", Short: "Have your seat sign blocks with another key", Long: keysHelp, PositionalArgs: autocli.Args("pubkey", "possession")},
				{RpcMethod: "RotateBeaconKey", Use: "rotate-beacon-key KEY PROOF", Example: "  credenced tx poa rotate-beacon-key q83vEjRWeJA= q83vEjRWeJA= --from operator", Short: "Have your seat sign beacon proofs with another key", Long: keysHelp, PositionalArgs: autocli.Args("pubkey", "possession")},
				{RpcMethod: "RotateCourtKey", Use: "rotate-court-key KEY PROOF", Example: "  credenced tx poa rotate-court-key q83vEjRWeJA= q83vEjRWeJA= --from operator", Short: "Have another account answer for your seat in courts", Long: keysHelp, PositionalArgs: autocli.Args("pubkey", "possession")},
				{RpcMethod: "AddSeat", Use: "add-seat ORG OPERATOR KEYS", Short: "Propose a seat of an organisation", Long: keysHelp, Example: "  credenced tx poa add-seat acme " + autocli.ExampleAccount + ` "$(cat keys.json)" --from seat`, PositionalArgs: autocli.Args("org_id", "operator", "keys"), GovProposal: true},
				{RpcMethod: "RemoveSeat", Use: "remove-seat ORG", Short: "Propose to take a seat away", Example: "  credenced tx poa remove-seat acme --from seat", PositionalArgs: autocli.Args("org_id"), GovProposal: true},
				{RpcMethod: "ReplaceSeat", Use: "replace-seat ORG HEIR OPERATOR KEYS", Example: "  credenced tx poa replace-seat acme newcomer " + autocli.ExampleAccount + ` "$(cat keys.json)" --from seat`, Short: "Propose to offer a seat to another organisation", Long: keysHelp, PositionalArgs: autocli.Args("org_id", "heir", "operator", "keys"), GovProposal: true},
				{RpcMethod: "ClearTombstone", Use: "clear-tombstone ORG KEYS", Example: `  credenced tx poa clear-tombstone acme "$(cat keys.json)" --from seat`, Short: "Propose new keys for a seat that signed two blocks at one height", Long: keysHelp, PositionalArgs: autocli.Args("org_id", "keys"), GovProposal: true},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", Example: `  credenced tx poa update-params "$(cat params.json)" --from seat`, PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
