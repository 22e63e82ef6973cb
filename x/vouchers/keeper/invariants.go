package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/x/vouchers/types"
)

// CheckInvariants checks the whole state between two blocks. It returns purse.ErrInsolvent or ErrGenesis for the first law that does
// not hold:
//
//   - every record is valid;
//   - the counter of what is owed is the sum of the balances, and the module's coins cover it;
//   - every voucher that has not expired has one entry in Expiries, at its expiry;
//   - all coins that transactions moved have been counted.
//
// It is for tests, simulations and operators; no block calls it.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	g, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	if err := k.purse.Check(ctx, sumBalances(g.Vouchers)); err != nil {
		return err
	}
	ends := map[string]int64{}
	for _, v := range g.Vouchers {
		if !v.Expired {
			ends[v.Id] = v.Expiry
		}
	}
	left := len(ends)
	err = k.Expiries.Walk(ctx, nil, func(key collections.Pair[int64, []byte]) (bool, error) {
		left--
		if id := ids.FormatRaw(key.K2()); ends[id] != key.K1() {
			return true, types.ErrGenesis.Wrapf("expiries: %s at height %d, expected %d", id, key.K1(), ends[id])
		}
		return false, nil
	})
	if err == nil && left != 0 {
		err = types.ErrGenesis.Wrapf("expiries: %d vouchers that expire have no entry", left)
	}
	return err
}
