package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// InitGenesis stores a valid genesis state. The bank and the pools must be there already: what is owed is compared with
// the module's coins, and the book is sorted by the pools' runtimes.
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
	sum := math.ZeroInt()
	for _, init := range []func(context.Context, types.GenesisState) (math.Int, error){
		k.initOrders, k.initRequests, k.initDeals, k.initQueues,
	} {
		owed, err := init(ctx, g)
		if err != nil {
			return err
		}
		sum = sum.Add(owed)
	}
	return k.purse.Open(ctx, sum)
}

// firstHeight is when what waits for a next block is due on this chain.
func firstHeight(ctx context.Context) int64 {
	return max(1, sdk.UnwrapSDKContext(ctx).BlockHeight())
}

// initOrders stores the orders. A resting one without a rank arrives in the first block, as if it had just been placed.
func (k Keeper) initOrders(ctx context.Context, g types.GenesisState) (math.Int, error) {
	zero := math.ZeroInt()
	for _, r := range g.Orders {
		id, err := types.ParseID(r.Id)
		if err != nil {
			return zero, err
		}
		if r.Status == types.ORDER_STATUS_RESTING {
			if err := k.countOrder(ctx, r, true); err != nil {
				return zero, err
			}
			if r.Rank == "" {
				err = k.Arrivals.Set(ctx, collections.Join(firstHeight(ctx), id[:]))
			} else {
				err = k.addToBook(ctx, id[:], &r)
			}
			if err != nil {
				return zero, types.ErrGenesis.Wrapf("order %s: %s", r.Id, err)
			}
		}
		if err := k.setOrder(ctx, id[:], r, types.ORDER_STATUS_UNSPECIFIED); err != nil {
			return zero, err
		}
	}
	return zero, nil
}

// initRequests stores the requests and queues or rests those that wait. What waits for its turn is due at once on a chain
// that begins below its height.
func (k Keeper) initRequests(ctx context.Context, g types.GenesisState) (math.Int, error) {
	owed := math.ZeroInt()
	for _, r := range g.Requests {
		id, err := types.ParseID(r.Id)
		if err != nil {
			return owed, err
		}
		if err := k.setRequest(ctx, id[:], r, types.REQUEST_STATUS_UNSPECIFIED); err != nil {
			return owed, err
		}
		owed = owed.Add(math.NewIntFromUint64(r.Escrow))
		switch {
		case r.Status == types.REQUEST_STATUS_RESTING:
			if err := k.countResting(ctx, r.Requester, true); err != nil {
				return owed, err
			}
			err = k.RequestBook.Set(ctx, restingKey(r, id[:]))
		case r.Status == types.REQUEST_STATUS_QUEUED, r.Status == types.REQUEST_STATUS_CANCELLED && r.Escrow > 0:
			err = k.Queue.Set(ctx, collections.Join(min(r.Height+1, firstHeight(ctx)), id[:]))
		}
		if err != nil {
			return owed, err
		}
	}
	return owed, nil
}

func (k Keeper) initDeals(ctx context.Context, g types.GenesisState) (math.Int, error) {
	owed := math.ZeroInt()
	for _, d := range g.Deals {
		id, err := types.ParseID(d.Id)
		if err != nil {
			return owed, err
		}
		if err := k.Deals.Set(ctx, id[:], d.Stored()); err != nil {
			return owed, err
		}
		if err := k.Progress.Set(ctx, id[:], d.Progress()); err != nil {
			return owed, err
		}
		if err := k.indexDeal(ctx, id[:], d, types.DEAL_STATE_UNSPECIFIED); err != nil {
			return owed, err
		}
		owed = owed.Add(math.NewIntFromUint64(d.Escrow))
		if d.Cancelled || d.State() != types.DEAL_STATE_RUNNING {
			continue
		}
		request, r, err := k.requestByID(ctx, d.Request)
		if err != nil || r.Status != types.REQUEST_STATUS_CANCELLED {
			if err != nil {
				return owed, err
			}
			continue
		}
		if err := k.Cancels.Set(ctx, collections.Join(int64(0), request), fromTheFirst()); err != nil {
			return owed, err
		}
	}
	for _, o := range g.Opening {
		id, err := types.ParseID(o)
		if err != nil {
			return owed, err
		}
		if err := k.enqueueOpening(ctx, id[:]); err != nil {
			return owed, err
		}
	}
	return owed, nil
}

// initQueues stores the matches that wait, the volume that comes back, and the cursors of the rematches. They come last: putting orders on the book starts rematches.
func (k Keeper) initQueues(ctx context.Context, g types.GenesisState) (math.Int, error) {
	zero := math.ZeroInt()
	for _, m := range g.Matches {
		id, err := types.ParseID(m.Id)
		if err != nil {
			return zero, err
		}
		if err := k.Matches.Set(ctx, id[:], m); err != nil {
			return zero, err
		}
		if err := k.Queue.Set(ctx, collections.Join(min(m.Height+1, firstHeight(ctx)), id[:])); err != nil {
			return zero, err
		}
	}
	for _, r := range g.Releases {
		id, err := types.ParseID(r.Deal)
		if err != nil {
			return zero, err
		}
		if err := k.Releases.Set(ctx, collections.Join3(min(r.Height, firstHeight(ctx)), id[:], r.First), r.Tasks); err != nil {
			return zero, err
		}
	}
	if err := k.Rematches.Clear(ctx, nil); err != nil {
		return zero, err
	}
	for _, w := range g.Rematches {
		if err := k.Rematches.Set(ctx, w.Topic, w); err != nil {
			return zero, err
		}
	}
	if g.Rescan != nil {
		if err := k.Rescan.Set(ctx, *g.Rescan); err != nil {
			return zero, err
		}
	}
	if g.LastRematch == "" {
		return zero, nil
	}
	return zero, k.LastRematch.Set(ctx, g.LastRematch)
}

// ExportGenesis returns the module's state.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	turn, err := k.LastRematch.Get(ctx)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return nil, err
	}
	g := &types.GenesisState{Params: params, LastRematch: turn}
	if cursor, err := k.Rescan.Get(ctx); err == nil {
		g.Rescan = &cursor
	} else if !errors.Is(err, collections.ErrNotFound) {
		return nil, err
	}
	err = errors.Join(
		k.Orders.Walk(ctx, nil, collect[[]byte](&g.Orders)),
		k.Requests.Walk(ctx, nil, func(id []byte, r types.Request) (bool, error) {
			p, err := k.RequestProgress.Get(ctx, id)
			g.Requests = append(g.Requests, r.With(p))
			return false, err
		}),
		k.Deals.Walk(ctx, nil, func(id []byte, d types.Deal) (bool, error) {
			p, err := k.Progress.Get(ctx, id)
			g.Deals = append(g.Deals, d.With(p))
			return false, err
		}),
		k.Opening.Walk(ctx, nil, func(_ uint64, id []byte) (bool, error) {
			g.Opening = append(g.Opening, idText(id))
			return false, nil
		}),
		k.Matches.Walk(ctx, nil, collect[[]byte](&g.Matches)),
		k.Floors.Walk(ctx, nil, func(key floorKey, below uint64) (bool, error) {
			owner, err := k.addresses.BytesToString(key.K1())
			g.Floors = append(g.Floors, types.Floor{Owner: owner, Kind: types.OrderKind(key.K2()), Below: below})
			return false, err
		}),
		k.Categories.Walk(ctx, nil, collect[string](&g.Categories)),
		k.Rematches.Walk(ctx, nil, collect[string](&g.Rematches)),
		k.Releases.Walk(ctx, nil, func(key releaseKey, tasks uint64) (bool, error) {
			g.Releases = append(g.Releases, types.Release{Height: key.K1(), Deal: idText(key.K2()), First: key.K3(), Tasks: tasks})
			return false, nil
		}),
	)
	for _, r := range g.Orders {
		if r.Status == types.ORDER_STATUS_RESTING && r.Rank == "" {
			g.Arrivals = append(g.Arrivals, r.Id)
		}
	}
	return g, err
}

// collect appends the values of a walk to a list.
func collect[K, V any](list *[]V) func(K, V) (bool, error) {
	return func(_ K, v V) (bool, error) {
		*list = append(*list, v)
		return false, nil
	}
}
