package risc0_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/internal/vectors"
	"github.com/credence-chain/credence/evidence/risc0"
)

func parameters(t testing.TB, r vectors.Release) risc0.Parameters {
	return risc0.Parameters{
		Key: r.Key(t), ControlRoot: [32]byte(r.ControlRoot), ControlID: [32]byte(r.ControlID), Selector: [4]byte(r.Selector),
	}
}

func verifier(t testing.TB, r vectors.Release) *risc0.Verifier {
	v, err := risc0.NewVerifier(parameters(t, r))
	require.NoError(t, err)
	return v
}

func TestVerify(t *testing.T) {
	seen := 0
	for _, r := range vectors.Read(t, "RISC Zero") {
		v := verifier(t, r)
		for _, c := range r.Cases {
			seen++
			err := v.Verify([32]byte(c.Program), c.Journal, c.Proof)
			require.Equal(t, c.Valid, err == nil, "%s %s: %v", r.Name, c.Name, err)
		}
	}
	require.Equal(t, 34, seen)
}

func TestVerifyRefusesEveryFlippedBit(t *testing.T) {
	for _, r := range vectors.Read(t, "RISC Zero") {
		v, c := verifier(t, r), r.Valid(t)
		for name, part := range map[string]*vectors.Hex{"image id": &c.Program, "journal": &c.Journal, "seal": &c.Proof} {
			good := *part
			vectors.EachFlippedBit(good, func(bit int, flipped []byte) {
				*part = flipped
				require.Error(t, v.Verify([32]byte(c.Program), c.Journal, c.Proof), "%s: bit %d of the %s", r.Name, bit, name)
			})
			*part = good
		}
	}
}

// The verifier of one release refuses a receipt of another, although their keys are the same.
func TestReleasesAreApart(t *testing.T) {
	all := vectors.Read(t, "RISC Zero")
	c := all[0].Valid(t)
	other := verifier(t, all[1])
	require.ErrorIs(t, other.Verify([32]byte(c.Program), c.Journal, c.Proof), risc0.ErrSelector)
	copy(c.Proof, all[1].Selector)
	require.Error(t, other.Verify([32]byte(c.Program), c.Journal, c.Proof))
}

func TestNewVerifierComputesTheSelector(t *testing.T) {
	r := vectors.Read(t, "RISC Zero")[0]
	for name, change := range map[string]func(*risc0.Parameters){
		"root":     func(p *risc0.Parameters) { p.ControlRoot[0] ^= 1 },
		"id":       func(p *risc0.Parameters) { p.ControlID[31] ^= 1 },
		"selector": func(p *risc0.Parameters) { p.Selector[3] ^= 1 },
		"key":      func(p *risc0.Parameters) { p.Key = vectors.Read(t, "SP1")[0].Key(t) },
		"inputs":   func(p *risc0.Parameters) { p.Key = p.Key[:len(p.Key)-64] },
	} {
		p := parameters(t, r)
		change(&p)
		_, err := risc0.NewVerifier(p)
		require.ErrorIs(t, err, risc0.ErrParameters, name)
	}
}

func FuzzVerify(f *testing.F) {
	r := vectors.Read(f, "RISC Zero")[0]
	v := verifier(f, r)
	for _, c := range r.Cases {
		f.Add([]byte(c.Program), []byte(c.Journal), []byte(c.Proof))
	}
	good := r.Valid(f)
	f.Fuzz(func(t *testing.T, program, journal, seal []byte) {
		if len(program) != 32 {
			return
		}
		same := string(program) == string(good.Program) && string(journal) == string(good.Journal)
		if err := v.Verify([32]byte(program), journal, seal); err == nil && !same {
			t.Fatal("a receipt holds for another claim")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	r := vectors.Read(b, "RISC Zero")[0]
	v, c := verifier(b, r), r.Valid(b)
	for b.Loop() {
		if err := v.Verify([32]byte(c.Program), c.Journal, c.Proof); err != nil {
			b.Fatal(err)
		}
	}
}
