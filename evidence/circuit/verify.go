package circuit

import (
	"errors"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/credence-chain/credence/evidence/groth16"
)

// The reasons for a refusal.
var (
	ErrLength     = errors.New("circuit: wrong length")
	ErrProgram    = errors.New("circuit: the key is for another program")
	ErrParameters = errors.New("circuit: the key has another number of inputs")
)

// Parameters pin one program's circuit.
type Parameters struct {
	// Key is the verifying key in the encoding of groth16.ParseKey. It is for this program only.
	Key []byte
	// Program is the program's ID.
	Program [32]byte
	// Inputs is the number of the program's arguments.
	Inputs int
}

// Verifier verifies proofs that one program was run.
type Verifier struct {
	key     *groth16.Key
	program [32]byte
	inputs  int
	outputs int
}

// NewVerifier checks the parameters. It cannot see from a key whether it was made for the program's circuit.
func NewVerifier(p Parameters) (*Verifier, error) {
	key, err := groth16.ParseKey(p.Key)
	if err != nil {
		return nil, err
	}
	outputs := key.Inputs() - halves - p.Inputs
	if p.Inputs < 1 || outputs < 1 {
		return nil, fmt.Errorf("%w: a key for %d public inputs and a program of %d arguments, expected %d for the statement, those of the arguments, and at least 1 output",
			ErrParameters, key.Inputs(), p.Inputs, halves)
	}
	return &Verifier{key: key, program: p.Program, inputs: p.Inputs, outputs: outputs}, nil
}

// EvidenceSize returns the size of the evidence in bytes.
func (v *Verifier) EvidenceSize() int { return v.outputs*fr.Bytes + groth16.ProofSize }

// Outputs returns the outputs that the evidence declares, as the text of the result's file. They are not verified yet.
func (v *Verifier) Outputs(evidence []byte) ([]byte, error) {
	if len(evidence) != v.EvidenceSize() {
		return nil, fmt.Errorf("%w: evidence of %d bytes, expected %d", ErrLength, len(evidence), v.EvidenceSize())
	}
	outputs := make([]fr.Element, v.outputs)
	for i := range outputs {
		if err := outputs[i].SetBytesCanonical(evidence[i*fr.Bytes:][:fr.Bytes]); err != nil {
			return nil, fmt.Errorf("output %d: %w", i+1, groth16.ErrInput)
		}
	}
	return Text(outputs), nil
}

// Verify checks that the program makes the declared outputs from the arguments, for a statement's digest. The caller must compare
// the outputs with the statement's result; see Outputs.
func (v *Verifier) Verify(program, statement [32]byte, arguments []string, evidence []byte) error {
	if program != v.program {
		return fmt.Errorf("%w: %x, expected %x", ErrProgram, program, v.program)
	}
	if len(arguments) != v.inputs {
		return fmt.Errorf("%w: got %d arguments, expected %d", ErrArgument, len(arguments), v.inputs)
	}
	if _, err := v.Outputs(evidence); err != nil {
		return err
	}
	numbers, err := ParseArguments(arguments)
	if err != nil {
		return err
	}
	low, high := splitStatement(statement)
	inputs := [][32]byte{low, high}
	for i := range numbers {
		inputs = append(inputs, numbers[i].Bytes())
	}
	for i := range v.outputs {
		inputs = append(inputs, [32]byte(evidence[i*fr.Bytes:][:fr.Bytes]))
	}
	return v.key.Verify(evidence[v.outputs*fr.Bytes:], inputs)
}
