package client

import (
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client/sender"
)

// What sending is made of, by the names that this package has for it. See package sender.
type (
	// Sender signs for one key and sends unordered transactions.
	Sender = sender.Sender
	// SignedTx is a transaction that can be sent, and sent again.
	SignedTx = sender.SignedTx
	// TxResult is a transaction that was included and succeeded.
	TxResult = sender.TxResult
	// TxError is a transaction, or a query, that the chain refused.
	TxError = sender.TxError
	// HashError carries the hash of a transaction whose fate is not known.
	HashError = sender.HashError
	// GasPriceError says that a node asks for more than it may unasked.
	GasPriceError = sender.GasPriceError
	// Key signs for one account.
	Key = sender.Key
)

// Errors of following a transaction; see package sender.
var (
	ErrNoAccount = sender.ErrNoAccount
	ErrExpired   = sender.ErrExpired
	ErrStalled   = sender.ErrStalled
)

// Denom is the base denomination: 1,000,000 ucred are 1 CRED.
const Denom = sender.Denom

// SenderOptions change how transactions are made. The zero value is sensible.
type SenderOptions struct {
	// TTL is how long a transaction may wait for inclusion; 0 means two minutes, the most is sender.MaxTTL.
	TTL time.Duration
	// Gas gives the gas limit of a transaction; nil, or an answer of 0, means to simulate it and add 30 %.
	Gas func(msgs []sdk.Msg) uint64
	// GasPrices are what a unit of gas is paid, such as "0.001ucred". Empty means to ask the node for its least.
	GasPrices string
	// Poll is how often inclusion is asked for; 0 means 200 ms.
	Poll time.Duration
	// Stall is how long no new block may be seen before waiting for inclusion fails with ErrStalled; 0 means DefaultStall.
	Stall time.Duration

	pulse *pulse // told whether the chain goes on; may be nil
}

// NewSender sends for a key over a connection. While it waits, nodes that stand still are left for others.
func NewSender(conn *Conn, key Key, opts SenderOptions) (*Sender, error) {
	if opts.Stall <= 0 {
		opts.Stall = DefaultStall
	}
	return sender.New(conn, key, sender.Options{
		TTL: opts.TTL, Gas: opts.Gas, GasPrices: opts.GasPrices,
		Confirm: sender.ConfirmOptions{Poll: opts.Poll, Stall: opts.Stall, Observer: lookout{conn, opts.pulse}},
	})
}

// lookout watches the blocks that pass while a transaction is waited for: a pulse is told of them, and nodes that stand still are
// left. It is the same for all transactions of a sender.
type lookout struct {
	conn  *Conn
	pulse *pulse
}

// Begin implements sender.Observer.
func (l lookout) Begin() (sender.Watch, func()) {
	end := func() {}
	if l.pulse != nil {
		end = l.pulse.startCounting()
	}
	return &watch{newVigil(l.conn, staleOf(l.conn)), l.pulse}, end
}

// watch is one transaction's.
type watch struct {
	vigil *vigil
	pulse *pulse
}

// Block implements sender.Watch.
func (w *watch) Block(height int64) {
	w.vigil.noteFresh()
	w.pulse.noteBlock(height)
}

// Quiet implements sender.Watch.
func (w *watch) Quiet(reason string) {
	w.vigil.noteIdle()
	_ = w.pulse.noteIdle(reason) // Stall decides
}
