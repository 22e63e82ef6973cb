package agent

import (
	"context"
	"fmt"

	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// ShowAnswer returns the evidence that a task's policy asks for a worker's outcome; nil if it asks for none. An error means that this
// worker cannot make the evidence, and so must not commit to the outcome. session is nil outside an enclave.
func ShowAnswer(ctx context.Context, engine runtime.Runtime, session attester.Attester, spec runtime.Spec, a chain.Assignment, chainID, who string, o poco.Outcome) ([]byte, error) {
	policy, err := poco.FindPolicy(a.Deal.Terms.Policy)
	if err != nil {
		return nil, err
	}
	kind := policy.Rules().Evidence
	if kind == poco.EvidenceNone || a.Bench == taskstypes.BENCH_COURT {
		return nil, nil
	}
	id, err := taskstypes.ParseID(a.Task.Id)
	if err != nil {
		return nil, err
	}
	s := poco.Statement{ChainID: chainID, Task: id, Attempt: a.Task.Attempt, Who: who, Kind: kind, Outcome: o}
	if _, err := a.Deal.CompleteStatement(&s, a.Task.Index); err != nil {
		return nil, err
	}
	if kind == poco.EvidenceAttestation && session != nil {
		return session.Attest(ctx, s)
	}
	prover, can := engine.(runtime.Prover)
	if !can || kind != poco.EvidenceProof {
		return nil, fmt.Errorf("the policy %q asks for %s of each answer, and the runtime %q here makes none", policy.Name(), kind, a.Deal.Runtime)
	}
	return prover.Prove(ctx, spec, s)
}
