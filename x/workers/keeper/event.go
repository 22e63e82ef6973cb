package keeper

import (
	"context"

	"github.com/cosmos/gogoproto/proto"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/x/workers/types"
)

func emitEvent(ctx context.Context, event proto.Message) error {
	return events.Emit(ctx, event)
}

func emitChange(ctx context.Context, w types.Worker, what string, amount uint64) error {
	return emitEvent(ctx, &types.EventWorkerChanged{Worker: w.Address, Organisation: w.Organisation, What: what, Amount: amount})
}

func emitAnnounced(ctx context.Context, p types.Pool) error {
	return emitEvent(ctx, &types.EventPoolChanged{Pool: p.Id, What: "announced", Next: p.Next, NextHeight: p.NextHeight})
}
