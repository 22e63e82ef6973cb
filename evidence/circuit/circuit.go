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
// A program always ends, and what it computes depends on its arguments alone. Every mul is a constraint of a Groth16 circuit; add and
// sub cost the prover nothing. The circuit's public inputs are the two halves of the statement's digest (package poco), the
// arguments and the outputs: a proof for one task, worker or argument is none for another. That is the declared encoding of the
// statement: the chain compares the arguments with those of the deal, and the outputs with the digest of the result.
package circuit

import (
	"crypto/sha256"
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
	// MaxSourceBytes is how long its text may be.
	MaxSourceBytes = 256 << 10
	// MaxProducts is how many mul steps it may have: the circuit's size, and so the prover's time and memory, follow it.
	MaxProducts = 1 << 13
	// MaxTerms bounds what the sums of a program have together, in products and inputs that they are made of.
	MaxTerms = 1 << 20
	// maxNameLen bounds a name.
	maxNameLen = 16
	// halves are the public inputs that hold the statement.
	halves = 2
	// MaxPorts is how many inputs and outputs a program may have together.
	MaxPorts = groth16.MaxInputs - halves
)

// What is refused, and why.
var (
	ErrSource   = errors.New("circuit: invalid program")
	ErrArgument = errors.New("circuit: invalid argument")
)

// Term is a factor times a wire.
type Term struct {
	Wire   int
	Factor fr.Element
}

// Sum is a sum of terms, by rising wires; none has the factor 0.
type Sum []Term

// Constraint says that A times B is C.
type Constraint struct{ A, B, C Sum }

// Program is a program that was read.
type Program struct {
	// ID names the program: SHA-256 of its text.
	ID [32]byte
	// Inputs and Outputs are how many arguments it takes, and how many lines its result has.
	Inputs, Outputs int
	// Constraints are those of its circuit. Wire 0 is the number 1; the public wires follow, then one for each product.
	Constraints []Constraint

	outputs []Sum
	factors []Constraint // of each product, in order: A, B
}

// Public is how many public inputs the circuit has.
func (p *Program) Public() int { return halves + p.Inputs + p.Outputs }

// Wires is how many wires the circuit has, that of 1 among them.
func (p *Program) Wires() int { return 1 + p.Public() + len(p.factors) }

// Parse reads a program. Errors wrap ErrSource and name the line.
func Parse(source []byte) (*Program, error) {
	if len(source) > MaxSourceBytes {
		return nil, fmt.Errorf("%w: %d bytes, expected at most %d", ErrSource, len(source), MaxSourceBytes)
	}
	lines := strings.Split(string(source), "\n")
	if lines[0] != Header {
		return nil, fmt.Errorf("%w: line 1: got %.40q, expected %q", ErrSource, lines[0], Header)
	}
	r := reader{values: map[string]Sum{}}
	for i, line := range lines[1:] {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if err := r.readStep(words); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrSource, i+2, err)
		}
	}
	if r.inputs == 0 || len(r.outputs) == 0 {
		return nil, fmt.Errorf("%w: %d inputs and %d outputs, expected at least one of each", ErrSource, r.inputs, len(r.outputs))
	}
	return r.finish(source), nil
}

// reader reads a program. It does not know yet how many public wires there are, so that the wires of products have negative
// numbers: -1, -2, and so on.
type reader struct {
	values  map[string]Sum // read by name only
	inputs  int
	factors []Constraint
	outputs []Sum
	terms   int
}

func (r *reader) readStep(words []string) error {
	op, args := words[0], words[1:]
	want := map[string]int{"input": 1, "output": 1, "const": 2, "add": 3, "sub": 3, "mul": 3}[op]
	switch {
	case want == 0:
		return fmt.Errorf("step: got %.20q, expected input, const, add, sub, mul or output", op)
	case len(args) != want:
		return fmt.Errorf("%s: got %d words, expected %d", op, len(args), want)
	case op == "output":
		return r.addOutput(args[0])
	}
	sum, err := r.evaluate(op, args)
	if err != nil {
		return err
	}
	return r.define(args[0], sum)
}

func (r *reader) addOutput(name string) error {
	v, found := r.values[name]
	if !found {
		return fmt.Errorf("output: %.20q has no value yet", name)
	}
	r.outputs = append(r.outputs, v)
	return r.checkPorts()
}

func (r *reader) checkPorts() error {
	if n := r.inputs + len(r.outputs); n > MaxPorts {
		return fmt.Errorf("got %d inputs and outputs, expected at most %d", n, MaxPorts)
	}
	return nil
}

// evaluate returns what a step gives its name.
func (r *reader) evaluate(op string, args []string) (Sum, error) {
	switch op {
	case "input":
		r.inputs++
		return Sum{{Wire: halves + r.inputs, Factor: fr.One()}}, r.checkPorts()
	case "const":
		n, err := ParseNumber(args[1])
		if err != nil || n.IsZero() {
			return nil, err
		}
		return Sum{{Factor: n}}, nil
	}
	var operands [2]Sum
	for i, name := range args[1:] {
		v, found := r.values[name]
		if !found {
			return nil, fmt.Errorf("%s: %.20q has no value yet", op, name)
		}
		operands[i] = v
	}
	switch op {
	case "add":
		return addSums(operands[0], operands[1], false), nil
	case "sub":
		return addSums(operands[0], operands[1], true), nil
	}
	if len(r.factors) == MaxProducts {
		return nil, fmt.Errorf("mul: expected at most %d in a program", MaxProducts)
	}
	r.factors = append(r.factors, Constraint{A: operands[0], B: operands[1]})
	return Sum{{Wire: -len(r.factors), Factor: fr.One()}}, nil
}

func (r *reader) define(name string, v Sum) error {
	if len(name) > maxNameLen || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return fmt.Errorf("name: got %.20q, expected at most %d of a-z, 0-9 and '_'", name, maxNameLen)
	}
	if _, found := r.values[name]; found {
		return fmt.Errorf("name: %q has a value already", name)
	}
	if r.terms += len(v); r.terms > MaxTerms {
		return fmt.Errorf("the sums have more than %d terms together", MaxTerms)
	}
	r.values[name] = v
	return nil
}

// before orders wires as they are in the end: 1, the public ones, the products.
func before(a, b int) bool {
	if (a < 0) != (b < 0) {
		return b < 0
	}
	if a < 0 {
		return a > b
	}
	return a < b
}

// addSums adds b to a, or takes it away.
func addSums(a, b Sum, minus bool) Sum {
	out := make(Sum, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && before(a[0].Wire, b[0].Wire):
			out, a = append(out, a[0]), a[1:]
		default:
			t := b[0]
			b = b[1:]
			if minus {
				t.Factor.Neg(&t.Factor)
			}
			if len(a) > 0 && a[0].Wire == t.Wire {
				t.Factor.Add(&t.Factor, &a[0].Factor)
				a = a[1:]
			}
			if !t.Factor.IsZero() {
				out = append(out, t)
			}
		}
	}
	return out
}

// finish numbers the wires and writes down the constraints. Each public wire stands in a constraint of its own, so that a proof
// binds it even where the program does not use it.
func (r *reader) finish(source []byte) *Program {
	p := &Program{ID: sha256.Sum256(source), Inputs: r.inputs, Outputs: len(r.outputs)}
	public := p.Public()
	number := func(s Sum) Sum {
		out := make(Sum, len(s))
		for i, t := range s {
			if t.Wire < 0 {
				t.Wire = public - t.Wire
			}
			out[i] = t
		}
		return out
	}
	wire := func(i int) Sum { return Sum{{Wire: i, Factor: fr.One()}} }
	for i := 1; i <= halves+p.Inputs; i++ {
		p.Constraints = append(p.Constraints, Constraint{A: wire(i), B: wire(0), C: wire(i)})
	}
	for i, out := range r.outputs {
		p.outputs = append(p.outputs, number(out))
		p.Constraints = append(p.Constraints, Constraint{A: number(out), B: wire(0), C: wire(1 + halves + p.Inputs + i)})
	}
	for i, f := range r.factors {
		f = Constraint{A: number(f.A), B: number(f.B), C: wire(1 + public + i)}
		p.factors = append(p.factors, f)
		p.Constraints = append(p.Constraints, f)
	}
	return p
}

// ParseNumber reads a decimal number below r, in its one form: no sign, no leading zero. Errors wrap ErrArgument.
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

// Text is the file that a program leaves: its outputs, one decimal number a line.
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

// splitStatement turns a digest into two numbers of 128 bits, its second half and its first: each is below r.
func splitStatement(d [32]byte) (low, high [32]byte) {
	copy(low[16:], d[16:])
	copy(high[16:], d[:16])
	return low, high
}

// EncodeEvidence is the evidence for outputs and a proof in the encoding of package groth16.
func EncodeEvidence(outputs []fr.Element, proof []byte) []byte {
	out := make([]byte, 0, len(outputs)*fr.Bytes+len(proof))
	for i := range outputs {
		b := outputs[i].Bytes()
		out = append(out, b[:]...)
	}
	return append(out, proof...)
}
