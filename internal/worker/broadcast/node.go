package broadcast

import (
	"context"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client/sender"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// NewNode returns a Node over a connection that signs with a key. gasPrices is as in sender.Options. ttl is how long a transaction may
// wait for a block; 0 means 30 s.
func NewNode(conn sender.Conn, key sender.Key, gasPrices string, ttl time.Duration) (Node, error) {
	if ttl <= 0 {
		ttl = 30 * time.Second
	}
	s, err := sender.New(conn, key, sender.Options{TTL: ttl, GasPrices: gasPrices})
	return node{s}, err
}

type node struct{ *sender.Sender }

// Sign implements Node.
func (n node) Sign(ctx context.Context, gas uint64, msgs ...sdk.Msg) (*sender.SignedTx, error) {
	if gas == 0 {
		// With exactly this limit, answers go first in a block and pay no fee. It also saves a simulation while a window runs.
		gas = taskstypes.GasOfAnswers(msgs...)
	}
	return n.SignWithGas(ctx, gas, msgs...)
}

// Bounds of the gas limit of one message.
var (
	usualGas        = taskstypes.AnswersGas(1)
	mostGas  uint64 = 10_000_000
)

// moreGas returns the next gas limit after one that was too low, as it may be on a chain whose council raised the gas of signatures or
// bytes. A transaction with a higher limit is an ordinary one, and pays a fee.
func moreGas(gas uint64) uint64 { return min(2*max(gas, usualGas), mostGas) }
