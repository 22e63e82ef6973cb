package poa

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/internal/autocli"
	"github.com/credence-chain/credence/x/poa/types"
)

const keysHelp = `The keys and the proofs are those that "credenced seat-keys ORG" prints on the machine that has them.`

const pauseHelp = `While the chain is paused it refuses new requests, orders and uploads, and makes no deals; tasks that run go on.
A proposal takes the council's voting period. "vote-pause" and "vote-resume" need none: as soon as two thirds of the active
power have voted the same, it is so in that block. A pause ends by itself after max_pause_blocks.`

// AutoCLIOptions describes the commands of queries and messages.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: types.Query_serviceDesc.ServiceName,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Seat", Use: "seat ORG", Short: "Show the seat of an organisation", Example: "  credenced query poa seat acme", PositionalArgs: autocli.Args("org_id")},
				{RpcMethod: "Seats", Use: "seats", Short: "List the seats"},
				{RpcMethod: "Pause", Use: "pause", Short: "Show whether the chain is paused, and what seats said about it"},
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
				{RpcMethod: "Pause", Use: "pause REASON", Short: "Propose an emergency pause, or to prolong it: no new requests, orders and uploads", Long: pauseHelp, Example: `  credenced tx poa pause "a bug in the draw" --blocks 1000 --from seat`, PositionalArgs: autocli.Args("reason"), GovProposal: true},
				{RpcMethod: "Resume", Use: "resume REASON", Short: "Propose to end the pause", Long: pauseHelp, Example: `  credenced tx poa resume "the bug is mended" --from seat`, PositionalArgs: autocli.Args("reason"), GovProposal: true},
				{RpcMethod: "VotePause", Use: "vote-pause REASON", Short: "Vote for an emergency pause at once, as your seat", Long: pauseHelp, Example: `  credenced tx poa vote-pause "a bug in the draw" --from operator`, PositionalArgs: autocli.Args("reason")},
				{RpcMethod: "VoteResume", Use: "vote-resume REASON", Short: "Vote to end the pause at once, as your seat, or take your vote for one back", Long: pauseHelp, Example: `  credenced tx poa vote-resume "the bug is mended" --from operator`, PositionalArgs: autocli.Args("reason")},
				{RpcMethod: "UpdateParams", Use: "update-params PARAMS", Short: "Propose new parameters", Example: `  credenced tx poa update-params "$(cat params.json)" --from seat`, PositionalArgs: autocli.Args("params"), GovProposal: true},
			},
		},
	}
}
