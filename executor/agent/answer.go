package agent

import (
	"errors"
	"fmt"

	"github.com/credence-chain/credence/executor/artifact"
	"github.com/credence-chain/credence/executor/journal"
	"github.com/credence-chain/credence/executor/result"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco"
)

// Reasons of a failure that is not the runtime's to find; they stand in the manifest beside runtime.Reason.
const (
	// ReasonInvalidOutput: the output tree has no manifest (a bad path, a file that is used as a folder), or nothing in the
	// folder that the app's version declares as its result.
	ReasonInvalidOutput = "invalid-output"
	// ReasonInvalidComputed: computed.json can not be followed.
	ReasonInvalidComputed = "invalid-computed"
)

// Answer is what an execution comes to: the outcome that is committed and the bytes behind it.
type Answer struct {
	Outcome  poco.Outcome
	Manifest result.Manifest
	Files    []result.File
}

// Conclude turns what a runtime returned into an answer. outputPath is the deal's: the folder below /out whose files are the
// result, everything when empty. It depends on nothing else, so that equal runs give equal answers. An error means that the
// runtime broke its contract, which is our own failure.
func Conclude(out runtime.Outcome, outputPath string) (Answer, error) {
	kind, reason, exit := result.KindResult, string(out.Reason), out.ExitCode
	var files []result.File
	switch out.Kind {
	case runtime.Result:
		var err error
		if files, err = declared(out.Files, outputPath); err == nil {
			_, err = result.Build(kind, "", exit, files)
		}
		if err != nil {
			// The app wrote what can not be described: every honest worker meets the same.
			kind, files = result.KindAppFailed, nil
			if reason, err = refusal(err); err != nil {
				return Answer{}, err
			}
		}
	case runtime.AppFailed:
		kind, files = result.KindAppFailed, nil
	default:
		return Answer{}, fmt.Errorf("the runtime answered %s, expected RESULT or APP_FAILED", out.Kind)
	}
	m, err := result.Build(kind, reason, exit, files)
	if err != nil {
		return Answer{}, fmt.Errorf("the runtime's answer has no manifest: %w", err)
	}
	a := Answer{Manifest: m, Files: files}
	a.Outcome = poco.Outcome{Kind: poco.KindResult, Digest: m.Digest(), Fuel: out.Fuel}
	if kind == result.KindAppFailed {
		a.Outcome.Kind = poco.KindAppFailed
	}
	return a, nil
}

// declared is the part of the output that counts. What the version declares on the chain is fixed for all its tasks and
// leaves nothing to say for a computed.json.
func declared(files []result.File, outputPath string) ([]result.File, error) {
	if outputPath != "" {
		return result.Below(files, outputPath)
	}
	return result.Deterministic(files, outFolder, iexecOut)
}

func refusal(err error) (string, error) {
	switch {
	case errors.Is(err, result.ErrTooLarge):
		return string(runtime.OutputTooLarge), nil
	case errors.Is(err, result.ErrComputed):
		return ReasonInvalidComputed, nil
	case errors.Is(err, result.ErrTree):
		return ReasonInvalidOutput, nil
	}
	return "", fmt.Errorf("the runtime's answer has no manifest: %w", err)
}

// record is the outcome as the journal keeps it.
func record(o poco.Outcome) *journal.Outcome {
	out := &journal.Outcome{Kind: o.Kind.String(), Fuel: o.Fuel}
	if o.Kind.IsAnswer() {
		out.Digest = artifact.Digest(o.Digest).String()
	}
	return out
}

// outcome reads what record wrote.
func outcome(r journal.Record) (poco.Outcome, error) {
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
