// Package circuit reads small arithmetic programs, runs them, and verifies proofs that one was run.
//
// A program computes with numbers modulo r, the order of the group of BN254 (254 bits). It is a text: its first line is Header, and
// each line after it is a step, in which a name gets a value once and is used only after that. "#" begins a comment.
//
//	input NAME            the next argument of the task
//	const NAME NUMBER     a number, decimal
//	add NAME A B          A + B
//	sub NAME A B          A - B
//	mul NAME A B          A * B
//	output NAME           the next line of the result
//
// A program always ends, and its result depends on its arguments alone. Every mul is a constraint of a Groth16 circuit; add and sub
// cost the prover nothing. The circuit's public inputs are the two halves of the statement's digest (package poco), the arguments
// and the outputs. So a proof for one task, worker or argument is not valid for another. The arguments and the outputs are the
// declared encoding of the statement: the chain compares the arguments with those of the deal, and the outputs with the digest of
// the result.
package circuit

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/credence-chain/credence/evidence/groth16"
)

// Header is the first line of every program.
const Header = "credence-circuit/v1"

// Limits of a program.
const (
	// MaxSourceBytes bounds its text in bytes.
	MaxSourceBytes = 256 << 10
	// MaxProducts bounds its mul steps, which determine the circuit's size, and so the prover's time and memory.
	MaxProducts = 1 << 13
	// MaxTerms bounds the size of all sums of a program together, counted in the products and inputs that they add up.
	MaxTerms = 1 << 20
	// maxNameLen bounds a name.
	maxNameLen = 16
	// halves are the public inputs that hold the statement.
	halves = 2
	// MaxPorts bounds the inputs and outputs of a program together.
	MaxPorts = groth16.MaxInputs - halves
)

// The reasons for a refusal.
var (
	ErrSource   = errors.New("circuit: invalid program")
	ErrArgument = errors.New("circuit: invalid argument")
)

// Term is a factor times a wire.
type Term struct {
	Wire   int
	Factor fr.Element
}

// Sum is a sum of terms, sorted by wire; no term has the factor 0.
type Sum []Term

// Constraint says that A times B is C.
type Constraint struct{ A, B, C Sum }

// Program is a program that was read.
type Program struct {
	// ID names the program: SHA-256 of its text.
	ID [32]byte
	// Inputs is the number of its arguments, Outputs the number of lines of its result.
	Inputs, Outputs int
	// Constraints are the constraints of its circuit. Wire 0 is the number 1. The public wires follow, then one wire for each
	// product.
	Constraints []Constraint

	outputs []Sum
	factors []Constraint // of each product, in order: A, B
}

// Public returns the number of the circuit's public inputs.
func (p *Program) Public() int { return halves + p.Inputs + p.Outputs }

// Wires returns the number of the circuit's wires, wire 0 included.
func (p *Program) Wires() int { return 1 + p.Public() + len(p.factors) }

// ParseNumber reads a decimal number below r, without sign or leading zero. Errors wrap ErrArgument.
func ParseNumber(text string) (fr.Element, error) {
	const digits = 77 // of r
	var e fr.Element
	if text == "" || len(text) > digits || strings.Trim(text, "0123456789") != "" || text[0] == '0' && text != "0" {
		return e, fmt.Errorf("%w: got %.90q, expected a decimal number without leading zeroes", ErrArgument, text)
	}
	n, _ := new(big.Int).SetString(text, 10)
	if n.Cmp(fr.Modulus()) >= 0 {
		return e, fmt.Errorf("%w: got %.90s, expected less than %s", ErrArgument, text, fr.Modulus())
	}
	e.SetBigInt(n)
	return e, nil
}

// ParseArguments reads the arguments of a task, each a decimal number.
func ParseArguments(arguments []string) ([]fr.Element, error) {
	out := make([]fr.Element, len(arguments))
	for i, text := range arguments {
		n, err := ParseNumber(text)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		out[i] = n
	}
	return out, nil
}

// Text returns the file that a program leaves: its outputs, one decimal number a line.
func Text(outputs []fr.Element) []byte {
	var b strings.Builder
	for i := range outputs {
		b.WriteString(outputs[i].BigInt(new(big.Int)).String())
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// Assign runs the program and returns the value of every wire, for a statement's digest. Errors wrap ErrArgument.
func (p *Program) Assign(statement [32]byte, arguments []fr.Element) ([]fr.Element, error) {
	if len(arguments) != p.Inputs {
		return nil, fmt.Errorf("%w: got %d arguments, expected %d", ErrArgument, len(arguments), p.Inputs)
	}
	wires := make([]fr.Element, p.Wires())
	wires[0] = fr.One()
	low, high := splitStatement(statement)
	wires[1].SetBytes(low[:])
	wires[2].SetBytes(high[:])
	copy(wires[1+halves:], arguments)
	first := 1 + p.Public()
	for i, f := range p.factors {
		a, b := f.A.Evaluate(wires), f.B.Evaluate(wires)
		wires[first+i].Mul(&a, &b)
	}
	for i, out := range p.outputs {
		wires[1+halves+p.Inputs+i] = out.Evaluate(wires)
	}
	return wires, nil
}

// Run returns the outputs for arguments. Errors wrap ErrArgument.
func (p *Program) Run(arguments []fr.Element) ([]fr.Element, error) {
	wires, err := p.Assign([32]byte{}, arguments)
	if err != nil {
		return nil, err
	}
	return wires[1+halves+p.Inputs : 1+p.Public()], nil
}

// Evaluate returns the sum of the terms, given the wires.
func (s Sum) Evaluate(wires []fr.Element) (sum fr.Element) {
	for i := range s {
		var t fr.Element
		t.Mul(&s[i].Factor, &wires[s[i].Wire])
		sum.Add(&sum, &t)
	}
	return sum
}

// splitStatement turns a digest into two numbers of 128 bits, the second half and the first half. Each is below r.
func splitStatement(d [32]byte) (low, high [32]byte) {
	copy(low[16:], d[16:])
	copy(high[16:], d[:16])
	return low, high
}

// EncodeEvidence returns the evidence made of outputs and a proof in the encoding of package groth16.
func EncodeEvidence(outputs []fr.Element, proof []byte) []byte {
	out := make([]byte, 0, len(outputs)*fr.Bytes+len(proof))
	for i := range outputs {
		b := outputs[i].Bytes()
		out = append(out, b[:]...)
	}
	return append(out, proof...)
}
