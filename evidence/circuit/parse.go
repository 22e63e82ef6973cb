package circuit

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// This file turns a program's text into a circuit in one pass. Each name stands for a sum of wires, so add, sub and const only
// combine sums. A mul makes a new wire and a constraint. Limits on ports, products and terms are checked while the sums grow,
// because a short text can make very large sums.

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

// reader reads a program. It does not know the number of public wires yet, so it gives the wires of products negative numbers: -1,
// -2, and so on.
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

// evaluate returns the value that a step gives its name.
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

// before compares wires by their final order: wire 0, the public ones, the products.
func before(a, b int) bool {
	if (a < 0) != (b < 0) {
		return b < 0
	}
	if a < 0 {
		return a > b
	}
	return a < b
}

// addSums adds b to a, or subtracts it.
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

// finish numbers the wires and makes the constraints. Each public wire is part of a constraint of its own, so that a proof binds it
// even if the program does not use it.
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
