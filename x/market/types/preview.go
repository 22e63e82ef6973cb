package types

import dealstypes "github.com/credence-chain/credence/x/deals/types"

// Preview is what matching would make of a job now.
type Preview struct {
	// Order is the pool's.
	Order OrderRecord
	// Deal as it would be made, the first when there would be several.
	Deal dealstypes.Deal
}
