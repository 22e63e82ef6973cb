// Package sp1 verifies proofs of the SP1 zkVM that are wrapped in a Groth16 proof.
//
// A proof shows that a program, named by the hash of its own verifying key, wrote its public values. The formulas are those of the
// contracts of Succinct (github.com/succinctlabs/sp1-contracts, contracts/src). There are two formats:
//
//   - up to version 5 the public inputs are the program and the hash of the public values; the proof is the selector and the
//     Groth16 proof. The statement has no exit code: the program must not write public values when it fails.
//   - from version 6 on the exit code, the root of the recursion's verifying keys and a nonce are public inputs as well. They
//     come between the selector and the Groth16 proof. The exit code must be 0 and the root must be the pinned one; the nonce
//     may have any value.
package sp1

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/credence-chain/credence/evidence/groth16"
)

// SelectorSize is the size in bytes of the selector with which every proof begins.
const SelectorSize = 4

// Sizes of the proofs of the two formats, in bytes.
const (
	ProofSize       = SelectorSize + groth16.ProofSize
	RootedProofSize = ProofSize + 3*32
)

// Public inputs of the two formats.
const (
	publicInputs       = 2
	rootedPublicInputs = 5
)

// The reasons for a refusal.
var (
	ErrLength     = errors.New("sp1: wrong length")
	ErrSelector   = errors.New("sp1: the proof is for another verifier")
	ErrExitCode   = errors.New("sp1: the program did not end with exit code 0")
	ErrRoot       = errors.New("sp1: the proof is of another release's recursion")
	ErrParameters = errors.New("sp1: the key and the root are not of one format")
)

// Parameters pin one release of the zkVM.
type Parameters struct {
	// Key is the verifying key in the encoding of groth16.ParseKey.
	Key []byte
	// Root is the root of the recursion's verifying keys; all zero up to version 5, which has none.
	Root [32]byte
	// Selector is the first bytes of the release's verifier hash.
	Selector [SelectorSize]byte
}

// Verifier verifies the proofs of one release.
type Verifier struct {
	key      *groth16.Key
	selector [SelectorSize]byte
	root     [32]byte
	rooted   bool
}

// NewVerifier checks the parameters. The selector cannot be computed from them: it covers more than the verifying key.
func NewVerifier(p Parameters) (*Verifier, error) {
	key, err := groth16.ParseKey(p.Key)
	if err != nil {
		return nil, err
	}
	rooted := p.Root != [32]byte{}
	want := publicInputs
	if rooted {
		want = rootedPublicInputs
	}
	if key.Inputs() != want {
		return nil, fmt.Errorf("%w: a key for %d public inputs, expected %d (with a root: %t)", ErrParameters, key.Inputs(), want, rooted)
	}
	return &Verifier{key: key, selector: p.Selector, root: p.Root, rooted: rooted}, nil
}

// ProofSize returns the size of the release's proofs, in bytes.
func (v *Verifier) ProofSize() int {
	if v.rooted {
		return RootedProofSize
	}
	return ProofSize
}

// Verify checks that the program wrote the public values. The program's key is a number below r, big endian.
func (v *Verifier) Verify(program [32]byte, publicValues, proof []byte) error {
	if len(proof) != v.ProofSize() {
		return fmt.Errorf("%w: a proof of %d bytes, expected %d", ErrLength, len(proof), v.ProofSize())
	}
	if !bytes.Equal(proof[:SelectorSize], v.selector[:]) {
		return fmt.Errorf("%w: selector %x, expected %x", ErrSelector, proof[:SelectorSize], v.selector)
	}
	inputs := [][32]byte{program, hashPublicValues(publicValues)}
	proof = proof[SelectorSize:]
	if v.rooted {
		exit, root, nonce := [32]byte(proof[:32]), [32]byte(proof[32:64]), [32]byte(proof[64:96])
		switch {
		case exit != [32]byte{}:
			return fmt.Errorf("%w: got %x", ErrExitCode, exit)
		case root != v.root:
			return fmt.Errorf("%w: root %x, expected %x", ErrRoot, root, v.root)
		}
		inputs, proof = append(inputs, exit, root, nonce), proof[96:]
	}
	return v.key.Verify(proof, inputs)
}

// hashPublicValues returns SHA-256 of the values with its three highest bits set to zero, so that it is below r.
func hashPublicValues(b []byte) [32]byte {
	d := sha256.Sum256(b)
	d[0] &= 0x1f
	return d
}
