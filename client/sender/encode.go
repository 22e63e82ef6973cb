package sender

import (
	"crypto/sha256"
	"fmt"
	"time"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
)

// Key signs for one account.
type Key interface {
	// Address returns the account's bech32 address.
	Address() string
	// PubKey returns the account's public key.
	PubKey() cryptotypes.PubKey
	// Sign signs a message. The key hashes it; callers pass the message unhashed.
	Sign(bytes []byte) ([]byte, error)
}

// SignedTx is a transaction that can be sent more than once: the chain takes the same bytes at most once.
type SignedTx struct {
	// Bytes are the encoded transaction.
	Bytes []byte
	// Hash is the SHA-256 of the bytes, upper-case hex.
	Hash string
	// Timeout is the time after which no block can include it, by the time of blocks.
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
func newDraft(msgs []sdk.Msg, timeout time.Time) (*draft, error) {
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

// encodeTx returns the transaction's bytes with the key's signature. If sign is false, the signature is empty, which a simulation
// accepts.
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

// TxHash returns the hash of a transaction: the SHA-256 of its bytes, upper-case hex.
func TxHash(bytes []byte) string { return fmt.Sprintf("%X", sha256.Sum256(bytes)) }
