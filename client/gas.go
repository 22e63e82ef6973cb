package client

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Gas per transaction and per byte that suffices for the messages of every day.
const (
	gasBase    = 250_000
	gasPerByte = 40
	// turnGas is what a turn in matching costs on a chain of the default genesis: 200,000,000 a block, for 100 turns. Where
	// it costs more, Run asks the node.
	turnGas = 2_000_000
)

// TableGas is a gas limit without asking the node, for the messages of requesters, providers and workers; 0 for others,
// which are simulated. What a table costs too much in gas it saves in time, and a refusal then has its code.
func TableGas(msgs []sdk.Msg) uint64 {
	if _, all := taskstypes.StepsOf(msgs); all {
		return taskstypes.GasOfAnswers(msgs...)
	}
	gas := uint64(gasBase)
	for _, m := range msgs {
		switch m := m.(type) {
		case *markettypes.MsgSubmitTask, *markettypes.MsgCancelRequest:
			gas += turnGas + 100_000 + gasPerByte*uint64(proto.Size(m))
		case *appstypes.MsgPublish, *appstypes.MsgPublishDataset:
			gas += 100_000 + gasPerByte*uint64(proto.Size(m))
		default:
			return 0
		}
	}
	return gas
}
