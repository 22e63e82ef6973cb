package app

import (
	"context"
	"crypto/sha256"
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/credence-chain/credence/app/encoding"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// termsBytes is the most bytes of an answer that waits decoded. A longer one, with evidence or a file, is checked as a whole.
const termsBytes = 16 << 10

// rechecks answers when the engine has the waiting transactions checked again after each block. The whole check of a transaction
// decodes it, reads its accounts and writes what it would pay. Of most transactions a block can change only little: the account
// pays less than it had, a deadline passes, the task no longer waits for the answer. For these, rechecks looks at that alone. It
// has to come to the same result as the whole check; see docs/adr/0091-an-unchanged-transaction-is-checked-cheaply.md.
//
// A check writes a nonce and a payment into the state of checks, so that further transactions of the account are judged after
// those that wait. What is not checked as a whole writes nothing there. The lanes have its nonce, and owed has its payment.
type rechecks struct {
	lanes   *lanes
	answers answers
	// readRules returns everything but accounts and tasks by which a check judges: parameters, and whether the chain is paused.
	readRules func(ctx sdk.Context) (string, error)
	bank      interface {
		SpendableCoin(ctx context.Context, account sdk.AccAddress, denom string) sdk.Coin
	}
	accounts interface {
		GetAccount(ctx context.Context, account sdk.AccAddress) sdk.AccountI
	}

	mu    sync.Mutex
	state sdk.Context // of checks, after the last block; of no use before a block was committed
	begun bool
	last  string            // the rules that were read last; empty if nothing waited then
	purse map[string]*purse // of accounts that pay, by their bytes
}

// nonce is what an unordered transaction is identified by: two of one nonce cannot both be in blocks.
type nonce struct {
	signer  string
	timeout int64 // nanoseconds since 1970
}

// terms are what decides whether a transaction that has passed its check passes it again, while the rules are the same and no block
// had its nonce. A transaction has terms if it is unordered, and has one signer, which pays the fee.
type terms struct {
	nonce nonce
	payer sdk.AccAddress
	fee   math.Int // in ucred
	tx    sdk.Tx   // of answers; nil if it holds none
}

// purse is what an account has, and what of it the transactions take that wait and were not checked as a whole after the last block.
type purse struct {
	keyed bool     // the account has a public key
	has   math.Int // nil if it has to be read
	owed  math.Int
}

// readTerms returns the terms of a transaction that passed its check; nil if it has none.
func readTerms(tx sdk.Tx, w *waiting) *terms {
	nonces := noncesOf(tx)
	signed, is := tx.(interface {
		authsigning.SigVerifiableTx
		sdk.FeeTx
		GetTimeoutHeight() uint64
	})
	if len(nonces) != 1 || !is || signed.GetTimeoutHeight() != 0 || len(signed.FeeGranter()) > 0 || string(signed.FeePayer()) != nonces[0].signer {
		return nil
	}
	t := &terms{nonce: nonces[0], payer: signed.FeePayer(), fee: math.ZeroInt()}
	switch fee := signed.GetFee(); {
	case len(fee) == 1 && fee[0].Denom == encoding.BaseDenom:
		t.fee = fee[0].Amount
	case len(fee) > 0:
		return nil
	}
	if steps, _ := taskstypes.StepsOf(tx.GetMsgs()); len(steps) > 0 {
		if w.steps == nil || w.size > termsBytes {
			return nil
		}
		t.tx = tx
	}
	return t
}

// noncesOf returns the nonces of an unordered transaction, one for each signer; nil for an ordered one.
func noncesOf(tx sdk.Tx) (out []nonce) {
	unordered, is := tx.(sdk.TxWithUnordered)
	if !is || !unordered.GetUnordered() {
		return nil
	}
	signed, is := tx.(authsigning.SigVerifiableTx)
	if !is {
		return nil
	}
	signers, err := signed.GetSigners()
	if err != nil {
		return nil
	}
	for _, signer := range signers {
		out = append(out, nonce{string(signer), unordered.GetTimeoutTimeStamp().UnixNano()})
	}
	return out
}

// begin begins the checks after a block. state is what they run on.
func (r *rechecks) begin(state sdk.Context) {
	r.lanes.forgetUnchecked()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state = state.WithIsCheckTx(true).WithIsReCheckTx(true).WithGasMeter(storetypes.NewInfiniteGasMeter())
	r.begun, r.purse = true, map[string]*purse{}
	before := r.last
	r.last = ""
	if r.lanes.CountTx() > 0 {
		r.keepRules()
	}
	if r.last == "" || r.last != before {
		r.lanes.changeRules()
	}
}

// keepRules keeps the rules of the last block if they are not kept yet: an idle block reads none.
func (r *rechecks) keepRules() {
	defer func() { _ = recover() }() // without rules, every transaction is checked as a whole
	if !r.begun || r.last != "" {
		return
	}
	if rules, err := r.readRules(r.state); err == nil {
		r.last = rules
	}
}

// passes says whether a waiting transaction is still good by its terms. If it is not, or has none, or this panics, the whole check has to
// say it.
func (r *rechecks) passes(tx []byte) (good bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer func() {
		if recover() != nil {
			good = false
		}
	}()
	if !r.begun {
		return false
	}
	t := r.lanes.findTerms(tx)
	if t == nil || t.nonce.timeout <= r.state.BlockTime().UnixNano() {
		return false
	}
	if t.tx != nil && r.answers.checkDue(r.state, t.tx, r.answers.height()+1) != nil {
		return false
	}
	p := r.purse[string(t.payer)]
	if p == nil {
		p = &purse{owed: math.ZeroInt()}
		r.purse[string(t.payer)] = p
	}
	if !p.keyed {
		account := r.accounts.GetAccount(r.state, t.payer)
		if p.keyed = account != nil && account.GetPubKey() != nil; !p.keyed {
			return false // the whole check of the first that brings the key writes it for the others
		}
	}
	if t.fee.IsPositive() {
		if p.has.IsNil() {
			p.has = r.bank.SpendableCoin(r.state, t.payer, encoding.BaseDenom).Amount
		}
		owed := p.owed.Add(t.fee)
		if p.has.LT(owed) {
			return false
		}
		p.owed = owed
	}
	r.lanes.noteSeen(tx)
	return true
}

// withTerms completes the whole check: it adds the transactions that wait and were not checked as a whole after the last block. In
// blocks, it notes the nonces.
func (r *rechecks) withTerms(next sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		after, err := next(ctx, tx, simulate)
		switch {
		case simulate:
			return after, err
		case !ctx.IsCheckTx(): // also if it failed, because then the other one is checked once more in vain
			r.lanes.noteNonces(noncesOf(tx))
			return after, err
		case err != nil:
			return after, err
		}
		if err := r.lanes.checkNonces(noncesOf(tx), ctx.TxBytes(), ctx.IsReCheckTx()); err != nil {
			return after, err
		}
		if err := r.checkPurse(after, tx); err != nil {
			return after, err
		}
		if ctx.IsReCheckTx() {
			r.lanes.noteWaiting(ctx.TxBytes())
		}
		return after, nil
	}
}

// checkPurse refuses a transaction that paid with what other waiting transactions of the account pay. It keeps the rules under which
// the transaction passed.
func (r *rechecks) checkPurse(after sdk.Context, tx sdk.Tx) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keepRules()
	pays, is := tx.(sdk.FeeTx)
	if !is || pays.GetFee().IsZero() {
		return nil
	}
	payer := sdk.AccAddress(pays.FeePayer())
	if granter := pays.FeeGranter(); len(granter) > 0 {
		payer = granter
	}
	p := r.purse[string(payer)]
	if p == nil {
		return nil
	}
	p.has = math.Int{} // it changes now
	left := r.bank.SpendableCoin(after.WithGasMeter(storetypes.NewInfiniteGasMeter()), payer, encoding.BaseDenom).Amount
	if left.LT(p.owed) {
		return sdkerrors.ErrInsufficientFunds.Wrapf("%s would have %s%s left after the fee, expected at least the %s%s that its waiting transactions pay",
			payer, left, encoding.BaseDenom, p.owed, encoding.BaseDenom)
	}
	return nil
}

// CheckTx checks a transaction for the mempool.
func (a *App) CheckTx(req *abci.RequestCheckTx) (*abci.ResponseCheckTx, error) {
	if req.Type == abci.CheckTxType_Recheck && a.passes(req.Tx) {
		return &abci.ResponseCheckTx{}, nil // the engine looks at the code alone
	}
	return a.BaseApp.CheckTx(req)
}

// changeRules has every waiting transaction be checked as a whole.
func (l *lanes) changeRules() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rules++
}

// findTerms returns the terms of a waiting transaction if they decide whether it is still good.
func (l *lanes) findTerms(tx []byte) *terms {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.known[sha256.Sum256(tx)]
	if w == nil || w.rules != l.rules || w.rival {
		return nil
	}
	return w.terms
}

// noteSeen notes that a transaction is still waiting.
func (l *lanes) noteSeen(tx []byte) {
	height := l.height()
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.known[sha256.Sum256(tx)]; w != nil {
		w.seen = height
	}
}

// noteNonces notes the nonces of a block's transaction.
func (l *lanes) noteNonces(nonces []nonce) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range nonces {
		if w := l.nonces[n]; w != nil {
			w.rival = true
		}
	}
}

// checkNonces refuses a transaction one of whose nonces a waiting one has, as the SDK does if it finds the nonce in the state. If it
// is checked again, it may be that one itself. The engine may have dropped one that was not checked after the last block.
func (l *lanes) checkNonces(nonces []nonce, tx []byte, again bool) error {
	height := l.height()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range nonces {
		if w := l.nonces[n]; w != nil && w.seen == height && !(again && w.hash == sha256.Sum256(tx)) {
			return sdkerrors.ErrInvalidRequest.Wrapf("failed to add unordered nonce: sender %s has already used timeout %d",
				sdk.AccAddress(n.signer), n.timeout)
		}
	}
	return nil
}
