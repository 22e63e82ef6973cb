package client

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Gas per transaction and per byte that is enough for the common messages.
const (
	gasBase    = 250_000
	gasPerByte = 40
	// placeGas is the price of a place in the matching queue on a chain with the default genesis: a block has 200,000,000 gas and
	// 100 places. Where a place costs more, the sender asks the node.
	placeGas = 2_000_000
)

// TableGas returns a gas limit for the messages of requesters, providers and workers without asking the node. It returns 0 for other
// messages, which the sender simulates. The table overpays some gas and saves a simulation. A refusal then comes with its code.
func TableGas(msgs []sdk.Msg) uint64 {
	if _, all := taskstypes.StepsOf(msgs); all {
		return taskstypes.GasOfAnswers(msgs...)
	}
	gas := uint64(gasBase)
	for _, m := range msgs {
		switch m := m.(type) {
		case *markettypes.MsgSubmitTask:
			if len(m.Job.Awaits()) > 0 {
				gas += placeGas // of its release
			}
			gas += placeGas + 100_000 + gasPerByte*uint64(proto.Size(m))
		case *markettypes.MsgCancelRequest:
			gas += placeGas + 100_000 + gasPerByte*uint64(proto.Size(m))
		case *appstypes.MsgPublish, *appstypes.MsgPublishDataset:
			gas += 100_000 + gasPerByte*uint64(proto.Size(m))
		default:
			return 0
		}
	}
	return gas
}
