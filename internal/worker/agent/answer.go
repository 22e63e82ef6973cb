package agent

import (
	"fmt"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// Answer is the end of an execution: the outcome to commit to, and the bytes that it stands for.
type Answer struct {
	Outcome  poco.Outcome
	Manifest result.Manifest
	Files    []result.File
	// Evidence shows the outcome, if the task's policy asks for evidence.
	Evidence []byte
}

// ConcludeRun turns a runtime's outcome into an answer, by the runtime's rules. The runtime has already judged the app's output. An
// error means that the runtime broke its contract, which is our own failure.
func ConcludeRun(rules contract.Runtime, out runtime.Outcome) (Answer, error) {
	answer, err := runtime.AnswerOf(rules, out)
	if err != nil {
		return Answer{}, err
	}
	kind := poco.KindResult
	if out.Kind == runtime.AppFailed {
		kind = poco.KindAppFailed
	}
	return Answer{
		Manifest: answer.Manifest, Files: out.Files,
		Outcome: poco.Outcome{Kind: kind, Digest: answer.Manifest.Digest(), Fuel: answer.Fuel},
	}, nil
}

// recordOf returns an outcome in the form that the journal keeps.
func recordOf(o poco.Outcome) *journal.Outcome {
	out := &journal.Outcome{Kind: o.Kind.String(), Fuel: o.Fuel}
	if o.Kind.IsAnswer() {
		out.Digest = artifact.Digest(o.Digest).String()
	}
	return out
}

// outcomeOf reads the outcome of a record, which recordOf made.
func outcomeOf(r journal.Record) (poco.Outcome, error) {
	if r.Outcome == nil {
		return poco.Outcome{}, fmt.Errorf("journal: %s is %s without an outcome", r.Key, r.State)
	}
	out := poco.Outcome{Fuel: r.Outcome.Fuel}
	for _, k := range []poco.Kind{poco.KindResult, poco.KindAppFailed, poco.KindInputUnavailable, poco.KindAbstain} {
		if k.String() == r.Outcome.Kind {
			out.Kind = k
		}
	}
	if r.Outcome.Digest != "" {
		d, err := artifact.ParseDigest(r.Outcome.Digest)
		if err != nil {
			return poco.Outcome{}, fmt.Errorf("journal: outcome of %s: %w", r.Key, err)
		}
		out.Digest = d
	}
	return out, out.Validate()
}
