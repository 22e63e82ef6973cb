package keeper

import (
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// A look is the unit of the work that matching does in a block. It is about the work for one order of the book: its record,
// floor, owner and pool are read, and its conditions are judged. One matching has MaxLooks, a block has looks_per_block.
const (
	// dealLooks is what a deal costs that is made of list prices and one pool order.
	dealLooks = 4
	// entriesPerLook is the number of entries in the index of deals that one look pays for.
	entriesPerLook = 4
	// bytesPerLook is the number of bytes of a deal's record that one look pays for. So looks_per_block bounds how much matching
	// adds to the state.
	bytesPerLook = 1 << 10
	// datasetsPerLook is the number of datasets for which one look pays when an agreement is judged as a whole.
	datasetsPerLook = 16
	// dropLooks is the cost of taking an order that no longer stands off the book. The block pays it, and not the matching.
	dropLooks = 4
	// releaseLooks is the cost of giving volume back to one order. The order may return to the book and start a rematch of the
	// requests that lacked it.
	releaseLooks = 4
	// maxDrops bounds the orders that are taken off after one matching. A later matching takes off the others.
	maxDrops = 100
)

// lookBudget is the number of looks that matching has left.
type lookBudget struct {
	left  int
	short bool // a look was refused, because none was left
}

// takeLook takes one look, or says that none is left.
func (b *lookBudget) takeLook() bool {
	b.left--
	b.short = b.short || b.left < 0
	return b.left >= 0
}

// lookParts is the number of parts into which a block's looks are divided. Cancelling has one part, and giving volume back another.
const lookParts = 4

// partOf returns one of the lookParts of a block's looks, for a step that may not use more.
func (b *lookBudget) partOf(params types.Params) lookBudget {
	return lookBudget{left: min(b.left, int(params.LooksPerBlock)/lookParts)}
}

// endingCost returns the looks that the end of a deal costs, because its entries in the index move. The volume that it gives back
// costs looks of its own.
func endingCost(d dealstypes.Deal) int { return dealLooks + 2*len(d.Parties())/entriesPerLook }

// dealCost returns the looks that it costs to store a deal.
func dealCost(d dealstypes.Deal) int {
	stored := d.Stored()
	return dealLooks + len(d.Parties())/entriesPerLook + len(d.Fills()) + stored.Size()/bytesPerLook
}

// proposalCost returns the looks that a proposed match costs without its deal. Its assets are resolved and its orders are read
// even when no deal comes of it.
func proposalCost(m types.Match, r types.Request) int {
	cost := dealLooks + len(r.Job.Datasets) + len(r.Job.Datasets)/datasetsPerLook
	for _, order := range append([]string{m.App}, m.Datasets...) {
		if order != "" {
			cost++
		}
	}
	return cost
}
