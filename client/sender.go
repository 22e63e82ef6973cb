package client

import (
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client/sender"
)

// Aliases for the types of package sender.
type (
	// Sender signs for one key and sends unordered transactions.
	Sender = sender.Sender
	// SignedTx is a transaction that can be sent more than once.
	SignedTx = sender.SignedTx
	// TxResult is a transaction that was included and succeeded.
	TxResult = sender.TxResult
	// TxError says why the chain refused a transaction or a query.
	TxError = sender.TxError
	// HashError carries the hash of a transaction whose fate is not known.
	HashError = sender.HashError
	// GasPriceError says that a node asks for a higher gas price than the sender pays without being told to.
	GasPriceError = sender.GasPriceError
	// Key signs for one account.
	Key = sender.Key
)

// Errors of sending and of waiting for a transaction; see package sender.
var (
	ErrNoAccount = sender.ErrNoAccount
	ErrExpired   = sender.ErrExpired
	ErrStalled   = sender.ErrStalled
)

// Denom is the base denomination: 1,000,000 ucred are 1 CRED.
const Denom = sender.Denom

// SenderOptions change how transactions are made. The zero value has the defaults.
type SenderOptions struct {
	// TTL is how long a transaction may wait for a block; 0 means two minutes, and the most is sender.MaxTTL.
	TTL time.Duration
	// Gas returns the gas limit of a transaction. If Gas is nil or returns 0, the sender simulates the transaction and adds 30 %.
	Gas func(msgs []sdk.Msg) uint64
	// GasPrices is the price of a unit of gas, such as "0.001ucred". Empty means the least price that the node takes.
	GasPrices string
	// Poll is the interval between queries for the transaction; 0 means 200 ms.
	Poll time.Duration
	// Stall is how long the chain may show no new block before waiting fails with ErrStalled; 0 means DefaultStall.
	Stall time.Duration

	pulse *pulse // gets the blocks that pass while a transaction is awaited; may be nil
}

// NewSender returns a sender for a key over a connection. While it waits, it leaves nodes that stand still for others.
func NewSender(conn *Conn, key Key, opts SenderOptions) (*Sender, error) {
	if opts.Stall <= 0 {
		opts.Stall = DefaultStall
	}
	return sender.New(conn, key, sender.Options{
		TTL: opts.TTL, Gas: opts.Gas, GasPrices: opts.GasPrices,
		Confirm: sender.ConfirmOptions{Poll: opts.Poll, Stall: opts.Stall, Observer: lookout{conn, opts.pulse}},
	})
}

// lookout is the sender.Observer of a sender, for all of its transactions. It makes a watch for each. The head of pulse.go says how
// lookout, watch, vigil and pulse differ.
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

// watch follows one transaction. It passes the blocks that are seen meanwhile on to a vigil, which leaves nodes that stand still, and to
// the pulse, which tells the user.
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
	_ = w.pulse.noteIdle(reason) // the sender gives up by itself after Stall
}
