package runtime

import (
	"fmt"

	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// Answer is the part of an outcome on which workers agree: two outcomes are equal when their answers are.
type Answer struct {
	// Manifest describes how the app ended and what it left.
	Manifest result.Manifest
	// Fuel is the fuel that the run used; 0 if the runtime counts none.
	Fuel uint64
}

// Equal says whether two answers are the same.
func (a Answer) Equal(b Answer) bool {
	return a.Manifest.Digest() == b.Manifest.Digest() && a.Fuel == b.Fuel
}

// AnswerOf returns the answer in an outcome, by the rules of the runtime. It depends on nothing else, so that equal runs give equal
// answers. An error means that the runtime broke its contract, which is a failure of this machine.
func AnswerOf(rules contract.Runtime, o Outcome) (Answer, error) {
	kind := result.KindResult
	switch o.Kind {
	case Result:
	case AppFailed:
		kind = result.KindAppFailed
	default:
		return Answer{}, fmt.Errorf("the runtime answered %s, expected RESULT or APP_FAILED", o.Kind)
	}
	head := result.Manifest{Kind: kind, Reason: string(o.Reason), ExitCode: o.ExitCode}
	if rules.Deterministic {
		head.Stderr = string(o.StderrEnd)
	}
	m, err := head.With(o.Files)
	if err != nil {
		return Answer{}, fmt.Errorf("the runtime's answer has no manifest: %w", err)
	}
	answer := Answer{Manifest: m}
	if rules.FuelSchedule != "" {
		answer.Fuel = o.Fuel
	}
	return answer, nil
}
