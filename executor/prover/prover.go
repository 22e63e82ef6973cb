// Package prover makes Groth16 proofs that a program of package evidence/circuit was run. Workers prove with it; nodes verify the
// proofs with evidence/circuit.
//
// The formulas are those of J. Groth, On the Size of Pairing-based Non-interactive Arguments, EUROCRYPT 2016, section 3.2. The curve,
// the transforms and the multi-exponentiations are gnark-crypto's.
package prover

import (
	"context"
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"

	"github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/evidence/groth16"
)

// Key is the proving key of one program.
type Key struct {
	program *circuit.Program
	domain  *fft.Domain

	alpha, beta1, delta1 bn254.G1Affine
	beta2, gamma, delta2 bn254.G2Affine
	a, b1                []bn254.G1Affine // of every wire
	b2                   []bn254.G2Affine
	private              []bn254.G1Affine // of every wire that is not public
	quotient             []bn254.G1Affine // of every power of the quotient polynomial
	ic                   []bn254.G1Affine // of every public wire, that of 1 first
}

// Program returns the program of the key.
func (k *Key) Program() *circuit.Program { return k.program }

// VerifyingKey returns the key for verifiers, in the encoding of groth16.ParseKey.
func (k *Key) VerifyingKey() []byte {
	out := appendG1(nil, &k.alpha)
	for _, p := range []*bn254.G2Affine{&k.beta2, &k.gamma, &k.delta2} {
		out = appendG2(out, p)
	}
	for i := range k.ic {
		out = appendG1(out, &k.ic[i])
	}
	return out
}

// Parameters returns the parameters from which a verifier of the program is made.
func (k *Key) Parameters() circuit.Parameters {
	return circuit.Parameters{Key: k.VerifyingKey(), Program: k.program.ID, Inputs: k.program.Inputs}
}

// Prove runs the program on the arguments and returns the evidence for a statement's digest. Errors wrap circuit.ErrArgument, or
// say what this machine lacks.
func (k *Key) Prove(ctx context.Context, statement [32]byte, arguments []string) ([]byte, error) {
	numbers, err := circuit.ParseArguments(arguments)
	if err != nil {
		return nil, err
	}
	wires, err := k.program.Assign(statement, numbers)
	if err != nil {
		return nil, err
	}
	quotient, err := k.divide(wires)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	proof, err := k.combine(wires, quotient)
	if err != nil {
		return nil, err
	}
	first := 1 + k.program.Public() - k.program.Outputs
	return circuit.EncodeEvidence(wires[first:first+k.program.Outputs], proof), nil
}

// divide returns the coefficients of h = (a*b - c) / Z. At root^i the polynomials a, b and c have the values of the three sums of
// constraint i, where root is the root of the domain.
func (k *Key) divide(wires []fr.Element) ([]fr.Element, error) {
	n := k.domain.Cardinality
	a, b, c := make([]fr.Element, n), make([]fr.Element, n), make([]fr.Element, n)
	for i, row := range k.program.Constraints {
		a[i], b[i], c[i] = row.A.Evaluate(wires), row.B.Evaluate(wires), row.C.Evaluate(wires)
		var product fr.Element
		if product.Mul(&a[i], &b[i]); !product.Equal(&c[i]) {
			return nil, fmt.Errorf("constraint %d does not hold", i)
		}
	}
	// On a coset Z has the same value everywhere, and it is not 0.
	for _, v := range [][]fr.Element{a, b, c} {
		k.domain.FFTInverse(v, fft.DIF)
		k.domain.FFT(v, fft.DIT, fft.OnCoset())
	}
	var z fr.Element
	one := fr.One()
	z.Exp(k.domain.FrMultiplicativeGen, new(big.Int).SetUint64(n))
	z.Sub(&z, &one).Inverse(&z)
	for i := range a {
		a[i].Mul(&a[i], &b[i]).Sub(&a[i], &c[i]).Mul(&a[i], &z)
	}
	k.domain.FFTInverse(a, fft.DIF, fft.OnCoset())
	fft.BitReverse(a)
	return a[:n-1], nil // its degree is n-2 at most
}

// combine returns the proof's three points. Two random numbers make each proof different.
func (k *Key) combine(wires, quotient []fr.Element) ([]byte, error) {
	var r, s fr.Element
	if _, err := r.SetRandom(); err != nil {
		return nil, err
	}
	if _, err := s.SetRandom(); err != nil {
		return nil, err
	}
	var sums [4]bn254.G1Jac
	for i, part := range []struct {
		points  []bn254.G1Affine
		scalars []fr.Element
	}{{k.a, wires}, {k.b1, wires}, {k.private, wires[1+k.program.Public():]}, {k.quotient, quotient}} {
		if len(part.points) == 0 {
			continue
		}
		if _, err := sums[i].MultiExp(part.points, part.scalars, ecc.MultiExpConfig{}); err != nil {
			return nil, err
		}
	}
	var b2 bn254.G2Jac
	if _, err := b2.MultiExp(k.b2, wires, ecc.MultiExpConfig{}); err != nil {
		return nil, err
	}
	a, b1, c := sums[0], sums[1], sums[2]
	var t bn254.G1Jac
	a.AddMixed(&k.alpha).AddAssign(scaleG1(&t, &k.delta1, &r))
	b1.AddMixed(&k.beta1).AddAssign(scaleG1(&t, &k.delta1, &s))
	var t2 bn254.G2Jac
	t2.FromAffine(&k.delta2)
	b2.AddMixed(&k.beta2).AddAssign(t2.ScalarMultiplication(&t2, s.BigInt(new(big.Int))))
	c.AddAssign(&sums[3])
	t.Set(&a)
	c.AddAssign(t.ScalarMultiplication(&t, s.BigInt(new(big.Int))))
	t.Set(&b1)
	c.AddAssign(t.ScalarMultiplication(&t, r.BigInt(new(big.Int))))
	var rs fr.Element
	rs.Mul(&r, &s).Neg(&rs)
	c.AddAssign(scaleG1(&t, &k.delta1, &rs))

	var pa, pc bn254.G1Affine
	var pb bn254.G2Affine
	pa.FromJacobian(&a)
	pb.FromJacobian(&b2)
	pc.FromJacobian(&c)
	return appendG1(appendG2(appendG1(make([]byte, 0, groth16.ProofSize), &pa), &pb), &pc), nil
}

// scaleG1 sets to to a point times a number.
func scaleG1(to *bn254.G1Jac, p *bn254.G1Affine, n *fr.Element) *bn254.G1Jac {
	to.FromAffine(p)
	return to.ScalarMultiplication(to, n.BigInt(new(big.Int)))
}

func appendCoordinates(out []byte, coordinates ...*fp.Element) []byte {
	for _, c := range coordinates {
		b := c.Bytes()
		out = append(out, b[:]...)
	}
	return out
}

func appendG1(out []byte, p *bn254.G1Affine) []byte { return appendCoordinates(out, &p.X, &p.Y) }

func appendG2(out []byte, p *bn254.G2Affine) []byte {
	return appendCoordinates(out, &p.X.A1, &p.X.A0, &p.Y.A1, &p.Y.A0)
}
