// Package vectors reads the test vectors of the evidence packages.
package vectors

import (
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"testing"
)

// Release is one deployed verifier with its cases.
type Release struct {
	Name         string
	System       string
	Selector     Hex
	ControlRoot  Hex          `json:"control_root"`
	ControlID    Hex          `json:"bn254_control_id"`
	Root         Hex          `json:"vk_root"`
	VerifyingKey verifyingKey `json:"verifying_key"`
	Cases        []Case
}

// Case is a proof and whether it holds.
type Case struct {
	Name    string
	Valid   bool `json:"expect_valid"`
	Program Hex  `json:"program_id"`
	Journal Hex
	Proof   Hex
	Inputs  []string `json:"public_inputs"`
}

// Hex is bytes, written in hex.
type Hex []byte

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hex) UnmarshalText(b []byte) (err error) {
	*h, err = hex.DecodeString(string(b))
	return err
}

type pair struct{ C0, C1 string }

type verifyingKey struct {
	Alpha []string   `json:"alpha_g1"`
	Beta  pointG2    `json:"beta_g2"`
	Gamma pointG2    `json:"gamma_g2"`
	Delta pointG2    `json:"delta_g2"`
	IC    [][]string `json:"ic"`
}

type pointG2 struct{ X, Y pair }

// Read returns the releases of the named system, such as "SP1"; all when it is empty.
func Read(t testing.TB, system string) []Release {
	t.Helper()
	b, err := os.ReadFile("../testdata/groth16.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Groth16 []Release }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	var out []Release
	for _, r := range file.Groth16 {
		if strings.HasPrefix(r.System, system) {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		t.Fatalf("no vectors of %q", system)
	}
	return out
}

// Key is the release's verifying key in the encoding of groth16.ParseKey.
func (r Release) Key(t testing.TB) []byte {
	t.Helper()
	v := r.VerifyingKey
	numbers := append([]string{}, v.Alpha...)
	for _, p := range []pointG2{v.Beta, v.Gamma, v.Delta} {
		numbers = append(numbers, p.X.C1, p.X.C0, p.Y.C1, p.Y.C0)
	}
	for _, p := range v.IC {
		numbers = append(numbers, p...)
	}
	var out []byte
	for _, n := range numbers {
		word := Word(t, n)
		out = append(out, word[:]...)
	}
	return out
}

// Word is a decimal number as 32 bytes, big endian.
func Word(t testing.TB, decimal string) (out [32]byte) {
	t.Helper()
	n, ok := new(big.Int).SetString(decimal, 10)
	if !ok || n.Sign() < 0 || n.BitLen() > 256 {
		t.Fatalf("%q is no number of 256 bits", decimal)
	}
	n.FillBytes(out[:])
	return out
}

// Valid is the release's first valid case.
func (r Release) Valid(t testing.TB) Case {
	t.Helper()
	for _, c := range r.Cases {
		if c.Valid {
			return c
		}
	}
	t.Fatalf("%s has no valid case", r.Name)
	return Case{}
}

// EachFlippedBit calls f with copies of b, in each of which one bit is flipped: each bit of b in turn, or only some of them in
// short tests.
func EachFlippedBit(b []byte, f func(bit int, flipped []byte)) {
	flipped := append([]byte{}, b...)
	for i := range 8 * len(b) {
		if testing.Short() && i%97 != 0 {
			continue
		}
		flipped[i/8] ^= 1 << (i % 8)
		f(i, flipped)
		flipped[i/8] ^= 1 << (i % 8)
	}
}
