package prover

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/evidence/groth16"
)

// polynomial computes x^3 + 5x + k, and k - x.
const polynomial = circuit.Header + `
input x
input k
const five 5
mul xx x x
mul xxx xx x
mul fx five x   # a product with a constant
add s xxx fx
add y s k
sub d k x
output y
output d
`

func parse(t require.TestingT, source string) *circuit.Program {
	p, err := circuit.Parse([]byte(source))
	require.NoError(t, err)
	return p
}

func verifier(t require.TestingT, k *Key) *circuit.Verifier {
	v, err := circuit.NewVerifier(k.Parameters())
	require.NoError(t, err)
	return v
}

// TestProof: the verifier takes a proof for its own program, statement and arguments, and for no others. The proof declares the outputs.
func TestProof(t *testing.T) {
	k := Setup(parse(t, polynomial), "test")
	v := verifier(t, k)
	statement, arguments := sha256.Sum256([]byte("S")), []string{"3", "7"}
	evidence, err := k.Prove(context.Background(), statement, arguments)
	require.NoError(t, err)
	require.Len(t, evidence, 2*32+groth16.ProofSize)
	text, err := v.Outputs(evidence)
	require.NoError(t, err)
	require.Equal(t, "49\n4\n", string(text))
	id := k.Program().ID
	require.NoError(t, v.Verify(id, statement, arguments, evidence))

	again, err := k.Prove(context.Background(), statement, arguments)
	require.NoError(t, err)
	require.NotEqual(t, evidence, again, "two proofs of one thing differ: their bytes name nothing")
	require.NoError(t, v.Verify(id, statement, arguments, again))

	other := statement
	other[31]++
	require.ErrorIs(t, v.Verify(id, other, arguments, evidence), groth16.ErrProof)
	other = statement
	other[0]++
	require.ErrorIs(t, v.Verify(id, other, arguments, evidence), groth16.ErrProof, "the other half")
	require.ErrorIs(t, v.Verify(id, statement, []string{"3", "8"}, evidence), groth16.ErrProof)
	require.ErrorIs(t, v.Verify(id, statement, []string{"3"}, evidence), circuit.ErrArgument)
	require.ErrorIs(t, v.Verify(id, statement, []string{"3", "07"}, evidence), circuit.ErrArgument)
	require.ErrorIs(t, v.Verify([32]byte{1}, statement, arguments, evidence), circuit.ErrProgram)
	require.ErrorIs(t, v.Verify(id, statement, arguments, evidence[1:]), circuit.ErrLength)
	require.ErrorIs(t, v.Verify(id, statement, arguments, append(evidence[:len(evidence):len(evidence)], 0)), circuit.ErrLength)
	stranger := verifier(t, Setup(parse(t, polynomial), "another setup"))
	require.ErrorIs(t, stranger.Verify(id, statement, arguments, evidence), groth16.ErrProof)
}

// TestFlippedBits: a proof with any bit flipped is refused, whether the bit is of the declared outputs or of the points.
func TestFlippedBits(t *testing.T) {
	k := Setup(parse(t, polynomial), "test")
	v, statement, arguments := verifier(t, k), [32]byte{1}, []string{"3", "7"}
	evidence, err := k.Prove(context.Background(), statement, arguments)
	require.NoError(t, err)
	step := 1
	if testing.Short() {
		step = 13
	}
	for bit := 0; bit < len(evidence)*8; bit += step {
		bad := append([]byte(nil), evidence...)
		bad[bit/8] ^= 1 << (bit % 8)
		require.Error(t, v.Verify(k.Program().ID, statement, arguments, bad), "bit %d", bit)
	}
}

// TestMalleable: the verifier also takes (-A, -B, C). So the bytes of a proof must not serve as its name.
func TestMalleable(t *testing.T) {
	k := Setup(parse(t, polynomial), "test")
	evidence, err := k.Prove(context.Background(), [32]byte{1}, []string{"3", "7"})
	require.NoError(t, err)
	twin := append([]byte(nil), evidence...)
	negate := func(at int) {
		var y fp.Element
		require.NoError(t, y.SetBytesCanonical(twin[at:at+fp.Bytes]))
		y.Neg(&y)
		b := y.Bytes()
		copy(twin[at:], b[:])
	}
	proof := 2 * 32
	for _, at := range []int{proof + 32, proof + 64 + 64, proof + 64 + 96} { // y of A, then both parts of y of B
		negate(at)
	}
	require.NotEqual(t, evidence, twin)
	require.NoError(t, verifier(t, k).Verify(k.Program().ID, [32]byte{1}, []string{"3", "7"}, twin))
}

// TestEveryPublicInputIsBound: each public input has a point of its own in the key, even one that the program does not use. A proof with
// another value of that input is refused.
func TestEveryPublicInputIsBound(t *testing.T) {
	k := Setup(parse(t, circuit.Header+"\ninput used\ninput idle\noutput used\n"), "test")
	require.Len(t, k.ic, 1+2+2+1)
	seen := map[bn254.G1Affine]bool{}
	for i, p := range k.ic {
		require.False(t, p.IsInfinity(), "%d", i)
		require.False(t, seen[p], "%d", i)
		seen[p] = true
	}
	statement := [32]byte{9}
	evidence, err := k.Prove(context.Background(), statement, []string{"1", "2"})
	require.NoError(t, err)
	v := verifier(t, k)
	require.NoError(t, v.Verify(k.Program().ID, statement, []string{"1", "2"}, evidence))
	require.ErrorIs(t, v.Verify(k.Program().ID, statement, []string{"1", "3"}, evidence), groth16.ErrProof)
}

// TestSetupIsTheSame: a seed and a program give the same key every time. Another seed or another program gives another key.
func TestSetupIsTheSame(t *testing.T) {
	a, b := Setup(parse(t, polynomial), "test"), Setup(parse(t, polynomial), "test")
	require.Equal(t, a.VerifyingKey(), b.VerifyingKey())
	require.NotEqual(t, a.VerifyingKey(), Setup(parse(t, polynomial), "tess").VerifyingKey())
	require.NotEqual(t, a.VerifyingKey(), Setup(parse(t, polynomial+"# another text\n"), "test").VerifyingKey())
}

// TestAnyProgram: a proof of a random program is taken, and refused with a wrong output.
func TestAnyProgram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"a", "b"}
		var s strings.Builder
		s.WriteString(circuit.Header + "\ninput a\ninput b\n")
		for i := range rapid.IntRange(0, 12).Draw(t, "steps") {
			name := fmt.Sprintf("v%d", i)
			op := rapid.SampledFrom([]string{"mul", "mul", "add", "sub", "const"}).Draw(t, "op")
			if op == "const" {
				fmt.Fprintf(&s, "const %s %d\n", name, rapid.Uint64().Draw(t, "n"))
			} else {
				pick := func(label string) string { return rapid.SampledFrom(names).Draw(t, label) }
				fmt.Fprintf(&s, "%s %s %s %s\n", op, name, pick("x"), pick("y"))
			}
			names = append(names, name)
		}
		fmt.Fprintf(&s, "output %s\n", names[len(names)-1])
		k := Setup(parse(t, s.String()), "test")
		v, statement := verifier(t, k), [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "statement"))
		arguments := []string{fmt.Sprint(rapid.Uint64().Draw(t, "a")), fmt.Sprint(rapid.Uint64().Draw(t, "b"))}
		evidence, err := k.Prove(context.Background(), statement, arguments)
		require.NoError(t, err)
		require.NoError(t, v.Verify(k.Program().ID, statement, arguments, evidence), s.String())
		evidence[31] ^= 1
		require.Error(t, v.Verify(k.Program().ID, statement, arguments, evidence))
	})
}

// BenchmarkProve measures the proof of a program of a thousand products.
func BenchmarkProve(b *testing.B) {
	var s strings.Builder
	s.WriteString(circuit.Header + "\ninput x0\n")
	for i := range 1000 {
		fmt.Fprintf(&s, "mul x%d x%d x%d\n", i+1, i, i)
	}
	s.WriteString("output x1000\n")
	k := Setup(parse(b, s.String()), "test")
	b.ResetTimer()
	for range b.N {
		if _, err := k.Prove(context.Background(), [32]byte{1}, []string{"3"}); err != nil {
			b.Fatal(err)
		}
	}
}
