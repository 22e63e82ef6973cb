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

// MaxTTL is how far in the future the chain lets a transaction's timeout lie, with room for clocks that differ.
const MaxTTL = 9 * time.Minute

// Conn is what sending needs of a connection; *client.Conn is one.
type Conn interface {
	grpc.ClientConnInterface
	// ChainID of the chain that is signed for.
	ChainID() string
	// Endpoint names the node in use, for errors.
	Endpoint() string
	// Height is the latest height, and the time of its block.
	Height(ctx context.Context) (int64, time.Time, error)
}

// Options change how transactions are made. The zero value is sensible.
type Options struct {
	// TTL is how long a transaction may wait for inclusion; 0 means two minutes, the most is MaxTTL.
	TTL time.Duration
	// Gas gives the gas limit of a transaction; nil, or an answer of 0, means to simulate it and add 30 %. Do simulates too when
	// a transaction ran out of the gas that Gas gave.
	Gas func(msgs []sdk.Msg) uint64
	// GasPrices are what a unit of gas is paid, such as "0.001ucred". Empty means to ask the node for its least, which is
	// paid up to MostGasPrice; and to pay nothing for the answers of a seat, which nodes take for nothing.
	GasPrices string
	// Confirm says how Do waits for inclusion.
	Confirm ConfirmOptions
}

// Sender signs for one key and sends unordered transactions. It may be used concurrently; timeouts, which take the part
// of sequence numbers, are strictly increasing over all senders of a process.
type Sender struct {
	conn Conn
	key  Key
	opts Options

	mu      sync.Mutex
	number  *uint64 // account number, asked for once
	prices  sdk.DecCoins
	pricing bool // prices is set
}

var _ Chain = (*Sender)(nil)

// New sends for a key.
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

// Address of the sender's account.
func (s *Sender) Address() string { return s.key.Address() }

// Sign makes and signs a transaction with the gas limit that the options give. Errors wrap ErrNoAccount, are a *TxError
// when the simulation of it is refused, or are the connection's.
func (s *Sender) Sign(ctx context.Context, msgs ...sdk.Msg) (*SignedTx, error) {
	var gas uint64
	if s.opts.Gas != nil {
		gas = s.opts.Gas(msgs)
	}
	return s.SignWithGas(ctx, gas, msgs...)
}

// SignWithGas is Sign with a gas limit; 0 means to simulate the transaction.
func (s *Sender) SignWithGas(ctx context.Context, gas uint64, msgs ...sdk.Msg) (*SignedTx, error) {
	number, err := s.accountNumber(ctx)
	if err != nil {
		return nil, err
	}
	d, err := newDraft(msgs, s.opts.TTL)
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

// gasOf simulates the transaction, with a fee if there is one to pay: taking it costs gas, and its size does not matter.
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

// Broadcast hands a signed transaction to a node's mempool. That the very bytes wait there already is no error. A *TxError says
// that the chain refused it; any other error leaves its fate open, and carries its hash.
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

// Latest is the latest block's height and time.
func (s *Sender) Latest(ctx context.Context) (int64, time.Time, error) { return s.conn.Height(ctx) }

// Do signs and sends the messages in one transaction and waits for its inclusion; see Confirm. One that ran out of the gas that
// the options gave is signed anew, with the gas that it takes in a simulation.
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

// deliverTx sends a transaction and waits for its inclusion.
func (s *Sender) deliverTx(ctx context.Context, tx *SignedTx) (*TxResult, error) {
	err := s.Broadcast(ctx, tx)
	if isRefusal(err) || err != nil && ctx.Err() != nil {
		return nil, err
	}
	return Confirm(ctx, s, tx, err == nil, s.opts.Confirm)
}

// accountNumber asks outside the lock, so that no caller waits for another's query.
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

// feeOf of a transaction.
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

// forgetPrice has the node asked for its price again, when it refused a fee that was computed from what it said before.
func (s *Sender) forgetPrice() {
	if s.opts.GasPrices == "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.pricing = false
	}
}

// gasPrices are asked for outside the lock, as the account number is.
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
