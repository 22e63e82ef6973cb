// Package proposal prepares and judges blocks.
//
// A block is the proposer's beacon proof followed by transactions. One function, Check, says what a block may hold. Proposer and
// voters use the same Check, so a proposer never offers a block that others reject. An error while transactions are selected must
// not cost the proposer its block, since a fault that all proposers share would then stop the chain. The proposer then offers a
// block with the proof alone.
package proposal

import (
	"fmt"
	"math"
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/blockshare"
	"github.com/credence-chain/credence/x/beacon/keeper"
	"github.com/credence-chain/credence/x/beacon/types"
)

// Limits bound the transactions of one block, without the proof.
type Limits struct {
	// Bytes is the most that the transactions may take in the encoded block, in bytes.
	Bytes int64
	// Gas is the most that the transactions may ask for together.
	Gas uint64
}

// Shares is the least number of transactions for which a block has room. No transaction may ask for more than this part of the
// block's gas. Otherwise a few that ask for all of it would keep all others out.
const Shares = 10

// PerTx is the most gas that one transaction may ask for.
func (l Limits) PerTx() uint64 { return l.Gas / Shares }

// MaxClaims bounds how many claims a proposer looks up in the state for one block. The rest waits for the next block.
const MaxClaims = 1_500

// A Claim is an act that an urgent transaction says it performs, and that can be done only once.
type Claim struct {
	// Of identifies the act. A block takes one transaction for each value of Of, which must be comparable.
	Of any
	// First puts a claim before the others, because missing the block costs its sender more.
	First bool
}

// Urgent knows the transactions whose sender loses stake if they miss a deadline. They go first.
type Urgent interface {
	// Claims returns what a transaction claims, without reading state; nil for an ordinary transaction.
	Claims(tx sdk.Tx) []Claim
	// Due says whether the state before the block still waits for what the transaction claims. It reads state.
	Due(ctx sdk.Context, tx sdk.Tx) bool
	// Waiting returns the urgent transactions that the node knows, in the order in which they came. The list that the engine hands
	// over may be cut short before it reaches them.
	Waiting() [][]byte
}

// Selector picks transactions for a block from the waiting ones.
type Selector func(ctx sdk.Context, waiting [][]byte, limits Limits) [][]byte

// Handler answers the consensus engine's calls about proposals.
type Handler struct {
	beacon  keeper.Keeper
	decoder sdk.TxDecoder
	signer  keeper.Signer
	urgent  Urgent
	choose  Selector
}

// New returns a handler. signer is nil on a node that holds no seat. A nil selector takes waiting transactions in order, urgent
// ones first.
func New(beacon keeper.Keeper, decoder sdk.TxDecoder, signer keeper.Signer, urgent Urgent, choose Selector) *Handler {
	h := &Handler{beacon: beacon, decoder: decoder, signer: signer, urgent: urgent, choose: choose}
	if choose == nil {
		h.choose = h.inOrder
	}
	return h
}

// Prepare makes a block of the proof and of transactions that pass Check.
func (h *Handler) Prepare(ctx sdk.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	if h.signer == nil {
		return nil, types.ErrInvalidProof.Wrap("this node has no beacon key, but was asked to propose a block")
	}
	proof, err := h.beacon.Prove(ctx, h.signer, req.ProposerAddress)
	if err != nil {
		return nil, err
	}
	limits := limitsOf(ctx, req.MaxTxBytes-sizeOf(proof))
	txs, err := h.selectSafely(ctx, req.Txs, limits)
	if err != nil {
		ctx.Logger().Error("no transactions selected: the block holds the beacon proof alone", "height", req.Height, "err", err)
		txs = nil
	}
	return &abci.ResponsePrepareProposal{Txs: append([][]byte{proof}, txs...)}, nil
}

// Process judges a block. It verifies the proof under the proposer's key, and then runs Check on all other transactions.
func (h *Handler) Process(ctx sdk.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	if err := h.judgeBlock(ctx, req); err != nil {
		ctx.Logger().Error("proposal rejected", "height", req.Height, "proposer", fmt.Sprintf("%X", req.ProposerAddress), "err", err)
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

func (h *Handler) judgeBlock(ctx sdk.Context, req *abci.RequestProcessProposal) error {
	if _, err := h.beacon.VerifyTxs(ctx, req.Txs, req.ProposerAddress); err != nil {
		return err
	}
	// The engine bounds the block as a whole. The limits here are for the transactions alone.
	return h.Check(req.Txs[1:], limitsOf(ctx, math.MaxInt64))
}

// Check returns why transactions may not follow the proof, or nil. Each must decode, and together they must keep the limits.
func (h *Handler) Check(txs [][]byte, limits Limits) error {
	var bytes int64
	var gas uint64
	for i, tx := range txs {
		wanted, err := h.decodeGas(tx)
		if err != nil {
			return types.ErrProposal.Wrapf("transaction %d: %s", i+1, err)
		}
		if bytes += sizeOf(tx); bytes > limits.Bytes {
			return types.ErrProposal.Wrapf("transaction %d: %d bytes so far, expected at most %d", i+1, bytes, limits.Bytes)
		}
		if most := limits.PerTx(); wanted > most {
			return types.ErrProposal.Wrapf("transaction %d: %d gas, expected at most %d in one transaction", i+1, wanted, most)
		}
		if wanted > limits.Gas-gas {
			return types.ErrProposal.Wrapf("transaction %d: %d gas after %d, expected at most %d", i+1, wanted, gas, limits.Gas)
		}
		gas += wanted
	}
	return nil
}

// selectSafely runs the selector and checks its choice. A panic becomes an error.
func (h *Handler) selectSafely(ctx sdk.Context, waiting [][]byte, limits Limits) (txs [][]byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			txs, err = nil, types.ErrProposal.Wrapf("panic while selecting transactions: %v", r)
		}
	}()
	txs = h.choose(ctx, waiting, limits)
	return txs, h.Check(txs, limits)
}

// candidate is a transaction that fits a block.
type candidate struct {
	bytes  []byte
	size   int64
	gas    uint64
	tx     sdk.Tx
	claims []Claim
}

// comesFirst says whether a candidate goes before the other urgent ones: all its claims are First.
func (c candidate) comesFirst() bool {
	return !slices.ContainsFunc(c.claims, func(claim Claim) bool { return !claim.First })
}

// inOrder takes three groups of transactions: the urgent ones that are due, as far as their share of the block goes; then the
// others; then the due urgent ones for which the others leave room. Each group keeps the order of arrival. It leaves out
// transactions that do not decode or fit, and urgent ones that are not due, since these would fail.
func (h *Handler) inOrder(ctx sdk.Context, waiting [][]byte, limits Limits) (chosen [][]byte) {
	urgent, others := h.sortWaiting(waiting, limits)
	left := limits
	take := func(c candidate, room *Limits) bool {
		if c.size > room.Bytes || c.gas > room.Gas {
			return false
		}
		room.Bytes -= c.size
		room.Gas -= c.gas
		chosen = append(chosen, c.bytes)
		return true
	}
	// Urgent ones get more than their share only if the others leave room, so that neither group is kept out.
	share := Limits{Bytes: blockshare.OfAnswers(limits.Bytes), Gas: blockshare.OfAnswers(limits.Gas)}
	var late []candidate
	claimed, claims := map[any]bool{}, 0
	for _, c := range urgent {
		if claims += len(c.claims); claims > MaxClaims {
			break
		}
		if slices.ContainsFunc(c.claims, func(claim Claim) bool { return claimed[claim.Of] }) || !h.urgent.Due(ctx, c.tx) {
			continue
		}
		for _, claim := range c.claims {
			claimed[claim.Of] = true
		}
		if before := share; take(c, &share) {
			left.Bytes -= before.Bytes - share.Bytes
			left.Gas -= before.Gas - share.Gas
		} else {
			late = append(late, c)
		}
	}
	for _, c := range append(others, late...) {
		take(c, &left)
	}
	return chosen
}

// sortWaiting decodes the waiting transactions, each once, and divides them into urgent and ordinary ones.
func (h *Handler) sortWaiting(waiting [][]byte, limits Limits) (urgent, others []candidate) {
	seen := map[string]bool{}
	read := func(bz []byte) {
		c := candidate{bytes: bz, size: sizeOf(bz)}
		if c.size > limits.Bytes || seen[string(bz)] {
			return
		}
		seen[string(bz)] = true
		var err error
		if c.tx, err = h.decoder(bz); err != nil {
			return
		}
		if c.gas, err = gasOf(c.tx); err != nil || c.gas > limits.PerTx() {
			return
		}
		if c.claims = h.urgent.Claims(c.tx); c.claims == nil {
			others = append(others, c)
		} else {
			urgent = append(urgent, c)
		}
	}
	for _, bz := range h.urgent.Waiting() {
		read(bz)
	}
	for _, bz := range waiting {
		read(bz)
	}
	slices.SortStableFunc(urgent, func(a, b candidate) int {
		switch {
		case a.comesFirst() == b.comesFirst():
			return 0
		case a.comesFirst():
			return -1
		}
		return 1
	})
	return urgent, others
}

// decodeGas decodes a transaction and returns the gas it asks for.
func (h *Handler) decodeGas(bz []byte) (uint64, error) {
	tx, err := h.decoder(bz)
	if err != nil {
		return 0, err
	}
	return gasOf(tx)
}

func gasOf(tx sdk.Tx) (uint64, error) {
	fee, ok := tx.(sdk.FeeTx)
	if !ok {
		return 0, fmt.Errorf("%T has no gas limit", tx)
	}
	return fee.GetGas(), nil
}

// limitsOf reads the limits from the consensus parameters. available bounds the bytes further.
func limitsOf(ctx sdk.Context, available int64) Limits {
	limits := Limits{Bytes: available, Gas: math.MaxUint64}
	if b := ctx.ConsensusParams().Block; b != nil {
		if b.MaxBytes > 0 {
			limits.Bytes = min(limits.Bytes, b.MaxBytes)
		}
		if b.MaxGas > 0 {
			limits.Gas = uint64(b.MaxGas)
		}
	}
	return limits
}

// sizeOf returns the size of a transaction inside a block: its bytes and their frame.
func sizeOf(tx []byte) int64 {
	return cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{tx})
}
