// Package risc0 verifies receipts of the RISC Zero zkVM that are wrapped in a Groth16 proof.
//
// A receipt shows that a guest program, named by its image id, ran to its end with exit code 0 and wrote a journal. The proof's
// public inputs are the digest of that claim, and two numbers that pin the zkVM's own circuits: the control root and the control
// id. The verifier computes the claim from the image id and the journal. It takes no claim from the sender of the receipt, so it
// accepts no claim that rests on assumptions, that stopped early, or that has an input of its own.
//
// The formulas are those of the contracts of RISC Zero (github.com/risc0/risc0-ethereum, contracts/src/groth16). A structure's hash
// is SHA-256 of the hash of its tag, the digests of its parts, its numbers and the number of its parts.
package risc0

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/credence-chain/credence/evidence/groth16"
)

// Sizes in bytes.
const (
	SelectorSize = 4
	// SealSize is the size of a receipt's proof: the selector and the Groth16 proof.
	SealSize = SelectorSize + groth16.ProofSize
)

// publicInputs is the number of public inputs of the circuit.
const publicInputs = 5

// The reasons for a refusal.
var (
	ErrLength     = errors.New("risc0: wrong length")
	ErrSelector   = errors.New("risc0: the seal is for another verifier")
	ErrParameters = errors.New("risc0: the parameters are not those of the selector")
)

// Parameters pin one release of the zkVM.
type Parameters struct {
	// Key is the verifying key in the encoding of groth16.ParseKey.
	Key []byte
	// ControlRoot is the root of the recursion programs' tree.
	ControlRoot [32]byte
	// ControlID is the id of the program that verifies a proof over BN254, as a number, big endian.
	ControlID [32]byte
	// Selector is the first bytes of the hash of the three values above. Every seal begins with it.
	Selector [SelectorSize]byte
}

// Verifier verifies the receipts of one release.
type Verifier struct {
	key      *groth16.Key
	selector [SelectorSize]byte
	root     [2][32]byte
	id       [32]byte
}

// NewVerifier checks the parameters, their selector included.
func NewVerifier(p Parameters) (*Verifier, error) {
	key, err := groth16.ParseKey(p.Key)
	if err != nil {
		return nil, err
	}
	if key.Inputs() != publicInputs {
		return nil, fmt.Errorf("%w: a key for %d public inputs, expected %d", ErrParameters, key.Inputs(), publicInputs)
	}
	if got := p.computeSelector(); got != p.Selector {
		return nil, fmt.Errorf("%w: they hash to %x, the selector is %x", ErrParameters, got, p.Selector)
	}
	v := &Verifier{key: key, selector: p.Selector, id: p.ControlID}
	v.root[0], v.root[1] = splitDigest(p.ControlRoot)
	return v, nil
}

// Verify checks that the guest with the image id wrote the journal.
func (v *Verifier) Verify(imageID [32]byte, journal, seal []byte) error {
	if len(seal) != SealSize {
		return fmt.Errorf("%w: a seal of %d bytes, expected %d", ErrLength, len(seal), SealSize)
	}
	if !bytes.Equal(seal[:SelectorSize], v.selector[:]) {
		return fmt.Errorf("%w: selector %x, expected %x", ErrSelector, seal[:SelectorSize], v.selector)
	}
	low, high := splitDigest(claimDigest(imageID, journal))
	return v.key.Verify(seal[SelectorSize:], [][32]byte{v.root[0], v.root[1], low, high, v.id})
}

// claimDigest returns the digest of this claim: the guest halted with exit code 0, had no input, rested on no assumption and wrote
// the journal.
func claimDigest(imageID [32]byte, journal []byte) [32]byte {
	var none [32]byte
	written := sha256.Sum256(journal)
	output := hashStruct("risc0.Output", [][32]byte{written, none})
	after := hashStruct("risc0.SystemState", [][32]byte{none}, 0)
	return hashStruct("risc0.ReceiptClaim", [][32]byte{none, imageID, after, output}, 0, 0)
}

// hashStruct hashes a structure of digests and numbers.
func hashStruct(tag string, parts [][32]byte, numbers ...uint32) [32]byte {
	h := sha256.New()
	name := sha256.Sum256([]byte(tag))
	h.Write(name[:])
	for _, p := range parts {
		h.Write(p[:])
	}
	var n [4]byte
	for _, v := range numbers {
		binary.LittleEndian.PutUint32(n[:], v)
		h.Write(n[:])
	}
	binary.LittleEndian.PutUint16(n[:], uint16(len(parts)))
	h.Write(n[:2])
	return [32]byte(h.Sum(nil))
}

// splitDigest turns a digest into two numbers of 128 bits, each of a half whose bytes are read little endian.
func splitDigest(d [32]byte) (low, high [32]byte) {
	copy(low[16:], d[:16])
	copy(high[16:], d[16:])
	slices.Reverse(low[16:])
	slices.Reverse(high[16:])
	return low, high
}

// computeSelector hashes the parameters.
func (p Parameters) computeSelector() [SelectorSize]byte {
	id := p.ControlID
	slices.Reverse(id[:])
	all := hashStruct("risc0.Groth16ReceiptVerifierParameters", [][32]byte{p.ControlRoot, id, keyDigest(p.Key)})
	return [SelectorSize]byte(all[:SelectorSize])
}

// keyDigest hashes a verifying key whose lengths have been checked.
func keyDigest(key []byte) [32]byte {
	var parts [][32]byte
	take := func(size int) {
		parts = append(parts, sha256.Sum256(key[:size]))
		key = key[size:]
	}
	take(groth16.G1Size)
	for range 3 {
		take(groth16.G2Size)
	}
	fixed := len(parts)
	for len(key) > 0 {
		take(groth16.G1Size)
	}
	var list [32]byte
	for _, ic := range slices.Backward(parts[fixed:]) {
		list = hashStruct("risc0_groth16.VerifyingKey.IC", [][32]byte{ic, list})
	}
	return hashStruct("risc0_groth16.VerifyingKey", append(parts[:fixed:fixed], list))
}
