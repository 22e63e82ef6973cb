package broadcast

import (
	"context"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client/sender"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// NewNode is the node behind a connection, signing with a key. gasPrices is as in sender.Options; ttl is how long a transaction
// may wait for inclusion, 0 for 30 s.
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
		// What answers need, and what makes them go first and free of fee. That nothing is simulated saves a question while a
		// window runs.
		gas = taskstypes.GasOfAnswers(msgs...)
	}
	return n.SignWithGas(ctx, gas, msgs...)
}

// Bounds of the gas that one message is given.
var (
	usualGas        = taskstypes.AnswersGas(1)
	mostGas  uint64 = 10_000_000
)

// moreGas is the limit after one that did not suffice, as it may not on a chain whose council made gas of signatures or
// bytes dearer. Such a transaction is an ordinary one, and pays a fee.
func moreGas(gas uint64) uint64 { return min(2*max(gas, usualGas), mostGas) }
