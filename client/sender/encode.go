package sender

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
)

// Key signs for one account.
type Key interface {
	// Address is the account's bech32 address.
	Address() string
	// PubKey is its public key.
	PubKey() cryptotypes.PubKey
	// Sign signs the bytes themselves: hashing them is the key's part.
	Sign(bytes []byte) ([]byte, error)
}

// SignedTx is a transaction that can be sent, and sent again: the same bytes are taken at most once.
type SignedTx struct {
	// Bytes as they are broadcast.
	Bytes []byte
	// Hash of them, upper-case hex.
	Hash string
	// Timeout is when it can no longer be included, by the time of blocks.
	Timeout time.Time
}

// draft is a transaction before it is signed.
type draft struct {
	body    []byte
	timeout time.Time
	gas     uint64
	fee     sdk.Coins
}

// newDraft encodes the messages of an unordered transaction.
func newDraft(msgs []sdk.Msg, ttl time.Duration) (*draft, error) {
	timeout := nextTimeout(ttl)
	body := txtypes.TxBody{Unordered: true, TimeoutTimestamp: &timeout}
	for _, msg := range msgs {
		packed, err := codectypes.NewAnyWithValue(msg)
		if err != nil {
			return nil, fmt.Errorf("sender: message %T: %w", msg, err)
		}
		body.Messages = append(body.Messages, packed)
	}
	raw, err := body.Marshal()
	return &draft{body: raw, timeout: timeout}, err
}

// encodeTx gives the transaction's bytes with the key's signature, or with none when sign is false, as a simulation takes them.
func (d *draft) encodeTx(chainID string, account uint64, key Key, sign bool) ([]byte, error) {
	public, err := codectypes.NewAnyWithValue(key.PubKey())
	if err != nil {
		return nil, fmt.Errorf("sender: public key: %w", err)
	}
	auth := txtypes.AuthInfo{
		SignerInfos: []*txtypes.SignerInfo{{
			PublicKey: public,
			ModeInfo: &txtypes.ModeInfo{Sum: &txtypes.ModeInfo_Single_{
				Single: &txtypes.ModeInfo_Single{Mode: signing.SignMode_SIGN_MODE_DIRECT},
			}},
		}},
		Fee: &txtypes.Fee{Amount: d.fee, GasLimit: d.gas},
	}
	rawAuth, err := auth.Marshal()
	if err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	raw := txtypes.TxRaw{BodyBytes: d.body, AuthInfoBytes: rawAuth, Signatures: [][]byte{nil}}
	if sign {
		doc := txtypes.SignDoc{BodyBytes: d.body, AuthInfoBytes: rawAuth, ChainId: chainID, AccountNumber: account}
		toSign, err := doc.Marshal()
		if err != nil {
			return nil, fmt.Errorf("sender: %w", err)
		}
		if raw.Signatures[0], err = key.Sign(toSign); err != nil {
			return nil, fmt.Errorf("sender: sign for %s: %w", key.Address(), err)
		}
	}
	return raw.Marshal()
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
