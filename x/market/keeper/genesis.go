package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// InitGenesis stores a valid genesis state. The genesis of the bank, the deals and the pools must be stored before: the module's coins
// are compared with what it owes, requests are compared with deals, and the topic of a pool order names its pool's runtime.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, c := range g.Categories {
		if err := k.Categories.Set(ctx, c.Id, c); err != nil {
			return err
		}
	}
	for _, f := range g.Floors {
		addr, err := k.addresses.StringToBytes(f.Owner)
		if err != nil {
			return err
		}
		if err := k.Floors.Set(ctx, collections.Join(sdk.AccAddress(addr), uint32(f.Kind)), f.Below); err != nil {
			return err
		}
	}
	for _, init := range []func(context.Context, types.GenesisState) error{k.initOrders, k.initRequests, k.initWaiting, k.initPruned, k.checkDeals, k.initQueues, k.initCursors} {
		if err := init(ctx, g); err != nil {
			return err
		}
	}
	return k.purse.Open(ctx, sumEscrow(g.Requests))
}

func sumEscrow(requests []types.Request) math.Int {
	sum := math.ZeroInt()
	for _, r := range requests {
		sum = sum.Add(math.NewIntFromUint64(r.Escrow))
	}
	return sum
}

// firstHeight returns the height at which entries that wait for the next block are due at the latest on this chain.
func firstHeight(ctx context.Context) int64 {
	return max(1, sdk.UnwrapSDKContext(ctx).BlockHeight())
}

// initOrders stores the orders. A resting order without a rank comes on the book in the first block, as if it had just been placed.
func (k Keeper) initOrders(ctx context.Context, g types.GenesisState) error {
	for _, r := range g.Orders {
		id, err := types.ParseID(r.Id)
		if err != nil {
			return err
		}
		if r.Status == types.ORDER_STATUS_RESTING {
			if err := k.countOrder(ctx, r, true); err != nil {
				return err
			}
			if r.Rank == "" {
				err = k.Arrivals.Set(ctx, collections.Join(firstHeight(ctx), id[:]))
			} else {
				err = k.addToBook(ctx, id[:], &r)
			}
			if err != nil {
				return types.ErrGenesis.Wrapf("order %s: %s", r.Id, err)
			}
		}
		if err := k.setOrder(ctx, id[:], r, types.ORDER_STATUS_UNSPECIFIED); err != nil {
			return err
		}
	}
	return nil
}

// initRequests stores the requests, and puts those that wait into the queue or on the book. On a chain that begins below the height
// of an entry of the queue, the entry is due in the first block.
func (k Keeper) initRequests(ctx context.Context, g types.GenesisState) error {
	for _, r := range g.Requests {
		id, err := types.ParseID(r.Id)
		if err != nil {
			return err
		}
		if err := k.setRequest(ctx, id[:], r, types.REQUEST_STATUS_UNSPECIFIED); err != nil {
			return err
		}
		switch {
		case r.Status == types.REQUEST_STATUS_RESTING:
			if err := k.countResting(ctx, r.Requester, true); err != nil {
				return err
			}
			err = k.RequestBook.Set(ctx, restingKey(r, id[:]))
		case r.Status == types.REQUEST_STATUS_QUEUED, r.Status == types.REQUEST_STATUS_CANCELLED && r.Escrow > 0:
			err = k.Queue.Set(ctx, collections.Join(min(r.Height+1, firstHeight(ctx)), id[:]))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// initWaiting stores who waits for whom. Each request for which others wait is queued, because it may have ended.
func (k Keeper) initWaiting(ctx context.Context, g types.GenesisState) error {
	for _, r := range g.Requests {
		id, err := types.ParseID(r.Id)
		if err != nil {
			return err
		}
		for _, of := range r.WaitsFor {
			awaited, err := types.ParseID(of)
			if err != nil {
				return err
			}
			if err := k.Dependants.Set(ctx, collections.Join(awaited[:], id[:])); err != nil {
				return err
			}
		}
		if !r.Awaited {
			continue
		}
		if err := k.noteAwaitedEnd(ctx, id[:]); err != nil {
			return err
		}
	}
	return nil
}

// checkDeals checks that the deals of requests and the requests of deals exist. It queues each cancelled request that still has
// running deals, so that these are cancelled.
func (k Keeper) checkDeals(ctx context.Context, g types.GenesisState) error {
	for i, r := range g.Requests {
		if r.Deal == "" {
			continue
		}
		if _, err := k.deals.FindDeal(ctx, r.Deal); err != nil {
			return types.ErrGenesis.Wrapf("requests[%d].deal: %s is no deal: %s", i, r.Deal, err)
		}
	}
	return k.deals.WalkDeals(ctx, func(d dealstypes.Deal) error {
		request, r, err := k.requestByID(ctx, d.Request)
		if err != nil {
			return types.ErrGenesis.Wrapf("deal %s: %q is no request: %s", d.Id, d.Request, err)
		}
		if r.Status != types.REQUEST_STATUS_CANCELLED || d.Cancelled || d.State() != dealstypes.DEAL_STATE_RUNNING {
			return nil
		}
		return k.Cancels.Set(ctx, collections.Join(int64(0), request), fromTheFirst())
	})
}

// initPruned stores the compact records.
func (k Keeper) initPruned(ctx context.Context, g types.GenesisState) error {
	for _, p := range g.Pruned {
		id, err := types.ParseID(p.Id)
		if err != nil {
			return err
		}
		p.Id = "" // the key has it
		if err := k.Pruned.Set(ctx, id[:], p); err != nil {
			return err
		}
	}
	return nil
}

// initQueues stores the proposed matches that wait in the queue.
func (k Keeper) initQueues(ctx context.Context, g types.GenesisState) error {
	for _, m := range g.Matches {
		id, err := types.ParseID(m.Id)
		if err != nil {
			return err
		}
		if err := k.Matches.Set(ctx, id[:], m); err != nil {
			return err
		}
		if err := k.Queue.Set(ctx, collections.Join(min(m.Height+1, firstHeight(ctx)), id[:])); err != nil {
			return err
		}
	}
	return nil
}

// initCursors stores the cursors of the rematches and of the rescan. It runs last, because orders that are put on the book start
// rematches.
func (k Keeper) initCursors(ctx context.Context, g types.GenesisState) error {
	if err := k.Rematches.Clear(ctx, nil); err != nil {
		return err
	}
	for _, w := range g.Rematches {
		if err := k.Rematches.Set(ctx, w.Topic, w); err != nil {
			return err
		}
	}
	if g.Rescan != nil {
		if err := k.Rescan.Set(ctx, *g.Rescan); err != nil {
			return err
		}
	}
	if g.LastRematch == "" {
		return nil
	}
	return k.LastRematch.Set(ctx, g.LastRematch)
}

// ExportGenesis returns the module's state.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	lastRematch, err := k.LastRematch.Get(ctx)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return nil, err
	}
	g := &types.GenesisState{Params: params, LastRematch: lastRematch}
	if cursor, err := k.Rescan.Get(ctx); err == nil {
		g.Rescan = &cursor
	} else if !errors.Is(err, collections.ErrNotFound) {
		return nil, err
	}
	err = errors.Join(
		k.Orders.Walk(ctx, nil, records.Collect[[]byte](&g.Orders)),
		k.Requests.Walk(ctx, nil, func(id []byte, r types.Request) (bool, error) {
			p, err := k.RequestProgress.Get(ctx, id)
			g.Requests = append(g.Requests, r.With(p))
			return false, err
		}),
		k.Matches.Walk(ctx, nil, records.Collect[[]byte](&g.Matches)),
		k.Pruned.Walk(ctx, nil, func(id []byte, p types.PrunedOrder) (bool, error) {
			p.Id = idText(id)
			g.Pruned = append(g.Pruned, p)
			return false, nil
		}),
		k.Floors.Walk(ctx, nil, func(key floorKey, below uint64) (bool, error) {
			owner, err := k.addresses.BytesToString(key.K1())
			g.Floors = append(g.Floors, types.Floor{Owner: owner, Kind: types.OrderKind(key.K2()), Below: below})
			return false, err
		}),
		k.Categories.Walk(ctx, nil, records.Collect[string](&g.Categories)),
		k.Rematches.Walk(ctx, nil, records.Collect[string](&g.Rematches)),
	)
	for _, r := range g.Orders {
		if r.Status == types.ORDER_STATUS_RESTING && r.Rank == "" {
			g.Arrivals = append(g.Arrivals, r.Id)
		}
	}
	return g, err
}
