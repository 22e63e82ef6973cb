package genesis

import (
	cmttypes "github.com/cometbft/cometbft/types"
)

// Limits of a block. Every chain of ours has them, in tests too, so that what a program asks for is met there.
const (
	// MaxBlockGas bounds the gas of one block: a thousand answers to tasks, or a hundred requests with their places in
	// the matching queue, which a machine of two cores executes within a fraction of the shortest block time.
	MaxBlockGas int64 = 200_000_000
	// MaxBlockBytes bounds the bytes of one block: 2 MiB. A block full of ordinary messages, by gas, has some 1 MB; and four
	// peers are served within half a second at 20 MB/s. The engine's default of 53 MiB takes longer than a round.
	MaxBlockBytes int64 = 2 << 20
)

// ConsensusParams are the consensus parameters of a new chain.
func ConsensusParams() *cmttypes.ConsensusParams {
	params := cmttypes.DefaultConsensusParams()
	params.Block.MaxGas, params.Block.MaxBytes = MaxBlockGas, MaxBlockBytes
	return params
}
