package prover

import (
	"crypto/sha256"
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"

	"github.com/credence-chain/credence/evidence/circuit"
)

// DevnetSeed is the seed of the keys of development chains. It is public, so anybody can make a proof of anything. Other chains
// refuse verifiers with such keys (x/verifiers).
const DevnetSeed = "everybody knows this seed, and can prove whatever they like"

// secrets are the numbers of a setup. Anybody who knows them can prove anything.
type secrets struct{ tau, alpha, beta, gamma, delta fr.Element }

// newSecrets derives the secrets from a seed and the program.
func newSecrets(seed string, program [32]byte) (s secrets) {
	for i, to := range []*fr.Element{&s.tau, &s.alpha, &s.beta, &s.gamma, &s.delta} {
		var wide []byte
		for half := range 2 {
			d := sha256.Sum256(fmt.Appendf(nil, "credence/circuit/setup/v1\n%s\n%x\n%d.%d", seed, program, i, half))
			wide = append(wide, d[:]...)
		}
		to.SetBigInt(new(big.Int).SetBytes(wide)) // reduced from 512 bits
	}
	return s
}

// Setup makes the key of a program from a seed, the same key every time. Anybody who knows the seed can prove anything with the
// key: it is for development and tests.
func Setup(program *circuit.Program, seed string) *Key {
	s := newSecrets(seed, program.ID)
	k := &Key{program: program, domain: fft.NewDomain(uint64(len(program.Constraints)))}
	u, v, w := k.evaluateColumns(&s)
	_, _, g1, g2 := bn254.Generators()

	point := func(n *fr.Element) (p bn254.G1Affine) {
		p.ScalarMultiplication(&g1, n.BigInt(new(big.Int)))
		return p
	}
	point2 := func(n *fr.Element) (p bn254.G2Affine) {
		p.ScalarMultiplication(&g2, n.BigInt(new(big.Int)))
		return p
	}
	k.alpha, k.beta1, k.delta1 = point(&s.alpha), point(&s.beta), point(&s.delta)
	k.beta2, k.gamma, k.delta2 = point2(&s.beta), point2(&s.gamma), point2(&s.delta)
	k.a, k.b1, k.b2 = bn254.BatchScalarMultiplicationG1(&g1, u), bn254.BatchScalarMultiplicationG1(&g1, v), bn254.BatchScalarMultiplicationG2(&g2, v)

	var perGamma, perDelta fr.Element
	perGamma.Inverse(&s.gamma)
	perDelta.Inverse(&s.delta)
	mixed := make([]fr.Element, len(u)) // (beta u + alpha v + w), over gamma or delta
	for i := range mixed {
		var bu, av fr.Element
		bu.Mul(&s.beta, &u[i])
		av.Mul(&s.alpha, &v[i])
		mixed[i].Add(&bu, &av).Add(&mixed[i], &w[i])
		if i <= program.Public() {
			mixed[i].Mul(&mixed[i], &perGamma)
		} else {
			mixed[i].Mul(&mixed[i], &perDelta)
		}
	}
	k.ic = bn254.BatchScalarMultiplicationG1(&g1, mixed[:1+program.Public()])
	if rest := mixed[1+program.Public():]; len(rest) > 0 {
		k.private = bn254.BatchScalarMultiplicationG1(&g1, rest)
	}
	k.quotient = bn254.BatchScalarMultiplicationG1(&g1, k.quotientPowers(&s, &perDelta))
	return k
}

// evaluateColumns returns the values at tau of three polynomials for every wire. At the powers of the domain's root, the first
// polynomial has the wire's factors in A, and the others those in B and C.
func (k *Key) evaluateColumns(s *secrets) (u, v, w []fr.Element) {
	wires := k.program.Wires()
	u, v, w = make([]fr.Element, wires), make([]fr.Element, wires), make([]fr.Element, wires)
	for i, lagrange := range k.lagrangeAt(&s.tau) {
		row := k.program.Constraints[i]
		for _, part := range []struct {
			sum circuit.Sum
			to  []fr.Element
		}{{row.A, u}, {row.B, v}, {row.C, w}} {
			for _, t := range part.sum {
				var x fr.Element
				x.Mul(&t.Factor, &lagrange)
				part.to[t.Wire].Add(&part.to[t.Wire], &x)
			}
		}
	}
	return u, v, w
}

// vanishing returns Z(tau) = tau^n - 1.
func (k *Key) vanishing(tau *fr.Element) (z fr.Element) {
	one := fr.One()
	z.Exp(*tau, new(big.Int).SetUint64(k.domain.Cardinality))
	return *z.Sub(&z, &one)
}

// lagrangeAt returns, for every constraint i, the value at tau of the polynomial that is 1 at root^i and 0 at its other powers:
// Z(tau)/n * root^i / (tau - root^i).
func (k *Key) lagrangeAt(tau *fr.Element) []fr.Element {
	scale := k.vanishing(tau)
	scale.Mul(&scale, &k.domain.CardinalityInv)
	out := make([]fr.Element, len(k.program.Constraints))
	power := fr.One()
	powers := make([]fr.Element, len(out))
	for i := range out {
		powers[i] = power
		out[i].Sub(tau, &power)
		power.Mul(&power, &k.domain.Generator)
	}
	out = fr.BatchInvert(out)
	for i := range out {
		out[i].Mul(&out[i], &powers[i]).Mul(&out[i], &scale)
	}
	return out
}

// quotientPowers returns tau^j Z(tau) / delta for every power of the quotient.
func (k *Key) quotientPowers(s *secrets, perDelta *fr.Element) []fr.Element {
	out := make([]fr.Element, k.domain.Cardinality-1)
	next := k.vanishing(&s.tau)
	next.Mul(&next, perDelta)
	for i := range out {
		out[i] = next
		next.Mul(&next, &s.tau)
	}
	return out
}
