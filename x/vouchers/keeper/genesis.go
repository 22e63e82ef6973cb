package keeper

import (
	"context"

	"cosmossdk.io/math"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/vouchers/types"
)

// InitGenesis stores a valid genesis state. The bank's genesis must be stored before, because the balances of the vouchers are compared
// with the module's coins.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, v := range g.Vouchers {
		id, err := ids.Parse(v.Id)
		if err != nil {
			return err
		}
		if err := k.addVoucher(ctx, id[:], v); err != nil {
			return err
		}
	}
	return k.purse.Open(ctx, sumBalances(g.Vouchers))
}

func sumBalances(vouchers []types.Voucher) math.Int {
	sum := math.ZeroInt()
	for _, v := range vouchers {
		sum = sum.Add(math.NewIntFromUint64(v.Balance))
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
	return g, k.Vouchers.Walk(ctx, nil, records.Collect[[]byte](&g.Vouchers))
}
