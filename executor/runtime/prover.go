package runtime

import (
	"context"

	"github.com/credence-chain/credence/poco"
)

// Prover is a runtime that can prove that its answer is what the program makes of the task.
type Prover interface {
	// Prove returns evidence of a statement about the run of a spec. It returns an error if the statement has another outcome than
	// the runtime's own, if the runtime cannot prove the answer, or if the machine failed.
	Prove(ctx context.Context, spec Spec, statement poco.Statement) ([]byte, error)
}
