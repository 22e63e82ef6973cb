// Package circuit runs the arithmetic programs of package evidence/circuit, and proves its answers. A program reads the task's
// arguments and writes one file, out, with one number a line. It gets no other part of its task: no inputs and no variables.
package circuit

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/executor/prover"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// OutputFile is the only file of a result.
const OutputFile = "out"

// maxKeys is how many proving keys are kept. The key of one of the largest programs takes about 10 MB.
const maxKeys = 8

// Driver describes the runtime to the registry.
var Driver = runtime.Driver{
	Name: contract.RuntimeCircuit,
	Open: func(runtime.Config) (runtime.Runtime, error) { return New() },
}

// Runtime runs programs in this process, because they are not machine code and always end.
type Runtime struct {
	rules contract.Runtime

	mu   sync.Mutex
	keys map[artifact.Digest]*prover.Key
}

var (
	_ runtime.Runtime = (*Runtime)(nil)
	_ runtime.Prover  = (*Runtime)(nil)
)

// New sets up a Runtime.
func New() (*Runtime, error) {
	rules, err := contract.FindRuntime(contract.RuntimeCircuit)
	return &Runtime{rules: rules, keys: map[artifact.Digest]*prover.Key{}}, err
}

// Rules implements runtime.Runtime.
func (r *Runtime) Rules() contract.Runtime { return r.rules }

// Check implements runtime.Runtime. The runtime needs nothing from the machine.
func (r *Runtime) Check(context.Context) error { return nil }

// Prepare implements runtime.Runtime. It keeps nothing, because Run reads the program again.
func (r *Runtime) Prepare(_ context.Context, program runtime.Program) error {
	_, err := readProgram(program)
	return err
}

// Run implements runtime.Runtime.
func (r *Runtime) Run(ctx context.Context, spec runtime.Spec) (runtime.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return runtime.Outcome{}, err
	}
	source, err := readProgram(spec.Program)
	if err != nil {
		return runtime.Outcome{}, err
	}
	fail := func(reason runtime.Reason, why error) (runtime.Outcome, error) {
		return runtime.Outcome{Kind: runtime.AppFailed, Reason: reason, Stderr: []byte(why.Error() + "\n")}, nil
	}
	p, err := circuit.Parse(source)
	if err != nil {
		return fail(runtime.InvalidModule, err)
	}
	numbers, err := circuit.ParseArguments(argumentsOf(spec))
	if err != nil {
		return fail(runtime.InvalidInput, err)
	}
	outputs, err := p.Run(numbers)
	if err != nil {
		return fail(runtime.InvalidInput, err)
	}
	text := circuit.Text(outputs)
	if uint64(len(text)) > spec.OutputLimit {
		return fail(runtime.OutputTooLarge, fmt.Errorf("the result has %d bytes, the task allows %d", len(text), spec.OutputLimit))
	}
	return runtime.Outcome{
		Kind: runtime.Result, Files: []result.File{{Path: OutputFile, Content: artifact.Bytes(text)}}, Stdout: text,
	}, nil
}

// Prove implements runtime.Prover. It proves only results, and only for the statement's program and arguments. It verifies its own
// proof before it returns it, because a proof that the chain refuses would cost the deposit.
func (r *Runtime) Prove(ctx context.Context, spec runtime.Spec, s poco.Statement) ([]byte, error) {
	if s.Outcome.Kind != poco.KindResult {
		return nil, fmt.Errorf("a circuit shows results only, not %s", s.Outcome.Kind)
	}
	key, err := r.findKey(spec.Program)
	if err != nil {
		return nil, err
	}
	arguments, statement := argumentsOf(spec), s.Digest()
	evidence, err := key.Prove(ctx, statement, arguments)
	if err != nil {
		return nil, err
	}
	v, err := circuit.NewVerifier(key.Parameters())
	if err != nil {
		return nil, err
	}
	return evidence, v.Verify(key.Program().ID, statement, arguments, evidence)
}

// findKey returns the proving key of a program, which it makes if it is not kept.
func (r *Runtime) findKey(program runtime.Program) (*prover.Key, error) {
	source, err := readProgram(program)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock() // one setup at a time: each keeps all processors busy
	if key := r.keys[program.Digest]; key != nil {
		return key, nil
	}
	p, err := circuit.Parse(source)
	if err != nil {
		return nil, err
	}
	if len(r.keys) >= maxKeys {
		clear(r.keys)
	}
	r.keys[program.Digest] = prover.Setup(p, prover.DevnetSeed)
	return r.keys[program.Digest], nil
}

// readProgram reads a program's text. If the bytes do not match the program's digest, this is the machine's failure.
func readProgram(program runtime.Program) ([]byte, error) {
	source, err := artifact.ReadContent(program.Content)
	if err != nil {
		return nil, err
	}
	if artifact.Sum(source) != program.Digest {
		return nil, errors.New("the program's bytes are not those of its digest")
	}
	return source, nil
}

// argumentsOf returns the arguments without the program's name.
func argumentsOf(spec runtime.Spec) []string {
	if len(spec.Args) == 0 {
		return nil
	}
	return spec.Args[1:]
}
