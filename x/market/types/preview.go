package types

import dealstypes "github.com/credence-chain/credence/x/deals/types"

// Preview is the deal that matching would make of a job now.
type Preview struct {
	// Order is the pool order that the deal would meet.
	Order OrderRecord
	// Deal is the first one, where matching would make several.
	Deal dealstypes.Deal
}
