package types

import (
	appstypes "github.com/credence-chain/credence/x/apps/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Preview is what matching would make of a job now.
type Preview struct {
	App     appstypes.App
	Version appstypes.Version
	Pool    workerstypes.Pool
	Offer   Offer
	Terms   Terms
	// Organisation of the requester; empty when it has none.
	Organisation string
}
