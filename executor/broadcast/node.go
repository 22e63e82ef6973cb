package broadcast

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// mostGas bounds what is asked for after a transaction ran out of gas.
const mostGas uint64 = 10_000_000

// Of is the node behind a client's connection, signing with a key. gasPrices is as in client.SenderOptions; ttl is how
// long a transaction may wait for inclusion, 0 for 30 s.
func Of(conn *client.Conn, key client.Key, gasPrices string, ttl time.Duration) (Node, error) {
	if ttl <= 0 {
		ttl = 30 * time.Second
	}
	n := &clientNode{conn: conn}
	// What an answer needs, and what makes it go first and free of fee. That it is fixed makes every refusal of the chain
	// carry its code; simulating would give words instead.
	n.gas.Store(taskstypes.AnswersGas(1))
	sender, err := client.NewSender(conn, key, client.SenderOptions{
		TTL: ttl, GasPrices: gasPrices, Gas: func([]sdk.Msg) uint64 { return n.gas.Load() },
	})
	n.sender = sender
	return n, err
}

type clientNode struct {
	conn   *client.Conn
	sender *client.Sender
	gas    atomic.Uint64
}

func (n *clientNode) Sign(ctx context.Context, msg sdk.Msg) (*client.SignedTx, error) {
	return n.sender.Sign(ctx, msg)
}

func (n *clientNode) Broadcast(ctx context.Context, tx *client.SignedTx) error {
	return n.learn(n.sender.Send(ctx, tx))
}

func (n *clientNode) Find(ctx context.Context, hash string) (int64, error) {
	res, err := client.FindTx(ctx, n.conn, hash)
	if err != nil {
		return 0, n.learn(err)
	}
	if res == nil {
		return 0, nil
	}
	return res.Height, nil
}

func (n *clientNode) Now(ctx context.Context) (time.Time, error) {
	_, at, err := n.conn.Height(ctx)
	return at, err
}

// learn raises the gas limit after a transaction ran out of it, as it may on a chain whose council made gas of signatures
// or bytes dearer. Such a transaction is an ordinary one, and pays a fee.
func (n *clientNode) learn(err error) error {
	var refused *client.TxError
	if errors.As(err, &refused) && refused.Codespace == "sdk" && refused.Code == 11 {
		n.gas.Store(min(2*n.gas.Load(), mostGas))
	}
	return err
}
