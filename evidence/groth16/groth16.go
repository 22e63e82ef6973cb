// Package groth16 verifies Groth16 proofs over the curve BN254, strictly and offline.
//
// A proof is three points A (G1), B (G2) and C (G1). It shows that its maker knows a witness for a circuit whose public inputs are
// x[1..n], if
//
//	e(A, B) = e(alpha, beta) * e(ic[0] + sum of x[i]*ic[i], gamma) * e(C, delta)
//
// where the verifying key holds alpha, beta, gamma, delta and ic. (J. Groth, On the Size of Pairing-based Non-interactive
// Arguments, EUROCRYPT 2016, section 3.2.)
//
// The encoding is that of the precompiled contracts of Ethereum (EIP-197): a coordinate is 32 bytes, big endian; a point of G1 is
// x, y; a point of G2 is x1, x0, y1, y0, where x = x0 + x1*u. Like the contracts, the package refuses a coordinate that is not
// below the field's modulus, a point that is not on the curve, and a point of G2 outside the subgroup of order r. It also refuses
// the point at infinity, which no honest prover sends, and a public input that is not below r.
//
// Anybody who has a proof can make another one for the same inputs: (-A, -B, C) verifies too. So the bytes of a proof never
// identify anything.
//
// Everything here is a pure function of its arguments and gives the same verdict on every machine.
package groth16

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// Sizes of the encodings, in bytes.
const (
	G1Size    = 64
	G2Size    = 128
	ProofSize = 2*G1Size + G2Size
	// fixedKeySize is the size of alpha, beta, gamma and delta, which precede ic in a key.
	fixedKeySize = G1Size + 3*G2Size
)

// MaxInputs bounds the public inputs of a key. Each costs one scalar multiplication.
const MaxInputs = 16

// MaxKeySize is the size in bytes of a key with MaxInputs.
const MaxKeySize = fixedKeySize + (MaxInputs+1)*G1Size

// The reasons for a refusal.
var (
	ErrLength   = errors.New("groth16: wrong length")
	ErrEncoding = errors.New("groth16: a coordinate is not below the field's modulus")
	ErrPoint    = errors.New("groth16: a point is at infinity, not on the curve or not in the subgroup")
	ErrInput    = errors.New("groth16: a public input is not below the order of the group")
	ErrProof    = errors.New("groth16: the pairing equation does not hold")
)

// Key is a verifying key whose points have been checked.
type Key struct {
	alpha                       bn254.G1Affine
	negBeta, negGamma, negDelta bn254.G2Affine
	ic                          []bn254.G1Affine
}

// ParseKey reads alpha (G1), beta, gamma, delta (G2) and the points of ic (G1), one after another, and checks them all. A key has 1
// to MaxInputs public inputs, and one more point of ic. ParseKey also refuses a point of ic at infinity: its input would not matter
// to the proof, but verifiers rely on every input.
func ParseKey(b []byte) (*Key, error) {
	points := (len(b) - fixedKeySize) / G1Size
	if len(b) < fixedKeySize+2*G1Size || len(b) > MaxKeySize || (len(b)-fixedKeySize)%G1Size != 0 {
		return nil, fmt.Errorf("%w: a key of %d bytes, expected %d and %d for each of 2 to %d points of ic",
			ErrLength, len(b), fixedKeySize, G1Size, MaxInputs+1)
	}
	k := &Key{ic: make([]bn254.G1Affine, points)}
	var err error
	if k.alpha, err = readG1(b[:G1Size]); err != nil {
		return nil, fmt.Errorf("alpha: %w", err)
	}
	for i, to := range []*bn254.G2Affine{&k.negBeta, &k.negGamma, &k.negDelta} {
		p, err := readG2(b[G1Size+i*G2Size:][:G2Size])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", [...]string{"beta", "gamma", "delta"}[i], err)
		}
		to.Neg(&p)
	}
	for i := range k.ic {
		if k.ic[i], err = readG1(b[fixedKeySize+i*G1Size:][:G1Size]); err != nil {
			return nil, fmt.Errorf("ic[%d]: %w", i, err)
		}
	}
	return k, nil
}

// Inputs returns the number of public inputs of the key's circuit.
func (k *Key) Inputs() int { return len(k.ic) - 1 }

// Verify checks a proof for public inputs, each a number of 32 bytes, big endian. It checks lengths and encodings before anything
// expensive.
func (k *Key) Verify(proof []byte, inputs [][32]byte) error {
	if len(proof) != ProofSize {
		return fmt.Errorf("%w: a proof of %d bytes, expected %d", ErrLength, len(proof), ProofSize)
	}
	if len(inputs) != k.Inputs() {
		return fmt.Errorf("%w: %d public inputs, expected %d", ErrLength, len(inputs), k.Inputs())
	}
	scalars := make([]fr.Element, len(inputs))
	for i := range inputs {
		if err := scalars[i].SetBytesCanonical(inputs[i][:]); err != nil {
			return fmt.Errorf("public input %d: %w", i+1, ErrInput)
		}
	}
	a, err := readG1(proof[:G1Size])
	if err != nil {
		return fmt.Errorf("A: %w", err)
	}
	c, err := readG1(proof[G1Size+G2Size:])
	if err != nil {
		return fmt.Errorf("C: %w", err)
	}
	b, err := readG2(proof[G1Size:][:G2Size])
	if err != nil {
		return fmt.Errorf("B: %w", err)
	}
	sum := k.combineInputs(scalars)
	holds, err := bn254.PairingCheck(
		[]bn254.G1Affine{a, k.alpha, sum, c},
		[]bn254.G2Affine{b, k.negBeta, k.negGamma, k.negDelta})
	if err != nil || !holds {
		return ErrProof
	}
	return nil
}

// combineInputs returns ic[0] + sum of x[i]*ic[i]. It multiplies one after another, because the library's multi-exponentiation
// starts goroutines, which must not run in a block.
func (k *Key) combineInputs(scalars []fr.Element) bn254.G1Affine {
	var sum, term bn254.G1Jac
	sum.FromAffine(&k.ic[0])
	var x big.Int
	for i := range scalars {
		term.FromAffine(&k.ic[i+1])
		term.ScalarMultiplication(&term, scalars[i].BigInt(&x))
		sum.AddAssign(&term)
	}
	var out bn254.G1Affine
	return *out.FromJacobian(&sum)
}

// readCoordinate reads a coordinate, which must be below the modulus: otherwise a point would have several encodings.
func readCoordinate(e *fp.Element, b []byte) error {
	if err := e.SetBytesCanonical(b); err != nil {
		return ErrEncoding
	}
	return nil
}

// readG1 reads a point of G1. The curve's cofactor is 1, so that all its points are in the subgroup.
func readG1(b []byte) (p bn254.G1Affine, err error) {
	for i, to := range []*fp.Element{&p.X, &p.Y} {
		if err := readCoordinate(to, b[i*fp.Bytes:][:fp.Bytes]); err != nil {
			return p, err
		}
	}
	if p.IsInfinity() || !p.IsOnCurve() {
		return p, ErrPoint
	}
	return p, nil
}

// readG2 reads a point of G2. The twist has other subgroups, so it checks that the point is in the right one.
func readG2(b []byte) (p bn254.G2Affine, err error) {
	for i, to := range []*fp.Element{&p.X.A1, &p.X.A0, &p.Y.A1, &p.Y.A0} {
		if err := readCoordinate(to, b[i*fp.Bytes:][:fp.Bytes]); err != nil {
			return p, err
		}
	}
	if p.IsInfinity() || !p.IsOnCurve() || !p.IsInSubGroup() {
		return p, ErrPoint
	}
	return p, nil
}
