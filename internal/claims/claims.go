// Package claims checks proofs of answers. The chain uses it when an answer is revealed, and verifiers of receipts use it again later.
package claims

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/evidence/risc0"
	"github.com/credence-chain/credence/evidence/sp1"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
)

// Claim is what a proof must show. All of its parts come from the chain, and none from the proof.
type Claim struct {
	// Program is the id that the app's version names: an image id for RISC Zero, a program key for SP1, the program of a circuit.
	Program [32]byte
	// Statement is the whole statement of the worker.
	Statement poco.Statement
	// Inputs are the inputs whose digest is in the statement.
	Inputs poco.Inputs
}

// ResultFile is the name of the file in a circuit's result.
const ResultFile = "out"

// System is a proof system. The numbers are those of x/verifiers.
type System uint8

// The systems.
const (
	RISC0   System = 1
	SP1     System = 2
	Circuit System = 3
)

// Verifier has the key and parameters against which proofs are checked, as x/verifiers stores them.
type Verifier struct {
	System                         System
	Key, Root, ControlID, Selector []byte
	Inputs                         uint32
}

// Checker checks that a proof shows a claim. The error says why it does not.
type Checker func(c Claim, evidence []byte) error

// Open reads the verifier's key, and returns the function that checks proofs against it. The error says what is wrong with the key or the
// parameters.
func (v Verifier) Open() (Checker, error) {
	switch v.System {
	case RISC0:
		r, err := risc0.NewVerifier(risc0.Parameters{Key: v.Key, ControlRoot: toHash(v.Root), ControlID: toHash(v.ControlID), Selector: toSelector(v.Selector)})
		return func(c Claim, evidence []byte) error {
			journal := c.Statement.Digest()
			return r.Verify(c.Program, journal[:], evidence)
		}, err
	case SP1:
		s, err := sp1.NewVerifier(sp1.Parameters{Key: v.Key, Root: toHash(v.Root), Selector: toSelector(v.Selector)})
		return func(c Claim, evidence []byte) error {
			values := c.Statement.Digest()
			return s.Verify(c.Program, values[:], evidence)
		}, err
	case Circuit:
		p, err := circuit.NewVerifier(circuit.Parameters{Key: v.Key, Program: toHash(v.Root), Inputs: int(v.Inputs)})
		return func(c Claim, evidence []byte) error { return checkCircuit(p, c, evidence) }, err
	}
	return nil, fmt.Errorf("system: got %d", v.System)
}

// checkCircuit checks what a circuit does not hash itself: that the program is the app, and that the outputs in the evidence are the file
// of the result. The arguments are the deal's.
func checkCircuit(v *circuit.Verifier, c Claim, evidence []byte) error {
	o := c.Statement.Outcome
	switch {
	case c.Statement.App != c.Program:
		return fmt.Errorf("app: the version's digest is %x, expected the program's, %x", c.Statement.App, c.Program)
	case o.Kind != poco.KindResult || o.Fuel != 0:
		return fmt.Errorf("outcome: got %s with fuel %d, expected %s without: circuits show nothing else", o.Kind, o.Fuel, poco.KindResult)
	}
	text, err := v.Outputs(evidence)
	if err != nil {
		return err
	}
	if got := CircuitResult(text).Digest(); got != o.Digest {
		return errors.New("outputs: those of the evidence are not the file of the result")
	}
	return v.Verify(c.Program, c.Statement.Digest(), c.Inputs.Arguments, evidence)
}

// CircuitResult returns the result manifest of a circuit with this output.
func CircuitResult(text []byte) result.Manifest {
	return result.Manifest{
		Kind:    result.KindResult,
		Entries: []result.Entry{{Path: ResultFile, Size: uint64(len(text)), Content: sha256.Sum256(text)}},
	}
}

// toHash copies bytes into a hash; without bytes it is all zero.
func toHash(b []byte) (out [32]byte) {
	copy(out[:], b)
	return out
}

func toSelector(b []byte) (out [risc0.SelectorSize]byte) {
	copy(out[:], b)
	return out
}
