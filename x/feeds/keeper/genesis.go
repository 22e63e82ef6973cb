package keeper

import (
	"context"
	"fmt"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/feeds/types"
)

// InitGenesis stores a valid genesis state; indexes and counts follow from it.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, f := range g.Feeds {
		if err := k.storeFeed(ctx, f); err != nil {
			return err
		}
	}
	for _, v := range g.Values {
		if err := k.Values.Set(ctx, keyOf(v.Feed, v.Value), v.Value); err != nil {
			return err
		}
	}
	for _, id := range g.Removals {
		if err := k.Removals.Set(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the module's state between two blocks.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params}
	if err := k.Feeds.Walk(ctx, nil, records.Collect[string](&g.Feeds)); err != nil {
		return nil, err
	}
	if err := k.Values.Walk(ctx, nil, func(key valueKey, v types.Value) (bool, error) {
		g.Values = append(g.Values, types.FeedValue{Feed: key.K1(), Value: v})
		return false, nil
	}); err != nil {
		return nil, err
	}
	return g, k.Removals.Walk(ctx, nil, func(id string) (bool, error) {
		g.Removals = append(g.Removals, id)
		return false, nil
	})
}

// CheckInvariants checks that the state could be imported: its counts and latest values agree with its values. It reads the whole state
// and is for tests.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	g, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	counts := map[string]uint64{}
	for _, f := range g.Feeds {
		counts[string(k.packOwner(f.Owner()))]++
		if found, has, err := k.ReadFeed(ctx, f.Owner(), f.Name); err != nil || !has || found.Id != f.Id {
			return fmt.Errorf("feed %s is not found under %s/%s (%v)", f.Id, f.Owner(), f.Name, err)
		}
	}
	return k.checkCounts(ctx, counts)
}

// checkCounts compares the stored counts with the number of feeds of each owner.
func (k Keeper) checkCounts(ctx context.Context, counts map[string]uint64) error {
	stored := 0
	err := k.Counts.Walk(ctx, nil, func(owner []byte, n uint64) (bool, error) {
		stored++
		if n == 0 || counts[string(owner)] != n {
			return true, fmt.Errorf("counts: %q has %d feeds, expected %d", owner, n, counts[string(owner)])
		}
		return false, nil
	})
	if err == nil && stored != len(counts) {
		return fmt.Errorf("counts: of %d owners, expected %d", stored, len(counts))
	}
	return err
}
