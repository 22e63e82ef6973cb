package keeper

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/types"
)

// A look is the unit of what matching costs a block: about as much as an order of the book, whose record, floor, owner
// and pool are read and whose conditions are judged. One matching has MaxLooks, a block has looks_per_block.
const (
	// dealLooks is what a deal costs that is made of list prices and one pool order.
	dealLooks = 4
	// entriesPerLook: entries of the index that a deal writes.
	entriesPerLook = 4
	// bytesPerLook: bytes of the deal's record, so that looks_per_block bounds by how much matching grows the state.
	bytesPerLook = 1 << 10
	// datasetsPerLook: datasets of an agreement that is judged whole.
	datasetsPerLook = 16
	// dropLooks is what an order costs, the block alone, that is taken off the book because it no longer stands.
	dropLooks = 4
	// releaseLooks is what an order costs that has volume back: it may stand again on the book, and wake who lacked it.
	releaseLooks = 4
	// maxDrops bounds how many are taken off after one matching; the next one that meets the others goes on.
	maxDrops = 100
)

// looks is what matching may still look at.
type looks struct {
	left  int
	short bool // there was more to look at
}

// take takes one look, or says that none is left.
func (l *looks) take() bool {
	l.left--
	l.short = l.short || l.left < 0
	return l.left >= 0
}

// lookParts is into how many parts a block's looks are cut, of which cancelling has one and what gives volume back another.
const lookParts = 4

// part returns a part of the looks of a block, for those that may not take more of them.
func (l *looks) part(params types.Params) looks {
	return looks{left: min(l.left, int(params.LooksPerBlock)/lookParts)}
}

// endCost returns how many looks the ending of a deal costs, without what it gives back: its index is written anew.
func endCost(d types.Deal) int { return dealLooks + 2*len(d.Parties())/entriesPerLook }

// dealCost returns how many looks the writing of a deal costs.
func dealCost(d types.Deal) int {
	stored := d.Stored()
	return dealLooks + len(d.Parties())/entriesPerLook + len(d.Fills()) + stored.Size()/bytesPerLook
}

// meetMatch settles a proposed match and takes what it costs: its assets are resolved and its orders read whatever comes
// of it, and its deal is written if there is one.
func (k Keeper) meetMatch(ctx sdk.Context, params types.Params, id []byte, m types.Match, l *looks) error {
	l.left -= dealLooks
	for _, o := range append([]string{m.App}, m.Datasets...) {
		if o != "" {
			l.left--
		}
	}
	request, r, err := k.requestByID(ctx, m.Request)
	if err != nil {
		k.settleMatch(ctx, params, id) // says so as well
		return nil
	}
	l.left -= len(r.Job.Datasets) + len(r.Job.Datasets)/datasetsPerLook
	k.settleMatch(ctx, params, id)
	deal := poco.DealID([types.IDSize]byte(request), r.Filled) // there was none of this id before
	d, made, err := find(ctx, k.Deals, deal[:])
	if made {
		l.left -= dealCost(d)
	}
	return err
}
