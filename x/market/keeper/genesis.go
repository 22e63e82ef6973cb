package keeper

import (
	"context"

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
	if err := k.initOffers(ctx, g); err != nil {
		return err
	}
	owed := math.ZeroInt()
	for _, r := range g.Requests {
		if err := k.initRequest(ctx, r); err != nil {
			return err
		}
		owed = owed.Add(math.NewIntFromUint64(r.Escrow))
	}
	for _, d := range g.Deals {
		id, err := types.ParseID(d.Id)
		if err != nil {
			return err
		}
		if err := k.Deals.Set(ctx, id[:], d); err != nil {
			return err
		}
		owed = owed.Add(math.NewIntFromUint64(d.Escrow))
	}
	if err := k.initOpening(ctx, g); err != nil {
		return err
	}
	if err := k.Owed.Set(ctx, owed); err != nil {
		return err
	}
	k.accounts.GetModuleAccount(ctx, types.ModuleName) // creates it, so that no transaction has to
	if balance, _, err := k.Solvency(ctx); err != nil {
		return err
	} else if balance.LT(owed) {
		return types.ErrInsolvent.Wrapf("genesis: the module holds %s, expected at least %s%s", balance, owed, types.Denom)
	}
	return nil
}

func (k Keeper) initOffers(ctx context.Context, g types.GenesisState) error {
	for _, o := range g.Offers {
		id, err := types.ParseID(o.Id)
		if err != nil {
			return err
		}
		if err := k.Offers.Set(ctx, id[:], o); err != nil {
			return err
		}
		if o.Exhausted() {
			continue
		}
		pool, err := k.workers.GetPool(ctx, o.Pool)
		if err != nil {
			return types.ErrUnknownPool.Wrapf("offer %s: %q: %s", o.Id, o.Pool, err)
		}
		if err := k.rest(ctx, o, pool.Runtime, id[:]); err != nil {
			return err
		}
	}
	for _, s := range g.Spent {
		id, err := types.ParseID(s)
		if err != nil {
			return err
		}
		if err := k.Spent.Set(ctx, id[:]); err != nil {
			return err
		}
	}
	return nil
}

// initRequest stores a request and queues it while it holds an escrow. It is due at once on a chain that begins below
// its height. What it locked counts as folded.
func (k Keeper) initRequest(ctx context.Context, r types.Request) error {
	id, err := types.ParseID(r.Id)
	if err != nil {
		return err
	}
	addr, err := k.addresses.StringToBytes(r.Requester)
	if err != nil {
		return err
	}
	if err := k.setRequest(ctx, id[:], addr, r); err != nil || r.Escrow == 0 {
		return err
	}
	due := min(r.Height+1, max(1, sdk.UnwrapSDKContext(ctx).BlockHeight()))
	return k.Queue.Set(ctx, collections.Join(due, id[:]), 0)
}

func (k Keeper) initOpening(ctx context.Context, g types.GenesisState) error {
	for _, o := range g.Opening {
		raw, d, err := get(ctx, k.Deals, "deal", o)
		if err != nil {
			return err
		}
		if err := k.enqueueOpening(ctx, raw); err != nil {
			return err
		}
		if !d.Cancelled {
			continue
		}
		position, err := k.Positions.Get(ctx, raw)
		if err != nil {
			return err
		}
		if err := k.Cancels.Set(ctx, position); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the module's state.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params}
	if err := k.Offers.Walk(ctx, nil, collect[[]byte](&g.Offers)); err != nil {
		return nil, err
	}
	if err := k.Requests.Walk(ctx, nil, collect[[]byte](&g.Requests)); err != nil {
		return nil, err
	}
	if err := k.Deals.Walk(ctx, nil, collect[[]byte](&g.Deals)); err != nil {
		return nil, err
	}
	err = k.Spent.Walk(ctx, nil, func(id []byte) (bool, error) {
		g.Spent = append(g.Spent, types.FormatID([types.IDSize]byte(id)))
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Opening.Walk(ctx, nil, func(_ uint64, id []byte) (bool, error) {
		g.Opening = append(g.Opening, types.FormatID([types.IDSize]byte(id)))
		return false, nil
	})
	return g, err
}

// collect appends the values of a walk to a list.
func collect[K, V any](list *[]V) func(K, V) (bool, error) {
	return func(_ K, v V) (bool, error) {
		*list = append(*list, v)
		return false, nil
	}
}
