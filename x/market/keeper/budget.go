package keeper

import (
	dealstypes "github.com/credence-chain/credence/x/deals/types"
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
	// dropLooks is what it costs, the block alone, to take an order off the book that no longer stands.
	dropLooks = 4
	// releaseLooks is what it costs to give an order volume back: it may stand again on the book, and start a rematch of
	// the requests that lacked it.
	releaseLooks = 4
	// maxDrops bounds how many are taken off after one matching; the next one that meets the others goes on.
	maxDrops = 100
)

// lookBudget is what matching may still look at.
type lookBudget struct {
	left  int
	short bool // there was more to look at
}

// takeLook takes one look, or says that none is left.
func (b *lookBudget) takeLook() bool {
	b.left--
	b.short = b.short || b.left < 0
	return b.left >= 0
}

// lookParts is into how many parts a block's looks are cut. Cancelling has one part, and giving volume back another.
const lookParts = 4

// partOf returns a part of a block's looks, for a step that may not take more of them.
func (b *lookBudget) partOf(params types.Params) lookBudget {
	return lookBudget{left: min(b.left, int(params.LooksPerBlock)/lookParts)}
}

// endingCost returns how many looks the ending of a deal costs, without what it gives back: its index is written anew.
func endingCost(d dealstypes.Deal) int { return dealLooks + 2*len(d.Parties())/entriesPerLook }

// dealCost returns how many looks the writing of a deal costs.
func dealCost(d dealstypes.Deal) int {
	stored := d.Stored()
	return dealLooks + len(d.Parties())/entriesPerLook + len(d.Fills()) + stored.Size()/bytesPerLook
}

// proposalCost returns how many looks a proposed match costs, without its deal: its assets are resolved and its orders
// read whatever comes of it.
func proposalCost(m types.Match, r types.Request) int {
	cost := dealLooks + len(r.Job.Datasets) + len(r.Job.Datasets)/datasetsPerLook
	for _, order := range append([]string{m.App}, m.Datasets...) {
		if order != "" {
			cost++
		}
	}
	return cost
}
