package release

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"filippo.io/age"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/attester"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// signDomain is put before the signed bytes. No transaction begins with it, so that a signature cannot be used for one.
const signDomain = "credence/key-request/v1\n"

// Limits of a request.
const (
	// maxAge is the most that the time of a request may differ from the server's. Answered requests are remembered a little longer than
	// twice this time.
	maxAge = time.Minute
	// maxBody bounds a signed request, and an answer, in bytes.
	maxBody = 8 << 10
	// nonceSize is the length of a nonce in bytes.
	nonceSize = 16
)

// Request asks for the key of one sealed file that a task reads.
type Request struct {
	// ChainID of the task.
	ChainID string `json:"chain_id"`
	// Task (an id), Bench ("workers" or "court") and Attempt name the seat.
	Task    string `json:"task"`
	Bench   string `json:"bench"`
	Attempt uint32 `json:"attempt"`
	// Blob is the digest of the sealed file.
	Blob artifact.Digest `json:"blob"`
	// Who is the account that holds the seat. Its key signs.
	Who string `json:"who"`
	// Recipient is the public key of age for which the answer is encrypted.
	Recipient string `json:"recipient"`
	// Asked is the base URL of the server that the request is for, so that this server cannot pass the request on to another.
	Asked string `json:"asked"`
	// Time of the request in Unix seconds.
	Time int64 `json:"time"`
	// Nonce is 32 hexadecimal digits, drawn at random.
	Nonce string `json:"nonce"`
	// Session is the public key of the asking enclave's session, a point of P-256; empty outside an enclave.
	Session []byte `json:"session,omitempty"`
	// Job is DigestJob of the task as the asking enclave knows it; empty outside an enclave.
	Job artifact.Digest `json:"job,omitzero"`
}

// Signed is a request as it is sent. It has the same bytes that were signed, so that the server need not encode them again.
type Signed struct {
	// Request is the JSON of a Request.
	Request []byte `json:"request"`
	// PubKey is the compressed secp256k1 key whose address is Request.Who.
	PubKey []byte `json:"pub_key"`
	// Signature is that of signDomain and Request by PubKey.
	Signature []byte `json:"signature"`
	// SessionSignature is that of sessionDomain and Request by the key Request.Session; empty outside an enclave.
	SessionSignature []byte `json:"session_signature,omitempty"`
}

// NewNonce returns a random nonce, in hexadecimal digits.
func NewNonce() (string, error) {
	var nonce [nonceSize]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(nonce[:]), nil
}

// Sign signs a request with the key of the account that holds the seat.
func (r Request) Sign(key client.Key) (Signed, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return Signed{}, err
	}
	signature, err := key.Sign(append([]byte(signDomain), text...))
	return Signed{Request: text, PubKey: key.PubKey().Bytes(), Signature: signature}, err
}

// SignAlso adds the signature of the session that the request names.
func (s *Signed) SignAlso(ctx context.Context, session attester.Attester) error {
	signature, err := session.Vouch(ctx, append([]byte(sessionDomain), s.Request...))
	s.SessionSignature = signature[:]
	return err
}

// open checks the signatures and the form of a request, and returns it with its recipient.
func (s Signed) open() (r Request, to *age.X25519Recipient, err error) {
	if len(s.PubKey) != secp256k1.PubKeySize {
		return r, nil, fmt.Errorf("pub_key: got %d bytes, expected the %d of a compressed key of secp256k1", len(s.PubKey), secp256k1.PubKeySize)
	}
	key := secp256k1.PubKey{Key: s.PubKey}
	if !key.VerifySignature(append([]byte(signDomain), s.Request...), s.Signature) {
		return r, nil, fmt.Errorf("signature: it is not that of the request by the key %x", s.PubKey)
	}
	if err := json.Unmarshal(s.Request, &r); err != nil {
		return r, nil, fmt.Errorf("request: %w", err)
	}
	who, err := sdk.Bech32ifyAddressBytes(client.Bech32Prefix, key.Address())
	if err != nil || who != r.Who {
		return r, nil, fmt.Errorf("who: got %.80q, expected the address of the key that signs, %s", r.Who, who)
	}
	if r.Bench != BenchWorkers && r.Bench != BenchCourt {
		return r, nil, fmt.Errorf("bench: got %.40q, expected %s or %s", r.Bench, BenchWorkers, BenchCourt)
	}
	if nonce, err := hex.DecodeString(r.Nonce); err != nil || len(nonce) != nonceSize {
		return r, nil, fmt.Errorf("nonce: got %.80q, expected %d hexadecimal digits", r.Nonce, 2*nonceSize)
	}
	if _, err := taskstypes.ParseID(r.Task); err != nil {
		return r, nil, fmt.Errorf("task: %w", err)
	}
	if err := s.checkSession(r); err != nil {
		return r, nil, err
	}
	if to, err = age.ParseX25519Recipient(r.Recipient); err != nil {
		return r, nil, fmt.Errorf("recipient: %w", err)
	}
	return r, to, nil
}
