package poco

import "fmt"

// PolicyQuorum is the name of Quorum.
const PolicyQuorum = "quorum"

// leastQuorum is how many organisations a quorum asks when the requester does not say. It is the smallest number with which two
// right answers outvote a wrong one.
const leastQuorum = 3

// Quorum asks n organisations and believes an answer that more than half of them give, k = floor(n/2) + 1. n is the job's
// min_replicas, or 3 if that is below 2. If the organisations disagree, nobody judges and the task is refunded.
//
// It carries no bound on wrong results: k organisations that collude, or that share a defect, are believed, and no outvoted worker
// loses its stake. So the policy uses no ledger, and its agreements confirm no worker's record.
type Quorum struct{}

// Name implements Policy.
func (Quorum) Name() string { return PolicyQuorum }

// Rules implements Policy.
func (Quorum) Rules() Rules {
	return Rules{
		Court: CourtNever, Summary: "more than half of --min-replicas organisations agree, 3 unless said; no court",
		Breaks: "more than half of those drawn collude, are bribed or share a defect",
	}
}

// Replicas implements Policy.
func (Quorum) Replicas(_ uint64, min uint32) ReplicaRange {
	if min < 2 {
		min = leastQuorum
	}
	return ReplicaRange{Least: min, Most: min}
}

// Plan implements Policy. All replicas are drawn, and the first is as blind as the others.
func (q Quorum) Plan(in PlanInput) Plan {
	return planReplicas(in, q.Replicas(in.Trust, in.MinReplicas).Least)
}

// planReplicas returns the plan of a policy without a court that fixes the number of replicas itself.
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

// Judge implements Policy. It counts against n even if fewer seats were drawn: a missing seat agrees with no answer.
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

// quorumOf returns the smallest number that is more than half of n.
func quorumOf(n uint32) uint32 { return n/2 + 1 }
