// Package proposal prepares and judges blocks.
//
// A block is the proposer's beacon proof followed by transactions. What a block may hold is one function, Check, used by
// both sides: a proposer never offers what others would reject. Nothing that goes wrong while transactions are selected
// may cost the proposer its block, since a fault that every proposer shares would then stop the chain: it falls back to a
// block of the proof alone.
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

// Limits bound the transactions of one block, the proof not counted.
type Limits struct {
	// Bytes is the most their encoding may take in the block, in bytes.
	Bytes int64
	// Gas is the most they may ask for together.
	Gas uint64
}

// Shares is the least number of transactions that a block has room for: none may ask for more than this part of its
// gas, or a few that ask for all of it would keep everybody else's out.
const Shares = 10

// PerTx is the most gas that one transaction may ask for.
func (l Limits) PerTx() uint64 { return l.Gas / Shares }

// MaxLooks bounds how many claims a proposer looks up in the state for one block. What is left waits for the next one.
const MaxLooks = 1_500

// A Claim is what an urgent transaction says that it does, and can be done once.
type Claim struct {
	// Of is equal for claims of which a block takes one; it must be comparable.
	Of any
	// First goes before claims that are not: it costs its sender more to miss the block.
	First bool
}

// Urgent knows the transactions with a deadline that costs their sender a stake. They go first.
type Urgent interface {
	// Claims reads from a transaction alone what it claims; nil of an ordinary one.
	Claims(tx sdk.Tx) []Claim
	// Due says whether the state before the block wants what the transaction claims. It reads state.
	Due(ctx sdk.Context, tx sdk.Tx) bool
	// Waiting are the urgent transactions that the node knows of, first come first; those that the engine hands over may
	// end before them.
	Waiting() [][]byte
}

// Selector picks transactions for a block from those waiting.
type Selector func(ctx sdk.Context, waiting [][]byte, limits Limits) [][]byte

// Handler answers the consensus engine's calls about proposals.
type Handler struct {
	beacon  keeper.Keeper
	decoder sdk.TxDecoder
	signer  keeper.Signer
	urgent  Urgent
	choose  Selector
}

// New returns a handler. signer is nil on a node that holds no seat. A nil selector takes waiting transactions in order,
// the urgent ones first.
func New(beacon keeper.Keeper, decoder sdk.TxDecoder, signer keeper.Signer, urgent Urgent, choose Selector) *Handler {
	h := &Handler{beacon: beacon, decoder: decoder, signer: signer, urgent: urgent, choose: choose}
	if choose == nil {
		h.choose = h.inOrder
	}
	return h
}

// Prepare makes a block: the proof, and transactions as far as they pass Check.
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

// Process judges a block: the proof under the proposer's key, then everything else by Check.
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
	// The engine bounds the block as a whole; the bound here is its own, on the transactions alone.
	return h.Check(req.Txs[1:], limitsOf(ctx, math.MaxInt64))
}

// Check says whether txs may follow the proof: each decodes, and together they keep the limits.
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

// selectSafely runs the selector and checks its choice; a panic becomes an error.
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

// comesFirst says that a candidate goes before other urgent ones.
func (c candidate) comesFirst() bool {
	return !slices.ContainsFunc(c.claims, func(claim Claim) bool { return !claim.First })
}

// inOrder takes the urgent transactions that are due, as far as their share of the block goes, then the others, then
// urgent ones that the others leave room for; each first come first. What does not decode or fit is left out, and so is
// what is urgent by its claims and not due: it would fail.
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
	// They have more than their share only where the others leave it, so that nobody's is kept out wholly.
	share := Limits{Bytes: blockshare.OfAnswers(limits.Bytes), Gas: blockshare.OfAnswers(limits.Gas)}
	var late []candidate
	claimed, looks := map[any]bool{}, 0
	for _, c := range urgent {
		if looks += len(c.claims); looks > MaxLooks {
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

// sortWaiting decodes what waits, each once, and parts it into urgent and ordinary transactions.
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

// limitsOf reads the consensus parameters; available bytes bound them further.
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

// sizeOf is what a transaction takes inside a block: its bytes with their frame.
func sizeOf(tx []byte) int64 {
	return cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{tx})
}
