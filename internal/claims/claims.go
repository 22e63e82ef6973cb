// Package claims checks proofs of answers. The chain does so when an answer is revealed, and whoever verifies a receipt does so again: both
// by what is here.
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

// Claim is what a proof has to show. All of it is the chain's: nothing is taken from the proof.
type Claim struct {
	// Program is the id that the app's version names: an image id of RISC Zero, a program's key of SP1, a circuit's program.
	Program [32]byte
	// Statement is what the worker says, complete.
	Statement poco.Statement
	// Inputs are those whose digest is in the statement.
	Inputs poco.Inputs
}

// ResultFile is the file of a circuit's result.
const ResultFile = "out"

// System makes proofs. The numbers are those of x/verifiers.
type System uint8

// The systems.
const (
	RISC0   System = 1
	SP1     System = 2
	Circuit System = 3
)

// Verifier is what proofs are checked against, as x/verifiers stores it.
type Verifier struct {
	System                         System
	Key, Root, ControlID, Selector []byte
	Inputs                         uint32
}

// Checker says why a proof does not show a claim; nil when it does.
type Checker func(c Claim, evidence []byte) error

// Open reads the verifier's key, and returns what checks proofs against it. An error says what is wrong with the key, or with what
// stands beside it.
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

// checkCircuit compares what a circuit does not hash itself: the program is the app, the outputs that the evidence declares are
// the result's file. The arguments are the deal's.
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

// CircuitResult is the result of a circuit that left this text.
func CircuitResult(text []byte) result.Manifest {
	return result.Manifest{
		Kind:    result.KindResult,
		Entries: []result.Entry{{Path: ResultFile, Size: uint64(len(text)), Content: sha256.Sum256(text)}},
	}
}

// toHash is a hash of the right size, and all zero of none.
func toHash(b []byte) (out [32]byte) {
	copy(out[:], b)
	return out
}

func toSelector(b []byte) (out [risc0.SelectorSize]byte) {
	copy(out[:], b)
	return out
}
