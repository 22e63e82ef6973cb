package app

import (
	"context"
	"maps"
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/spf13/cast"

	"github.com/cosmos/cosmos-sdk/baseapp/blockexec"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/credence-chain/credence/app/encoding"
)

// setRunner installs what executes the transactions of blocks: one after the other, or, where the node's configuration says
// block-executor = "block-stm", several at once. Both reach the same state and give the same results, so that each node may choose. See
// docs/adr/0092-block-stm-is-the-operators-choice.md. Tests wrap it to watch it.
func (a *App) setRunner(appOpts servertypes.AppOptions, wrap func(sdk.TxRunner) sdk.TxRunner) {
	var stores []storetypes.StoreKey
	for _, name := range slices.Sorted(maps.Keys(a.keys)) {
		stores = append(stores, a.keys[name])
	}
	for _, name := range slices.Sorted(maps.Keys(a.objectKeys)) {
		stores = append(stores, a.objectKeys[name])
	}
	decode := a.Encoding.TxConfig.TxDecoder()
	if cast.ToString(appOpts.Get(server.FlagBlockExecutor)) == config.BlockExecutorBlockSTM {
		outer := wrap
		wrap = func(next sdk.TxRunner) sdk.TxRunner {
			next = parallel{next, decode}
			if outer != nil {
				next = outer(next)
			}
			return next
		}
	}
	denom := func(storetypes.MultiStore) string { return encoding.BaseDenom }
	blockexec.Apply(a.BaseApp, appOpts, stores, decode, denom, blockexec.WithRunnerWrap(wrap))
}

// parallel runs transactions at once. It answers for bytes that are no transaction, such as the beacon's proof, which is the first of each
// block: the SDK's runner gives them the gas that the hooks before them have used, and its sequential one gives them none. Results are a
// part of the next block's header, so that a difference would halt the chain.
type parallel struct {
	next   sdk.TxRunner
	decode sdk.TxDecoder
}

// Unwrap returns the runner behind this one, for the SDK's checks.
func (p parallel) Unwrap() sdk.TxRunner { return p.next }

// Run executes a block's transactions.
func (p parallel) Run(ctx context.Context, ms storetypes.MultiStore, txs [][]byte, deliver sdk.DeliverTxFunc) ([]*abci.ExecTxResult, error) {
	return p.next.Run(ctx, ms, txs, func(bz []byte, tx sdk.Tx, ms storetypes.MultiStore, i int, cache map[string]any) *abci.ExecTxResult {
		if tx == nil {
			var err error
			if tx, err = p.decode(bz); err != nil {
				return sdkerrors.ResponseExecTxResultWithEvents(sdkerrors.ErrTxDecode, 0, 0, nil, false)
			}
		}
		return deliver(bz, tx, ms, i, cache)
	})
}
