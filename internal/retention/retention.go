// Package retention says how long whole records of what ended are kept. Clients link it with the types of the modules, and so it does
// nothing itself: internal/pruning acts on it.
package retention

// Policy says when and how much is pruned.
type Policy struct {
	// Blocks is how many blocks after its end an item is pruned; 0 means never.
	Blocks int64
	// PerBlock is the most items of one queue that a block prunes.
	PerBlock uint32
	// RetryBlocks is how many blocks later an item is tried again that could not be pruned when it was due.
	RetryBlocks int64
}

// Retry returns the height under which to queue an item that could not be pruned at a height, so that it is due again RetryBlocks later.
func (p Policy) Retry(height int64) int64 { return height - p.Blocks + p.RetryBlocks }
