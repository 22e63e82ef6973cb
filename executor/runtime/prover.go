package runtime

import (
	"context"

	"github.com/credence-chain/credence/poco"
)

// Prover is a runtime that can show that an answer of its is what the program makes of the task.
type Prover interface {
	// Prove returns evidence of a statement about the run of a spec. An error means that there is none: of another outcome than the
	// runtime's own, of an answer that it cannot show, or because the machine failed.
	Prove(ctx context.Context, spec Spec, statement poco.Statement) ([]byte, error)
}
