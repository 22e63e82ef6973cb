package app

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/credence-chain/credence/internal/recent"
)

// rememberedSignatures is how many transactions with good signatures are remembered. A mempool of the default size holds
// fewer.
const rememberedSignatures = 10_000

// signatures saves a node from verifying the signatures of a transaction twice: when the mempool takes it, and when a block
// executes it. Whether a signature is good depends only on the bytes of the transaction, the chain's id, and each signer's account
// number and public key. A good answer is remembered under a digest of all of these. A transaction is verified if any of them
// differs, or if this node has never checked it. See docs/adr/0066-signatures-are-verified-once.md.
type signatures struct {
	accounts interface {
		GetAccount(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
	}
	good *recent.Answers[[sha256.Size]byte, struct{}]
}

// withSignatures comes before the SDK's checks, which verify signatures unless they are told not to.
func (s signatures) withSignatures(next sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		switch {
		case simulate || !ctx.IsSigverifyTx() || ctx.IsReCheckTx(): // nothing is verified
			return next(ctx, tx, simulate)
		case !ctx.IsCheckTx():
			if question, ok := s.ask(ctx, tx); ok {
				if _, good := s.good.Get(question); good {
					after, err := next(ctx.WithIsSigverifyTx(false), tx, simulate)
					return after.WithIsSigverifyTx(true), err
				}
			}
			return next(ctx, tx, simulate)
		}
		after, err := next(ctx, tx, simulate)
		if err != nil {
			return after, err
		}
		if question, ok := s.ask(after, tx); ok { // the accounts have their public keys now
			s.good.Put(question, struct{}{})
		}
		return after, nil
	}
}

// ask returns the digest of everything that decides whether the signatures of a transaction are good. It returns false if an
// account has no public key yet, or if the signers cannot be read: then the signatures are verified.
func (s signatures) ask(ctx sdk.Context, tx sdk.Tx) (question [sha256.Size]byte, ok bool) {
	signed, is := tx.(authsigning.SigVerifiableTx)
	if !is || ctx.BlockHeight() == 0 || len(ctx.TxBytes()) == 0 { // at genesis, accounts sign as number 0
		return question, false
	}
	signers, err := signed.GetSigners()
	if err != nil {
		return question, false
	}
	free := ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
	h := sha256.New()
	addPart(h, []byte(ctx.ChainID()))
	addPart(h, ctx.TxBytes())
	for _, signer := range signers {
		account := s.accounts.GetAccount(free, signer)
		if account == nil || account.GetPubKey() == nil {
			return question, false
		}
		addPart(h, signer)
		addPart(h, binary.BigEndian.AppendUint64(nil, account.GetAccountNumber()))
		addPart(h, []byte(account.GetPubKey().Type()))
		addPart(h, account.GetPubKey().Bytes())
	}
	return [sha256.Size]byte(h.Sum(nil)), true
}

// addPart hashes bytes after their length, so that no two lists of parts have the same encoding.
func addPart(h hash.Hash, part []byte) {
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
	h.Write(part)
}
