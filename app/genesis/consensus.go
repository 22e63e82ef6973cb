package genesis

import (
	cmttypes "github.com/cometbft/cometbft/types"
)

// Limits of a block. Every chain has them, in tests too, so that tests meet the same limits as programs on a real chain.
const (
	// MaxBlockGas bounds the gas of one block: a thousand answers to tasks, or a hundred requests with their places in the
	// matching queue. A machine of two cores executes them in a fraction of the shortest block time.
	MaxBlockGas int64 = 200_000_000
	// MaxBlockBytes bounds the bytes of one block: 2 MiB. A block that ordinary messages fill by gas has about 1 MB. A node with 20
	// MB/s sends a block of this size to four peers within half a second. The engine's default of 53 MiB would take longer than a
	// round.
	MaxBlockBytes int64 = 2 << 20
)

// ConsensusParams are the consensus parameters of a new chain.
func ConsensusParams() *cmttypes.ConsensusParams {
	params := cmttypes.DefaultConsensusParams()
	params.Block.MaxGas, params.Block.MaxBytes = MaxBlockGas, MaxBlockBytes
	return params
}
