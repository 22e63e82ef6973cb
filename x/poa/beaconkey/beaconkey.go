// Package beaconkey implements the key with which a seat signs beacon proofs: BLS12-381, public keys in G2, signatures in G1.
//
// BLS is used as a verifiable random function: for a key and a message there is exactly one valid signature. A proposer can
// therefore withhold its proof but not choose it. This holds only if every encoding is the canonical one, so this package accepts
// no other.
package beaconkey

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/cloudflare/circl/ecc/bls12381"
	"github.com/cloudflare/circl/sign/bls"

	"github.com/credence-chain/credence/internal/recent"
)

const (
	// PublicKeySize is the length of a public key: a compressed point of G2.
	PublicKeySize = bls12381.G2SizeCompressed
	// SignatureSize is the length of a signature: a compressed point of G1.
	SignatureSize = bls12381.G1SizeCompressed
	// SeedSize is the length of the secret from which a private key is derived.
	SeedSize = 32

	possessionDomain = "credence/beacon/possession/v1"
)

// Errors of the package.
var (
	ErrPublicKey  = errors.New("invalid beacon public key")
	ErrSignature  = errors.New("invalid beacon signature")
	ErrPossession = errors.New("invalid proof of possession")
	ErrSeed       = errors.New("invalid beacon seed")
)

// PrivateKey is a key that signs beacon proofs.
type PrivateKey struct {
	key *bls.PrivateKey[bls.KeyG2SigG1]
	pub []byte
}

// New derives a private key from a secret of SeedSize bytes (the KeyGen of the BLS signature draft).
func New(seed []byte) (*PrivateKey, error) {
	if len(seed) != SeedSize {
		return nil, fmt.Errorf("%w: %d bytes, expected %d", ErrSeed, len(seed), SeedSize)
	}
	key, err := bls.KeyGen[bls.KeyG2SigG1](seed, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSeed, err)
	}
	pub, err := key.PublicKey().MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSeed, err)
	}
	return &PrivateKey{key: key, pub: pub}, nil
}

// NewSeed reads a fresh secret from a source of randomness.
func NewSeed(random io.Reader) ([]byte, error) {
	seed := make([]byte, SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("beacon seed: %w", err)
	}
	return seed, nil
}

// PublicKey returns the public key, PublicKeySize bytes.
func (k *PrivateKey) PublicKey() []byte { return bytes.Clone(k.pub) }

// Sign returns the only valid signature of msg, SignatureSize bytes.
func (k *PrivateKey) Sign(msg []byte) []byte { return bls.Sign(k.key, msg) }

// Possession returns the proof that the holder knows the secret of its public key.
func (k *PrivateKey) Possession() []byte { return k.Sign(possessionMessage(k.pub)) }

// ValidatePublicKey checks length, canonical encoding, subgroup, and that the key is not the point at infinity.
func ValidatePublicKey(pub []byte) error {
	_, err := parsePublicKey(pub)
	return err
}

// verified holds recent signatures that verified, by the hash of key, message and signature. A validator verifies the proof of
// each block before it votes and again when it executes the block. Each verification costs as much as dozens of transactions.
var verified = recent.New[[sha256.Size]byte, struct{}](64)

// Verify checks that sig is the signature of msg under pub, in its canonical encoding. It remembers recent signatures that
// verified.
func Verify(pub, msg, sig []byte) error {
	question := sha256.Sum256(Fields(pub, msg, sig))
	if _, found := verified.Get(question); found {
		return nil
	}
	if err := verifyPairing(pub, msg, sig); err != nil {
		return err
	}
	verified.Put(question, struct{}{})
	return nil
}

func verifyPairing(pub, msg, sig []byte) error {
	key, err := parsePublicKey(pub)
	if err != nil {
		return err
	}
	if len(sig) != SignatureSize {
		return fmt.Errorf("%w: %d bytes, expected %d", ErrSignature, len(sig), SignatureSize)
	}
	if !isCompressed(sig) {
		return fmt.Errorf("%w: not the compressed encoding", ErrSignature)
	}
	var point bls12381.G1
	if err := point.SetBytes(sig); err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	if point.IsIdentity() || !bytes.Equal(point.BytesCompressed(), sig) {
		return fmt.Errorf("%w: not the canonical encoding of a point other than infinity", ErrSignature)
	}
	if !bls.Verify(key, msg, sig) {
		return fmt.Errorf("%w: it does not verify", ErrSignature)
	}
	return nil
}

// VerifyPossession checks the proof that the holder of pub knows its secret.
func VerifyPossession(pub, proof []byte) error {
	if err := Verify(pub, possessionMessage(pub), proof); err != nil {
		return fmt.Errorf("%w: %w", ErrPossession, err)
	}
	return nil
}

// publicKeys holds recent keys that are valid. There are about as many as seats, and each is used again and again.
var publicKeys = recent.New[string, *bls.PublicKey[bls.KeyG2SigG1]](256)

func parsePublicKey(pub []byte) (*bls.PublicKey[bls.KeyG2SigG1], error) {
	if key, found := publicKeys.Get(string(pub)); found {
		return key, nil
	}
	if len(pub) != PublicKeySize {
		return nil, fmt.Errorf("%w: %d bytes, expected %d", ErrPublicKey, len(pub), PublicKeySize)
	}
	if !isCompressed(pub) {
		return nil, fmt.Errorf("%w: not the compressed encoding", ErrPublicKey)
	}
	key := new(bls.PublicKey[bls.KeyG2SigG1])
	if err := key.UnmarshalBinary(pub); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPublicKey, err)
	}
	if !key.Validate() {
		return nil, fmt.Errorf("%w: the point at infinity, or outside the subgroup", ErrPublicKey)
	}
	again, err := key.MarshalBinary()
	if err != nil || !bytes.Equal(again, pub) {
		return nil, fmt.Errorf("%w: not the canonical encoding", ErrPublicKey)
	}
	publicKeys.Put(string(pub), key)
	return key, nil
}

// isCompressed reports whether a point says that it is compressed. The library's reader panics for the point at infinity if that says that it
// is not compressed and has the length of a compressed one.
func isCompressed(point []byte) bool { return point[0]&0x80 != 0 }

func possessionMessage(pub []byte) []byte {
	return Fields([]byte(possessionDomain), pub)
}

// Fields joins fields so that no two lists of fields give the same bytes: the length of each field precedes it, 4 bytes big
// endian.
func Fields(fields ...[]byte) []byte {
	var out []byte
	for _, f := range fields {
		out = binary.BigEndian.AppendUint32(out, uint32(len(f)))
		out = append(out, f...)
	}
	return out
}
