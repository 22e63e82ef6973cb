package types

import (
	"fmt"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

const (
	// MaxOnchainManifest bounds the manifest that proves a file, in bytes. It has room for some dozens of files. A larger result
	// must be fetched from those who hold it.
	MaxOnchainManifest = 8 << 10
	// OnchainGas is the gas of a byte that comes with a reveal, in addition to the gas of every byte of a transaction: it is
	// hashed, and may be stored.
	OnchainGas uint64 = 30
	// onchainByteGas is what such a byte adds to the gas limit of a transaction of answers: OnchainGas, and twice the gas of a
	// byte of a transaction on a new chain.
	onchainByteGas = OnchainGas + 20
)

// Bytes returns how many bytes come with a reveal for its file.
func (f *OnchainFile) Bytes() uint64 {
	if f == nil {
		return 0
	}
	return uint64(len(f.Manifest) + len(f.Content))
}

// onchainBytes returns how many bytes of a file come with a message.
func onchainBytes(msg sdk.Msg) uint64 {
	if reveal, is := msg.(*MsgReveal); is {
		return reveal.Onchain.Bytes()
	}
	return 0
}

// MaxOnchainContent returns the largest size of a file whose data may have most bytes. The format callback-data has two digits for
// each byte.
func MaxOnchainContent(most uint32) int { return 2*int(most) + 64 }

// ProveOnchain returns the data of a revealed answer's file that is kept on chain; the deal names the file. It returns ErrOnchain
// with the reason unless the file is proven to be part of the result (result.Prove) and is small enough. A reveal without a file
// has no data.
func ProveOnchain(deal dealstypes.Deal, outcome Outcome, file *OnchainFile) ([]byte, error) {
	if file == nil {
		return nil, nil
	}
	if err := file.check(deal, outcome); err != nil {
		return nil, err
	}
	digest, err := ParseDigest(outcome.Digest)
	if err != nil {
		return nil, err
	}
	data, err := result.Prove(digest, file.Manifest, deal.Onchain, file.Content)
	if err != nil {
		return nil, errorsmod.Wrapf(ErrOnchain, "onchain: %s", err)
	}
	if len(data) < 1 || len(data) > int(deal.MaxOnchain) {
		return nil, errorsmod.Wrapf(ErrOnchain, "onchain: the data has %d bytes, expected 1 to %d", len(data), deal.MaxOnchain)
	}
	return data, nil
}

// check returns ErrOnchain unless a reveal of the outcome may bring a file of this size to the deal.
func (f *OnchainFile) check(deal dealstypes.Deal, outcome Outcome) error {
	switch {
	case deal.Onchain == "" || deal.MaxOnchain == 0:
		return errorsmod.Wrapf(ErrOnchain, "onchain: got a file, expected none: the deal wants nothing on chain")
	case outcome.Kind != KIND_RESULT:
		return errorsmod.Wrapf(ErrOnchain, "onchain: got a file with an answer of %s, expected one with a result alone", outcome.Kind)
	case len(f.Manifest) > MaxOnchainManifest:
		return errorsmod.Wrapf(ErrOnchain, "onchain.manifest: got %d bytes, expected at most %d", len(f.Manifest), MaxOnchainManifest)
	case len(f.Content) > MaxOnchainContent(deal.MaxOnchain):
		return errorsmod.Wrapf(ErrOnchain, "onchain.content: got %d bytes, expected at most %d for data of %d", len(f.Content), MaxOnchainContent(deal.MaxOnchain), deal.MaxOnchain)
	}
	return nil
}

// checkOnchain checks the results on chain.
func (c *genesisCheck) checkOnchain() error {
	for i, r := range c.Onchain {
		if err := r.check(); err != nil {
			return fmt.Errorf("onchain: %s: %w", r.Task, err)
		}
		t, found := c.tasks[r.Task]
		switch {
		case !found:
			return fmt.Errorf("onchain: %s: expected a task of the state", r.Task)
		case i > 0 && !c.Onchain[i-1].before(r):
			return fmt.Errorf("onchain: %s, %s: expected ascending order, each once", r.Task, r.Digest)
		case t.KeepsOne() && !t.Accepted(r.Digest):
			return fmt.Errorf("onchain: %s: %s is not its accepted answer", r.Task, r.Digest)
		}
	}
	return nil
}

// check checks a result on chain by itself.
func (r OnchainResult) check() error {
	if digest, err := ParseDigest(r.Digest); err != nil || digest == [32]byte{} {
		return fmt.Errorf("digest: got %q, expected that of a result", r.Digest)
	}
	if r.File != "" || len(r.Data) < 1 || len(r.Data) > dealstypes.MaxOnchainResult {
		return fmt.Errorf("file %q and %d bytes, expected no file and 1 to %d bytes", r.File, len(r.Data), dealstypes.MaxOnchainResult)
	}
	return nil
}

// Accepted says whether the task's accepted answer has the digest.
func (t Task) Accepted(digest string) bool {
	return t.Ending == ENDING_ACCEPTED && t.Verdict != nil && t.Verdict.Digest == digest
}

func (r OnchainResult) before(next OnchainResult) bool {
	return r.Task < next.Task || r.Task == next.Task && r.Digest < next.Digest
}

// KeepsOne says that no further answer of the task is awaited, so that only the accepted answer's file is kept on chain.
func (t Task) KeepsOne() bool { return t.Phase == PHASE_AUDIT || t.Phase == PHASE_DONE }
