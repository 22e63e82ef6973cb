package groth16_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/groth16"
	"github.com/credence-chain/credence/evidence/internal/vectors"
)

// inputsOf returns the public inputs of a case that states them.
func inputsOf(t testing.TB, c vectors.Case) [][32]byte {
	var out [][32]byte
	for _, n := range c.Inputs {
		out = append(out, vectors.Word(t, n))
	}
	return out
}

// proofOf returns the proof of a case without its system's header.
func proofOf(c vectors.Case) []byte { return c.Proof[len(c.Proof)-groth16.ProofSize:] }

func keyOf(t testing.TB, r vectors.Release) *groth16.Key {
	k, err := groth16.ParseKey(r.Key(t))
	require.NoError(t, err)
	return k
}

func TestVerify(t *testing.T) {
	seen := 0
	for _, r := range vectors.Read(t, "") {
		k := keyOf(t, r)
		for _, c := range r.Cases {
			if len(c.Inputs) == 0 {
				continue
			}
			seen++
			err := k.Verify(proofOf(c), inputsOf(t, c))
			require.Equal(t, c.Valid, err == nil, "%s %s: %v", r.Name, c.Name, err)
		}
	}
	require.Equal(t, 10, seen)
}

// A valid proof in any other encoding is refused, before the pairing where possible.
func TestVerifyRefuses(t *testing.T) {
	r := vectors.Read(t, "SP1")[0]
	k, c := keyOf(t, r), r.Valid(t)
	inputs, proof := inputsOf(t, c), proofOf(c)
	modulus := func(i int, q *big.Int) []byte {
		b := append([]byte{}, proof...)
		n := new(big.Int).SetBytes(b[i : i+32])
		if n.Add(n, q).BitLen() > 256 {
			t.Fatal("too large to try")
		}
		n.FillBytes(b[i : i+32])
		return b
	}
	for i := 0; i < groth16.ProofSize; i += 32 {
		require.ErrorIs(t, k.Verify(modulus(i, fp.Modulus()), inputs), groth16.ErrEncoding, "coordinate %d", i/32)
	}
	for i := range inputs {
		greater := append([][32]byte{}, inputs...)
		n := new(big.Int).SetBytes(greater[i][:])
		n.Add(n, fr.Modulus()).FillBytes(greater[i][:])
		require.ErrorIs(t, k.Verify(proof, greater), groth16.ErrInput)
	}
	for _, part := range [][2]int{{0, 64}, {64, 192}, {192, 256}} {
		b := append([]byte{}, proof...)
		clear(b[part[0]:part[1]])
		require.ErrorIs(t, k.Verify(b, inputs), groth16.ErrPoint)
	}
	require.ErrorIs(t, k.Verify(proof[1:], inputs), groth16.ErrLength)
	require.ErrorIs(t, k.Verify(append(proof, 0), inputs), groth16.ErrLength)
	require.ErrorIs(t, k.Verify(nil, inputs), groth16.ErrLength)
	require.ErrorIs(t, k.Verify(proof, inputs[1:]), groth16.ErrLength)
	require.ErrorIs(t, k.Verify(proof, append(inputs, [32]byte{})), groth16.ErrLength)
}

// A point of the twist that is not of order r is refused before the pairing, since the pairing does not check this.
func TestVerifyRefusesOtherSubgroups(t *testing.T) {
	for _, r := range vectors.Read(t, "") {
		for _, c := range r.Cases {
			if c.Name == "B-outside-subgroup" {
				require.ErrorIs(t, keyOf(t, r).Verify(proofOf(c), make([][32]byte, keyOf(t, r).Inputs())), groth16.ErrPoint)
			}
		}
	}
}

// The packages of the two systems flip every bit of the bytes that they verify. This test flips the inputs that they compute.
func TestVerifyRefusesEveryFlippedInput(t *testing.T) {
	r := vectors.Read(t, "SP1")[1]
	k, c := keyOf(t, r), r.Valid(t)
	inputs := inputsOf(t, c)
	for i, good := range inputs {
		vectors.EachFlippedBit(good[:], func(bit int, flipped []byte) {
			inputs[i] = [32]byte(flipped)
			require.Error(t, k.Verify(proofOf(c), inputs), "bit %d of input %d", bit, i)
		})
		inputs[i] = good
	}
}

func TestParseKey(t *testing.T) {
	for _, r := range vectors.Read(t, "") {
		b := r.Key(t)
		k, err := groth16.ParseKey(b)
		require.NoError(t, err)
		require.Equal(t, len(r.VerifyingKey.IC)-1, k.Inputs())
		for _, wrong := range [][]byte{nil, b[:len(b)-1], append(b[:len(b):len(b)], 0), b[:448+64], append(b[:len(b):len(b)], make([]byte, 64)...)} {
			_, err := groth16.ParseKey(wrong)
			require.Error(t, err)
		}
	}
	_, err := groth16.ParseKey(make([]byte, groth16.MaxKeySize+64))
	require.ErrorIs(t, err, groth16.ErrLength)
}

func TestParseKeyRefusesEveryFlippedBit(t *testing.T) {
	vectors.EachFlippedBit(vectors.Read(t, "SP1")[1].Key(t), func(bit int, flipped []byte) {
		_, err := groth16.ParseKey(flipped)
		require.True(t, errors.Is(err, groth16.ErrPoint) || errors.Is(err, groth16.ErrEncoding), "bit %d: %v", bit, err)
	})
}

func FuzzVerify(f *testing.F) {
	r := vectors.Read(f, "SP1")[1]
	k, c := keyOf(f, r), r.Valid(f)
	inputs := inputsOf(f, c)
	f.Add(proofOf(c), inputs[0][:])
	f.Add(make([]byte, groth16.ProofSize), make([]byte, 32))
	f.Fuzz(func(t *testing.T, proof, input []byte) {
		if len(input) != 32 {
			return
		}
		changed := string(input) != string(inputs[0][:])
		if err := k.Verify(proof, [][32]byte{[32]byte(input), inputs[1]}); err == nil && changed {
			t.Fatal("a proof holds for another input")
		}
	})
}

func FuzzParseKey(f *testing.F) {
	for _, r := range vectors.Read(f, "") {
		f.Add(r.Key(f))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := groth16.ParseKey(b); err == nil && k.Inputs() > groth16.MaxInputs {
			t.Fatal("more public inputs than the limit")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, r := range vectors.Read(b, "") {
		k, c := keyOf(b, r), r.Valid(b)
		inputs := inputsOf(b, c)
		b.Run(r.Name, func(b *testing.B) {
			for b.Loop() {
				if err := k.Verify(proofOf(c), inputs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseKey(b *testing.B) {
	key := vectors.Read(b, "")[0].Key(b)
	for b.Loop() {
		if _, err := groth16.ParseKey(key); err != nil {
			b.Fatal(err)
		}
	}
}
