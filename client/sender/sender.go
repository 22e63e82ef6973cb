package sender

import (
	"context"
	"fmt"
	"sync"
	"time"

	authv1 "cosmossdk.io/api/cosmos/auth/v1beta1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// MaxTTL is the longest time until a transaction's timeout. The chain allows a little more, which leaves room for clocks that differ.
const MaxTTL = 9 * time.Minute

// Conn is the part of a connection that a Sender needs; *client.Conn implements it.
type Conn interface {
	grpc.ClientConnInterface
	// ChainID returns the id of the chain, which is part of what is signed.
	ChainID() string
	// Endpoint returns the endpoint of the node in use, for errors.
	Endpoint() string
	// Height returns the latest height, and the time of its block.
	Height(ctx context.Context) (int64, time.Time, error)
}

// Options change how transactions are made. The zero value has the defaults.
type Options struct {
	// TTL is how long a transaction may wait for a block; 0 means two minutes, and the most is MaxTTL.
	TTL time.Duration
	// Gas returns the gas limit of a transaction. If Gas is nil or returns 0, the sender simulates the transaction and adds 30 %. Do also
	// simulates a transaction that ran out of the gas that Gas returned.
	Gas func(msgs []sdk.Msg) uint64
	// GasPrices is the price of a unit of gas, such as "0.001ucred". Empty means the least price that the node takes, up to
	// MostGasPrice, and no fee for the answers of a seat, which nodes take for free.
	GasPrices string
	// Confirm says how Do waits for the block.
	Confirm ConfirmOptions
}

// Sender signs for one key and sends unordered transactions. It may be used concurrently. Timeouts stand in for sequence numbers, and
// strictly increase over all senders of a process.
type Sender struct {
	conn Conn
	key  Key
	opts Options

	blocks blockClock

	mu      sync.Mutex
	number  *uint64 // the account's number, once the chain has said it
	prices  sdk.DecCoins
	pricing bool // prices is set
}

var _ Chain = (*Sender)(nil)

// New returns a sender for a key.
func New(conn Conn, key Key, opts Options) (*Sender, error) {
	if opts.TTL == 0 {
		opts.TTL = 2 * time.Minute
	}
	if opts.TTL < 0 || opts.TTL > MaxTTL {
		return nil, fmt.Errorf("sender: the TTL is %s, expected up to %s", opts.TTL, MaxTTL)
	}
	s := &Sender{conn: conn, key: key, opts: opts}
	if opts.GasPrices != "" {
		prices, err := sdk.ParseDecCoins(opts.GasPrices)
		if err != nil {
			return nil, fmt.Errorf("sender: gas prices %q: %w", opts.GasPrices, err)
		}
		s.prices, s.pricing = prices, true
	}
	return s, nil
}

// Address returns the address of the sender's account.
func (s *Sender) Address() string { return s.key.Address() }

// Sign makes and signs a transaction with the gas limit of the options. The error wraps ErrNoAccount, is a *TxError if the simulation
// was refused, or is the connection's.
func (s *Sender) Sign(ctx context.Context, msgs ...sdk.Msg) (*SignedTx, error) {
	var gas uint64
	if s.opts.Gas != nil {
		gas = s.opts.Gas(msgs)
	}
	return s.SignWithGas(ctx, gas, msgs...)
}

// SignWithGas does what Sign does, with the given gas limit; 0 means to simulate the transaction.
func (s *Sender) SignWithGas(ctx context.Context, gas uint64, msgs ...sdk.Msg) (*SignedTx, error) {
	number, err := s.accountNumber(ctx)
	if err != nil {
		return nil, err
	}
	timeout := nextTimeout(timeoutAt(time.Now(), s.blocks.read(ctx, s.conn.Height), s.opts.TTL))
	d, err := newDraft(msgs, timeout)
	if err != nil {
		return nil, err
	}
	if d.gas = gas; gas == 0 {
		if d.gas, err = s.gasOf(ctx, d, number, msgs); err != nil {
			return nil, err
		}
	}
	if d.fee, err = s.feeOf(ctx, msgs, d.gas); err != nil {
		return nil, err
	}
	bytes, err := d.encodeTx(s.conn.ChainID(), number, s.key, true)
	if err != nil {
		return nil, err
	}
	return &SignedTx{Bytes: bytes, Hash: TxHash(bytes), Timeout: d.timeout}, nil
}

// gasOf simulates the transaction and returns its gas limit. If the transaction pays a fee, the simulation has a small one, because
// deducting a fee costs gas, whatever its size.
func (s *Sender) gasOf(ctx context.Context, d *draft, number uint64, msgs []sdk.Msg) (uint64, error) {
	var err error
	if d.fee, err = s.feeOf(ctx, msgs, 1); err != nil {
		return 0, err
	}
	bytes, err := d.encodeTx(s.conn.ChainID(), number, s.key, false)
	if err != nil {
		return 0, err
	}
	used, err := simulateGas(ctx, s.conn, bytes)
	return withRoom(used), err
}

// Broadcast passes a signed transaction to a node's mempool. It is no error if the mempool already has the same bytes. A *TxError says
// that the node refused it; any other error is a *HashError, which leaves the outcome open.
func (s *Sender) Broadcast(ctx context.Context, tx *SignedTx) error {
	res, err := txtypes.NewServiceClient(s.conn).BroadcastTx(ctx, &txtypes.BroadcastTxRequest{TxBytes: tx.Bytes, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC})
	if err != nil {
		return &HashError{Hash: tx.Hash, Err: err}
	}
	if res.TxResponse == nil || res.TxResponse.Code == 0 {
		return nil
	}
	refused := &TxError{Codespace: res.TxResponse.Codespace, Code: res.TxResponse.Code, Log: res.TxResponse.RawLog, Hash: tx.Hash}
	switch {
	case IsRefusal(refused, sdkerrors.ErrTxInMempoolCache):
		return nil
	case IsRefusal(refused, sdkerrors.ErrInsufficientFee):
		s.forgetPrice()
	}
	return refused
}

// Find looks a transaction up; see FindTx.
func (s *Sender) Find(ctx context.Context, hash string) (*TxResult, error) {
	return FindTx(ctx, s.conn, hash)
}

// Latest returns the height and the time of the latest block.
func (s *Sender) Latest(ctx context.Context) (int64, time.Time, error) { return s.conn.Height(ctx) }

// Do signs and sends the messages in one transaction, and waits for its block; see Confirm. If the transaction runs out of the gas that
// Options.Gas returned, Do signs and sends the messages once more, with the gas limit of a simulation.
func (s *Sender) Do(ctx context.Context, msgs ...sdk.Msg) (*TxResult, error) {
	tx, err := s.Sign(ctx, msgs...)
	if err != nil {
		return nil, err
	}
	res, err := s.deliverTx(ctx, tx)
	if s.opts.Gas == nil || !IsRefusal(err, sdkerrors.ErrOutOfGas) {
		return res, err
	}
	if tx, err = s.SignWithGas(ctx, 0, msgs...); err != nil {
		return nil, err
	}
	return s.deliverTx(ctx, tx)
}

// deliverTx sends a transaction and waits for its block.
func (s *Sender) deliverTx(ctx context.Context, tx *SignedTx) (*TxResult, error) {
	err := s.Broadcast(ctx, tx)
	if isRefusal(err) || err != nil && ctx.Err() != nil {
		return nil, err
	}
	return Confirm(ctx, s, tx, err == nil, s.opts.Confirm)
}

// accountNumber returns the account's number. It asks the chain outside the lock, so that no caller waits for another's query.
func (s *Sender) accountNumber(ctx context.Context) (uint64, error) {
	s.mu.Lock()
	known := s.number
	s.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	res, err := authv1.NewQueryClient(s.conn).AccountInfo(ctx, &authv1.QueryAccountInfoRequest{Address: s.key.Address()})
	if status.Code(err) == codes.NotFound {
		return 0, fmt.Errorf("account %s: %w", s.key.Address(), ErrNoAccount)
	}
	if err != nil {
		return 0, fmt.Errorf("account %s: %w", s.key.Address(), err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	number := res.Info.GetAccountNumber()
	s.number = &number
	return number, nil
}

// feeOf returns the fee of a transaction with a gas limit; none for the answers of a seat, unless GasPrices is set.
func (s *Sender) feeOf(ctx context.Context, msgs []sdk.Msg, gas uint64) (sdk.Coins, error) {
	if _, free := taskstypes.AssignedAnswers(msgs, gas); free && s.opts.GasPrices == "" {
		return nil, nil
	}
	prices, err := s.gasPrices(ctx)
	if err != nil {
		return nil, err
	}
	return Fee(prices, gas), nil
}

// forgetPrice makes the sender ask for the price again, after a node refused a fee that was computed from an earlier price.
func (s *Sender) forgetPrice() {
	if s.opts.GasPrices == "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.pricing = false
	}
}

// gasPrices returns the price of gas. It asks the node outside the lock, as accountNumber does.
func (s *Sender) gasPrices(ctx context.Context) (sdk.DecCoins, error) {
	s.mu.Lock()
	prices, known := s.prices, s.pricing
	s.mu.Unlock()
	if known {
		return prices, nil
	}
	prices, err := LeastGasPrices(ctx, s.conn)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prices, s.pricing = prices, true
	return prices, nil
}
