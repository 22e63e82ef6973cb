package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/x/deals/types"
)

// InitGenesis stores a valid genesis state. The bank's genesis must be stored before, because the escrows are compared with the module's
// coins.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, d := range g.Deals {
		id, err := ids.Parse(d.Id)
		if err != nil {
			return err
		}
		if err := k.initDeal(ctx, id[:], d); err != nil {
			return err
		}
	}
	if err := k.initPruned(ctx, g.Pruned); err != nil {
		return err
	}
	if err := k.initQueues(ctx, g); err != nil {
		return err
	}
	return k.purse.Open(ctx, sumEscrow(g.Deals))
}

// initDeal stores a deal, and queues it for pruning if it can be pruned, or for its return into the opening queue if it is parked. A deal
// that has ended and has no height of its end, because older versions did not keep it, counts as ended now.
func (k Keeper) initDeal(ctx context.Context, id []byte, d types.Deal) error {
	if d.State() == types.DEAL_STATE_ENDED && d.Done == 0 {
		d.Done = sdk.UnwrapSDKContext(ctx).BlockHeight()
	}
	if err := k.storeDeal(ctx, id, d); err != nil {
		return err
	}
	if d.Resumes != 0 {
		if err := k.Parked.Set(ctx, collections.Join(d.Resumes, id)); err != nil {
			return err
		}
	}
	return k.queuePruning(ctx, id, d)
}

// initPruned stores the compact records.
func (k Keeper) initPruned(ctx context.Context, list []types.PrunedDeal) error {
	for _, p := range list {
		id, err := ids.Parse(p.Id)
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

// initQueues stores the opening queue and the queue of volume that comes back. An entry that was due at a height above that of this chain
// is due in its first block.
func (k Keeper) initQueues(ctx context.Context, g types.GenesisState) error {
	for _, o := range g.Opening {
		id, err := ids.Parse(o)
		if err != nil {
			return err
		}
		if err := k.enqueueOpening(ctx, id[:]); err != nil {
			return err
		}
	}
	first := max(1, sdk.UnwrapSDKContext(ctx).BlockHeight())
	for _, r := range g.Releases {
		id, err := ids.Parse(r.Deal)
		if err != nil {
			return err
		}
		if err := k.Releases.Set(ctx, collections.Join3(min(r.Height, first), id[:], r.First), r.Tasks); err != nil {
			return err
		}
	}
	return nil
}

func sumEscrow(deals []types.Deal) math.Int {
	sum := math.ZeroInt()
	for _, d := range deals {
		sum = sum.Add(math.NewIntFromUint64(d.Escrow))
	}
	return sum
}

// ExportGenesis returns the module's state between two blocks.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params}
	if err := k.WalkDeals(ctx, func(d types.Deal) error { g.Deals = append(g.Deals, d); return nil }); err != nil {
		return nil, err
	}
	if err := k.WalkPruned(ctx, func(p types.PrunedDeal) error { g.Pruned = append(g.Pruned, p); return nil }); err != nil {
		return nil, err
	}
	err = k.Opening.Walk(ctx, nil, func(_ uint64, id []byte) (bool, error) {
		g.Opening = append(g.Opening, ids.FormatRaw(id))
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	return g, k.Releases.Walk(ctx, nil, func(key releaseKey, tasks uint64) (bool, error) {
		g.Releases = append(g.Releases, types.Release{Height: key.K1(), Deal: ids.FormatRaw(key.K2()), First: key.K3(), Tasks: tasks})
		return false, nil
	})
}

// CheckInvariants checks the whole state between two blocks. It returns purse.ErrInsolvent or ErrGenesis for the first law that does not
// hold: every record is valid, the queues hold deals alone, the counter of what is owed is the sum of the escrows, and the module's
// coins cover it. It is for tests, simulations and operators; no block calls it.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	g, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	if err := k.checkPrunes(ctx, g.Deals); err != nil {
		return err
	}
	return k.purse.Check(ctx, sumEscrow(g.Deals))
}

// checkPrunes checks that Prunes holds exactly the deals that can be pruned, each once.
func (k Keeper) checkPrunes(ctx context.Context, deals []types.Deal) error {
	due := map[string]bool{}
	for _, d := range deals {
		if d.Prunable() {
			due[d.Id] = true
		}
	}
	err := k.Prunes.Walk(ctx, nil, func(key pruneKey) (bool, error) {
		id := ids.FormatRaw(key.K2())
		if !due[id] {
			return true, types.ErrGenesis.Wrapf("prunes: deal %s stands at %d: expected a deal of which no task is whole, once", id, key.K1())
		}
		delete(due, id)
		return false, nil
	})
	if err == nil && len(due) > 0 {
		err = types.ErrGenesis.Wrapf("prunes: %d deals of which no task is whole are not queued", len(due))
	}
	return err
}
