package keeper

import (
	"context"

	"cosmossdk.io/math"

	"github.com/credence-chain/credence/x/market/types"
)

// CheckInvariants walks the whole state between two blocks and returns ErrInsolvent or ErrGenesis for the first law that
// does not hold: the counter is the sum of the escrows, the coins cover it, the records agree with each other. It is for
// tests, simulations and operators; no block calls it.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	g, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	sum := math.ZeroInt()
	for _, r := range g.Requests {
		sum = sum.Add(math.NewIntFromUint64(r.Escrow))
	}
	for _, d := range g.Deals {
		sum = sum.Add(math.NewIntFromUint64(d.Escrow))
	}
	balance, owed, err := k.Solvency(ctx)
	if err != nil {
		return err
	}
	if !owed.Equal(sum) {
		return types.ErrInsolvent.Wrapf("owed: the counter says %s, the escrows sum to %s", owed, sum)
	}
	if balance.LT(owed) {
		return types.ErrInsolvent.Wrapf("owed: %s, more than the balance %s", owed, balance)
	}
	return k.checkBook(ctx, g.Offers)
}

// checkBook checks that exactly the offers with volume left rest, in both books, and that the pools' counts are theirs.
func (k Keeper) checkBook(ctx context.Context, offers []types.Offer) error {
	want, counts := 0, uint64(0)
	for _, o := range offers {
		if !o.Exhausted() {
			want++
		}
	}
	inBook, inPools := 0, 0
	if err := k.Book.Walk(ctx, nil, func(bookKey) (bool, error) { inBook++; return false, nil }); err != nil {
		return err
	}
	if err := k.PoolBook.Walk(ctx, nil, func(bookKey, string) (bool, error) { inPools++; return false, nil }); err != nil {
		return err
	}
	if err := k.Resting.Walk(ctx, nil, func(_ string, n uint64) (bool, error) { counts += n; return false, nil }); err != nil {
		return err
	}
	if want != inBook || want != inPools || uint64(want) != counts {
		return types.ErrInsolvent.Wrapf("book: %d offers with volume left, %d rest, %d in their pools, counted %d", want, inBook, inPools, counts)
	}
	return nil
}
