package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/steps"
)

// BeginBlock does the work that is due. The parameters cap each step; what is beyond the cap is carried over to the next block,
// the oldest first. The BeginBlock of x/deals follows and opens the tasks of the deals that are made here.
func (k Keeper) BeginBlock(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	m := k.newMatching(sdk.UnwrapSDKContext(ctx), params)
	err = steps.Run(
		m.expireDue,
		m.cancelDueDeals,    // of requests that were taken back
		m.serveWaiting,      // requests that wait for others which have ended
		m.releaseDueVolume,  // to orders, of tasks for which nobody was paid
		m.bookArrivedOrders, // those of the block before
	)
	if err != nil {
		return err
	}
	return steps.Run(m.matchUnlessPaused, m.pruneEnded)
}

// matchUnlessPaused makes deals unless matching is paused. Requests wait until the pause ends. They can still expire or be cancelled.
func (m *matching) matchUnlessPaused() error {
	if paused, err := m.seats.IsPaused(m.ctx); err != nil || paused {
		return err
	}
	return steps.Run(m.matchQueued, m.runRematches, m.rescanResting)
}

// EndBlock folds what this block's transactions have locked into what is owed.
func (k Keeper) EndBlock(ctx context.Context) error { return k.purse.Fold(ctx) }
