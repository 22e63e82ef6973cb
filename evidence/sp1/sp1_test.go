package sp1_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/groth16"
	"github.com/credence-chain/credence/evidence/internal/vectors"
	"github.com/credence-chain/credence/evidence/sp1"
)

func parameters(t testing.TB, r vectors.Release) sp1.Parameters {
	p := sp1.Parameters{Key: r.Key(t), Selector: [4]byte(r.Selector)}
	copy(p.Root[:], r.Root)
	return p
}

func verifier(t testing.TB, r vectors.Release) *sp1.Verifier {
	v, err := sp1.NewVerifier(parameters(t, r))
	require.NoError(t, err)
	return v
}

func TestVerify(t *testing.T) {
	seen := 0
	for _, r := range vectors.Read(t, "SP1") {
		v := verifier(t, r)
		for _, c := range r.Cases {
			seen++
			err := v.Verify([32]byte(c.Program), c.Journal, c.Proof)
			require.Equal(t, c.Valid, err == nil, "%s %s: %v", r.Name, c.Name, err)
		}
	}
	require.Equal(t, 58, seen)
}

func TestVerifyRefusesWithTheReason(t *testing.T) {
	for _, r := range vectors.Read(t, "SP1") {
		v := verifier(t, r)
		for _, c := range r.Cases {
			want := map[string]error{
				"exit-code-1": sp1.ErrExitCode, "vk-root": sp1.ErrRoot, "selector": sp1.ErrSelector, "proof-longer": sp1.ErrLength,
				"program-plus-r": groth16.ErrInput, "nonce-plus-r": groth16.ErrInput, "nonce": groth16.ErrProof,
				"B-outside-subgroup": groth16.ErrPoint, "A-not-canonical": groth16.ErrEncoding, "journal-bit": groth16.ErrProof,
			}[c.Name]
			if want != nil {
				require.ErrorIs(t, v.Verify([32]byte(c.Program), c.Journal, c.Proof), want, "%s %s", r.Name, c.Name)
			}
		}
	}
}

func TestVerifyRefusesEveryFlippedBit(t *testing.T) {
	for _, r := range vectors.Read(t, "SP1") {
		v, c := verifier(t, r), r.Valid(t)
		for name, part := range map[string]*vectors.Hex{"program": &c.Program, "public values": &c.Journal, "proof": &c.Proof} {
			good := *part
			vectors.EachFlippedBit(good, func(bit int, flipped []byte) {
				*part = flipped
				require.Error(t, v.Verify([32]byte(c.Program), c.Journal, c.Proof), "%s: bit %d of the %s", r.Name, bit, name)
			})
			*part = good
		}
	}
}

func TestNewVerifier(t *testing.T) {
	for _, r := range vectors.Read(t, "SP1") {
		p := parameters(t, r)
		if p.Root == [32]byte{} {
			p.Root[0] = 1
		} else {
			p.Root = [32]byte{}
		}
		_, err := sp1.NewVerifier(p)
		require.ErrorIs(t, err, sp1.ErrParameters)
		p.Key = nil
		_, err = sp1.NewVerifier(p)
		require.ErrorIs(t, err, groth16.ErrLength)
	}
}

func FuzzVerify(f *testing.F) {
	r := vectors.Read(f, "SP1")[0]
	v := verifier(f, r)
	for _, c := range r.Cases {
		f.Add([]byte(c.Program), []byte(c.Journal), []byte(c.Proof))
	}
	good := r.Valid(f)
	f.Fuzz(func(t *testing.T, program, values, proof []byte) {
		if len(program) != 32 {
			return
		}
		same := string(program) == string(good.Program) && string(values) == string(good.Journal)
		if err := v.Verify([32]byte(program), values, proof); err == nil && !same {
			t.Fatal("a proof holds for other public values")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, r := range vectors.Read(b, "SP1") {
		v, c := verifier(b, r), r.Valid(b)
		b.Run(r.Name, func(b *testing.B) {
			for b.Loop() {
				if err := v.Verify([32]byte(c.Program), c.Journal, c.Proof); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
