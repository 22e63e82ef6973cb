package iexec

import (
	"crypto/sha256"
	"fmt"
	"math/big"

	"github.com/credence-chain/credence/poco"
)

// Policy is iExec's Proof of Contribution behind the project's policy interface. Its exact state machine, with the
// money, is Task; this is the part that fits a policy: how many agreeing workers of given scores reach a trust, and
// what a set of revealed answers means. It carries no claim about errors (docs/protocol.md says which policies do).
type Policy struct{}

var _ poco.Policy = Policy{}

// Name implements poco.Policy.
func (Policy) Name() string { return "iexec" }

// Rules implements poco.Policy.
func (Policy) Rules() poco.Rules {
	return poco.Rules{Confirms: true, Summary: "workers one after the other until iExec's trust is reached; no bound on errors"}
}

// Replicas implements poco.Policy.
func (Policy) Replicas(min uint32) poco.ReplicaRange {
	return poco.ReplicaRange{Least: max(1, min), Most: poco.MaxReplicas}
}

// Plan returns the fewest workers, taken in draw order, whose agreement reaches the trust; the court when all of them
// together do not.
func (Policy) Plan(in poco.PlanInput) poco.Plan {
	c := NewConsensus()
	for i, s := range in.Records {
		next, err := c.Add(Digest{}, Weight(s))
		if err != nil {
			break
		}
		c = next
		if ok, err := c.Reached(Digest{}, trustOf(in.Trust)); err == nil && ok {
			return poco.Plan{Replicas: uint32(i + 1), Bound: poco.BoundEvidence}
		}
	}
	return poco.Plan{Court: true, Bound: poco.BoundEvidence}
}

// Describe implements poco.Policy.
func (Policy) Describe(plan poco.Plan) string {
	return fmt.Sprintf("%d replicas, by iExec's rule", plan.Replicas)
}

// Judge adds the ballots up in order: the first answer whose group reaches the trust is accepted, as when workers
// contribute one after the other; until then more are needed. Unrevealed ballots do not count, unlike on iExec, where
// trust is counted at the commit.
func (Policy) Judge(terms poco.Terms, ballots []poco.Ballot) poco.Judgement {
	c := NewConsensus()
	for _, b := range ballots {
		if !b.Revealed || !b.Outcome.Kind.IsAnswer() {
			continue
		}
		hash := groupOf(b.Outcome)
		next, err := c.Add(hash, Weight(b.Score))
		if err != nil {
			return poco.Judgement{Decision: poco.DecideCourt}
		}
		c = next
		if ok, err := c.Reached(hash, trustOf(terms.Trust)); err == nil && ok {
			return poco.Judgement{Decision: poco.DecideAccept, Outcome: b.Outcome}
		}
	}
	return poco.Judgement{Decision: poco.DecideMore, More: 1}
}

// trustOf is the demanded one, at least 1.
func trustOf(t uint64) *big.Int { return new(big.Int).SetUint64(max(t, 1)) }

// groupOf names the answers that are equal in kind, digest and fuel.
func groupOf(o poco.Outcome) Digest {
	h := poco.Hash([]byte{byte(o.Kind)}, o.Digest[:], new(big.Int).SetUint64(o.Fuel).Bytes())
	return Digest(sha256.Sum256(h[:]))
}
