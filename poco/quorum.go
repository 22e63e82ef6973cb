package poco

import "fmt"

// PolicyQuorum is the name of Quorum.
const PolicyQuorum = "quorum"

// leastQuorum is how many organisations a quorum asks when the requester does not say: the fewest of which two can be
// right against one that is wrong.
const leastQuorum = 3

// Quorum asks n organisations and believes an answer that more than half of them give, k = floor(n/2) + 1. n is the job's
// min_replicas, or 3 where that is below 2. Nobody judges a disagreement: the task is refunded.
//
// It carries no bound on wrong results: k that collude, or that share a defect, are believed, and being outvoted costs
// nobody its stake. So it touches no ledger, and its agreements confirm no worker's record.
type Quorum struct{}

// Name implements Policy.
func (Quorum) Name() string { return PolicyQuorum }

// Rules implements Policy.
func (Quorum) Rules() Rules {
	return Rules{Court: CourtNever, Summary: "more than half of --min-replicas organisations agree, 3 unless said; no court"}
}

// Replicas implements Policy.
func (Quorum) Replicas(_ uint64, min uint32) ReplicaRange {
	if min < 2 {
		min = leastQuorum
	}
	return ReplicaRange{Least: min, Most: min}
}

// Plan implements Policy: it draws all of them, the first as blind as the others.
func (q Quorum) Plan(in PlanInput) Plan {
	return planReplicas(in, q.Replicas(in.Trust, in.MinReplicas).Least)
}

// planReplicas is the plan of a policy without a court that says itself how many replicas there are.
func planReplicas(in PlanInput, n uint32) Plan {
	plan := Plan{Replicas: n, Faction: in.Faction, Eligible: in.Eligible, Bound: BoundPolicy}
	switch {
	case in.Eligible < uint64(n):
		plan.Bound = BoundFew
	case n > in.MaxSeats:
		return plan.toCourt(BoundBudget) // a plan of the court under a policy without one: the task ends undecided
	}
	return plan
}

// Judge implements Policy. It counts against n even if fewer were drawn: a seat that is missing agrees with nobody.
func (q Quorum) Judge(terms Terms, ballots []Ballot) Judgement {
	needed := quorumOf(max(q.Replicas(terms.Trust, terms.MinReplicas).Least, uint32(len(ballots))))
	for i, b := range ballots {
		if b.Revealed && countAgreeing(ballots[i:], b.Outcome) >= needed {
			if b.Outcome.Kind.IsAnswer() {
				return Judgement{Decision: DecideAccept, Outcome: b.Outcome}
			}
			return Judgement{Decision: DecideRefund, Outcome: b.Outcome}
		}
	}
	return Judgement{Decision: DecideRefund}
}

// Describe implements Policy.
func (Quorum) Describe(plan Plan) string {
	return fmt.Sprintf("%d replicas, of which %d must agree; no court judges, and wrong results are not bounded", plan.Replicas, quorumOf(plan.Replicas))
}

// quorumOf is more than half of n.
func quorumOf(n uint32) uint32 { return n/2 + 1 }
