// Package proposal prepares and judges blocks.
//
// A block is the proposer's beacon proof followed by transactions. What a block may hold is one function, Check, used by
// both sides: a proposer never offers what others would reject. Nothing that goes wrong while transactions are selected
// may cost the proposer its turn, since a fault that every proposer shares would then stop the chain: it falls back to a
// block of the proof alone.
package proposal

import (
	"fmt"
	"math"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

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

// Urgent says whether a transaction has a deadline that costs its sender a stake. Such transactions go first.
type Urgent func(tx sdk.Tx) bool

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
	proof, err := h.beacon.Prove(ctx, h.signer)
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
	if err := h.judge(ctx, req); err != nil {
		ctx.Logger().Error("proposal rejected", "height", req.Height, "proposer", fmt.Sprintf("%X", req.ProposerAddress), "err", err)
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

func (h *Handler) judge(ctx sdk.Context, req *abci.RequestProcessProposal) error {
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

// inOrder takes waiting transactions in order, the urgent ones before the others, leaving out what does not decode or
// fit.
func (h *Handler) inOrder(_ sdk.Context, waiting [][]byte, limits Limits) (chosen [][]byte) {
	perTx := limits.PerTx()
	take := func(urgent bool) {
		for _, bz := range waiting {
			tx, err := h.decoder(bz)
			if err != nil || h.urgent(tx) != urgent {
				continue
			}
			gas, err := gasOf(tx)
			size := sizeOf(bz)
			if err != nil || gas > perTx || size > limits.Bytes || gas > limits.Gas {
				continue
			}
			limits.Bytes -= size
			limits.Gas -= gas
			chosen = append(chosen, bz)
		}
	}
	take(true)
	take(false)
	return chosen
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
