package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"cosmossdk.io/math"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	signingtypes "github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// MaxTTL is how far in the future the chain lets a transaction's timeout lie, with room for clocks that differ.
const MaxTTL = 9 * time.Minute

// MostGasPrice is what a node may ask for a unit of gas without anybody having said that it may: a hundred times what nodes
// ask by default. A node that asks for more is believed only with SenderOptions.GasPrices.
const MostGasPrice = "0.1" + Denom

// SenderOptions change how transactions are made. The zero value is sensible.
type SenderOptions struct {
	// TTL is how long a transaction may wait for inclusion; 0 means two minutes, the most is MaxTTL.
	TTL time.Duration
	// Gas gives the gas limit of a transaction; nil, or an answer of 0, means to simulate it and add 30 %.
	Gas func(msgs []sdk.Msg) uint64
	// GasPrices are what a unit of gas is paid, such as "0.001ucred". Empty means to ask the node for its least, which is
	// paid up to MostGasPrice; and to pay nothing for the answers of a seat, which nodes take for nothing.
	GasPrices string
	// Poll is how often inclusion is asked for; 0 means 200 ms.
	Poll time.Duration
	// Stall is how long no new block may be seen before waiting for inclusion fails with ErrStalled; 0 means DefaultStall.
	Stall time.Duration

	pulse *pulse // told whether the chain goes on; may be nil
}

// Sender signs for one key and sends unordered transactions. It may be used concurrently; timeouts, which take the part
// of sequence numbers, are strictly increasing over all senders of a process.
type Sender struct {
	conn *Conn
	key  Key
	opts SenderOptions

	mu      sync.Mutex
	number  *uint64 // account number, asked for once
	prices  sdk.DecCoins
	pricing bool // prices is set
}

// NewSender sends for a key.
func NewSender(conn *Conn, key Key, opts SenderOptions) (*Sender, error) {
	if opts.TTL == 0 {
		opts.TTL = 2 * time.Minute
	}
	if opts.TTL < 0 || opts.TTL > MaxTTL {
		return nil, fmt.Errorf("sender: the TTL is %s, expected up to %s", opts.TTL, MaxTTL)
	}
	if opts.Poll <= 0 {
		opts.Poll = 200 * time.Millisecond
	}
	if opts.Stall <= 0 {
		opts.Stall = DefaultStall
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

// SignedTx is a transaction that can be sent, and sent again: the same bytes are taken at most once.
type SignedTx struct {
	// Bytes as they are broadcast.
	Bytes []byte
	// Hash of them, upper-case hex.
	Hash string
	// Timeout is when it can no longer be included, by the time of blocks.
	Timeout time.Time
}

// Sign makes and signs a transaction. Errors wrap ErrNoAccount, ErrNoEndpoint, or are *TxError when simulating it fails.
func (s *Sender) Sign(ctx context.Context, msgs ...sdk.Msg) (*SignedTx, error) {
	number, err := s.accountNumber(ctx)
	if err != nil {
		return nil, err
	}
	builder := theEncoding().tx.NewTxBuilder()
	if err := builder.SetMsgs(msgs...); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	timeout := nextTimeout(s.opts.TTL)
	builder.SetUnordered(true)
	builder.SetTimeoutTimestamp(timeout)

	var gas uint64
	if s.opts.Gas != nil {
		gas = s.opts.Gas(msgs)
	}
	if gas == 0 {
		// With a fee, if there is one to pay: taking it costs gas, and its size does not matter.
		least, err := s.fee(ctx, msgs, 1)
		if err != nil {
			return nil, err
		}
		builder.SetFeeAmount(least)
		if gas, err = s.simulate(ctx, builder, number); err != nil {
			return nil, err
		}
	}
	builder.SetGasLimit(gas)
	fee, err := s.fee(ctx, msgs, gas)
	if err != nil {
		return nil, err
	}
	builder.SetFeeAmount(fee)
	bytes, err := s.sign(ctx, builder, number)
	if err != nil {
		return nil, err
	}
	return &SignedTx{Bytes: bytes, Hash: TxHash(bytes), Timeout: timeout}, nil
}

// Send broadcasts a signed transaction. That the very bytes wait in a mempool already, or were included, is no error. A
// *TxError says that the chain refused it; any other error leaves its fate open, and carries its hash.
func (s *Sender) Send(ctx context.Context, tx *SignedTx) error {
	res, err := s.conn.Tx().BroadcastTx(ctx, &txtypes.BroadcastTxRequest{TxBytes: tx.Bytes, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC})
	if err != nil {
		return &HashError{Hash: tx.Hash, Err: err}
	}
	r := res.TxResponse
	if r == nil || r.Code == 0 || r.Codespace == sdkSpace && r.Code == codeInMempool {
		return nil
	}
	refused := &TxError{Codespace: r.Codespace, Code: r.Code, Log: r.RawLog, Hash: tx.Hash}
	s.reprice(refused)
	return refused
}

// Broadcast signs and sends the messages in one transaction and returns its hash, also with most errors.
func (s *Sender) Broadcast(ctx context.Context, msgs ...sdk.Msg) (string, error) {
	tx, err := s.Sign(ctx, msgs...)
	if err != nil {
		return "", err
	}
	return tx.Hash, s.Send(ctx, tx)
}

// Do signs and sends the messages in one transaction and waits for its inclusion. What no node took is sent again, and so is
// what no node may have kept: the same bytes are taken at most once.
func (s *Sender) Do(ctx context.Context, msgs ...sdk.Msg) (*TxResult, error) {
	tx, err := s.Sign(ctx, msgs...)
	if err != nil {
		return nil, err
	}
	err = s.Send(ctx, tx)
	if err != nil && (!away(err) || ctx.Err() != nil) {
		return nil, err
	}
	r := &resending{sender: s, tx: tx, taken: err == nil}
	if r.taken {
		r.last = time.Now()
	}
	return s.confirm(ctx, tx.Hash, tx.Timeout, r.again)
}

// resending sends a transaction again while it waits for inclusion.
type resending struct {
	sender *Sender
	tx     *SignedTx
	taken  bool      // a node took it
	last   time.Time // when it was sent

	refusal error // of a transaction that no node is known to have taken
	at      int64 // the height then
}

func (r *resending) again(ctx context.Context, height int64) error {
	if r.refusal != nil {
		// It may have been refused for being in a block already: then it is found there soon.
		if height > r.at+1 {
			return r.refusal
		}
		return nil
	}
	if time.Since(r.last) < resend {
		return nil
	}
	r.last = time.Now()
	err := r.sender.Send(ctx, r.tx)
	var refused *TxError
	switch {
	case err == nil:
		r.taken = true
	case !r.taken && errors.As(err, &refused):
		r.refusal, r.at = err, height
	}
	return nil
}

// resend is how often a transaction that waits for inclusion is sent again, to whichever node is in use then.
const resend = 3 * time.Second

// confirm waits for the inclusion of a transaction, until its timeout. Errors: *TxError when it was included and failed;
// otherwise a *HashError that wraps ErrExpired, ErrStalled or the context's error. Again is called in every round in which it is not there, with the latest height.
func (s *Sender) confirm(ctx context.Context, hash string, timeout time.Time, again func(context.Context, int64) error) (*TxResult, error) {
	ticker := time.NewTicker(s.opts.Poll)
	defer ticker.Stop()
	if s.opts.pulse != nil {
		defer s.opts.pulse.counting()()
	}
	watch := newVigil(s.conn, staleOf(s.conn))
	latest, seen := int64(0), time.Now()
	for {
		// The order matters: a transaction not found after the chain's clock passed its timeout never comes.
		height, now, statusErr := s.conn.Height(ctx)
		res, err := FindTx(ctx, s.conn, hash)
		switch {
		case err != nil:
			var refused *TxError
			if errors.As(err, &refused) {
				return nil, err
			}
			if !away(err) && ctx.Err() == nil {
				return nil, &HashError{Hash: hash, Err: err}
			}
		case res != nil:
			return res, nil
		case statusErr == nil && now.After(timeout):
			return nil, &HashError{Hash: hash, Err: ErrExpired}
		}
		if statusErr == nil && height > latest {
			latest, seen = height, time.Now()
			watch.fresh()
			s.opts.pulse.beat(height)
		} else {
			reason := "no new block"
			if trouble := errors.Join(statusErr, err); trouble != nil {
				reason = "no answer: " + trouble.Error()
			}
			watch.idle()
			_ = s.opts.pulse.idle(reason) // Stall decides
			if quiet := time.Since(seen); quiet >= s.opts.Stall {
				return nil, &HashError{Hash: hash, Err: fmt.Errorf("%w for %s at height %d: %s", ErrStalled, quiet.Round(time.Second), latest, reason)}
			}
		}
		if err := again(ctx, latest); err != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, &HashError{Hash: hash, Err: ctx.Err()}
		case <-ticker.C:
		}
	}
}

// accountNumber is asked for outside the lock: who has a deadline of its own never waits for another's question.
func (s *Sender) accountNumber(ctx context.Context) (uint64, error) {
	s.mu.Lock()
	known := s.number
	s.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	res, err := s.conn.Auth().AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: s.key.Address()})
	if status.Code(err) == codes.NotFound {
		return 0, fmt.Errorf("account %s: %w", s.key.Address(), ErrNoAccount)
	}
	if err != nil {
		return 0, fmt.Errorf("account %s: %w", s.key.Address(), err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number = &res.Info.AccountNumber
	return *s.number, nil
}

// simulate runs the transaction on the node's last state, with an empty signature.
func (s *Sender) simulate(ctx context.Context, builder sdkclient.TxBuilder, number uint64) (uint64, error) {
	_ = number
	if err := builder.SetSignatures(s.signature(nil)); err != nil {
		return 0, fmt.Errorf("sender: %w", err)
	}
	bytes, err := theEncoding().tx.TxEncoder()(builder.GetTx())
	if err != nil {
		return 0, fmt.Errorf("sender: %w", err)
	}
	res, err := s.conn.Tx().Simulate(ctx, &txtypes.SimulateRequest{TxBytes: bytes})
	if err != nil {
		if refused := simulationError(err); refused != nil {
			return 0, refused
		}
		return 0, fmt.Errorf("simulate: %w", err)
	}
	return res.GasInfo.GasUsed*13/10 + 10_000, nil
}

// simulationError takes the words of a refusal out of a gRPC status. The node gives codespace and code in it only as
// text, so that the error has words alone: callers that classify send without simulating.
func simulationError(err error) error {
	s, ok := status.FromError(err)
	if !ok || s.Code() != codes.Unknown && s.Code() != codes.InvalidArgument {
		return nil
	}
	text := s.Message()
	if i := strings.Index(text, " With gas wanted"); i >= 0 {
		text = text[:i]
	}
	if i := strings.LastIndex(text, " [/"); i >= 0 { // the file and line the SDK puts behind an error
		text = text[:i]
	}
	if i := strings.LastIndex(text, " [github.com/"); i >= 0 {
		text = text[:i]
	}
	text = strings.TrimSpace(strings.TrimPrefix(text, "rpc error: code = Unknown desc = "))
	return &TxError{Codespace: "simulation", Code: uint32(s.Code()), Log: text, Hash: "(not sent)"}
}

// fee of a transaction.
func (s *Sender) fee(ctx context.Context, msgs []sdk.Msg, gas uint64) (sdk.Coins, error) {
	if _, free := taskstypes.AssignedAnswers(msgs, gas); free && s.opts.GasPrices == "" {
		return nil, nil
	}
	prices, err := s.gasPrices(ctx)
	if err != nil {
		return nil, err
	}
	return Fee(prices, gas), nil
}

// LeastGasPrices asks the node what it takes for a unit of gas at least. More than MostGasPrice is an error: whoever
// operates the node could take all that an account has.
func LeastGasPrices(ctx context.Context, conn *Conn) (sdk.DecCoins, error) {
	res, err := conn.Node().Config(ctx, &nodeservice.ConfigRequest{})
	if err != nil {
		return nil, fmt.Errorf("least gas price of the node: %w", err)
	}
	prices, err := sdk.ParseDecCoins(res.MinimumGasPrice)
	if err != nil {
		return nil, fmt.Errorf("least gas price of the node %q: %w", res.MinimumGasPrice, err)
	}
	most, err := sdk.ParseDecCoin(MostGasPrice)
	if err != nil {
		return nil, err
	}
	if prices.AmountOf(Denom).GT(most.Amount) {
		return nil, fmt.Errorf("the node %s asks for a gas price of %s, expected at most %s: use another node, or say with --gas-prices that you pay it",
			conn.Endpoint(), res.MinimumGasPrice, MostGasPrice)
	}
	return prices, nil
}

// Fee is what gas costs at a price, rounded up; none at a price of 0.
func Fee(prices sdk.DecCoins, gas uint64) sdk.Coins {
	price := prices.AmountOf(Denom)
	if !price.IsPositive() {
		return nil
	}
	return sdk.NewCoins(sdk.NewCoin(Denom, price.MulInt(math.NewIntFromUint64(gas)).Ceil().TruncateInt()))
}

// reprice has the node asked for its price again, when it refused a fee that was computed from what it said before.
func (s *Sender) reprice(err *TxError) {
	if err.Codespace == sdkSpace && err.Code == codeInsufficientFee && s.opts.GasPrices == "" {
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

func (s *Sender) sign(ctx context.Context, builder sdkclient.TxBuilder, number uint64) ([]byte, error) {
	// Direct mode signs the sign mode and the public key too: they are set first, without the signature.
	if err := builder.SetSignatures(s.signature(nil)); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	data := authsigning.SignerData{
		Address: s.key.Address(), ChainID: s.conn.ChainID(), AccountNumber: number, Sequence: 0, PubKey: s.key.PubKey(),
	}
	toSign, err := authsigning.GetSignBytesAdapter(ctx, theEncoding().tx.SignModeHandler(), signingtypes.SignMode_SIGN_MODE_DIRECT, data, builder.GetTx())
	if err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	signature, err := s.key.Sign(toSign)
	if err != nil {
		return nil, fmt.Errorf("sender: sign for %s: %w", s.key.Address(), err)
	}
	if err := builder.SetSignatures(s.signature(signature)); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	return theEncoding().tx.TxEncoder()(builder.GetTx())
}

func (s *Sender) signature(bytes []byte) signingtypes.SignatureV2 {
	return signingtypes.SignatureV2{
		PubKey: s.key.PubKey(),
		Data:   &signingtypes.SingleSignatureData{SignMode: signingtypes.SignMode_SIGN_MODE_DIRECT, Signature: bytes},
	}
}

// TxHash is the name of a transaction: the SHA-256 of its bytes, upper-case hex.
func TxHash(bytes []byte) string { return fmt.Sprintf("%X", sha256.Sum256(bytes)) }

var timeouts struct {
	sync.Mutex
	last time.Time
}

// nextTimeout is the time ttl from now, a nanosecond after the last one given at the least: two unordered transactions
// of one key with one timeout are taken for the same.
func nextTimeout(ttl time.Duration) time.Time {
	timeouts.Lock()
	defer timeouts.Unlock()
	t := time.Now().UTC().Add(ttl).Round(0)
	if !t.After(timeouts.last) {
		t = timeouts.last.Add(time.Nanosecond)
	}
	timeouts.last = t
	return t
}
