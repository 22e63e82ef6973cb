package poco

import (
	"fmt"
	"math/big"

	"github.com/credence-chain/credence/poco/credibility"
)

// PolicyJury is the name of Jury.
const PolicyJury = "jury"

// leastJury is the least number of organisations that must give an answer before a jury believes it, however credible one of them
// is.
const leastJury = 2

// Jury believes an answer when its group is credible enough by Sarmenta's credibility-based voting. The odds of a worker are k/f -
// 1 for k confirmations (f = 1/5), and the odds of a group are the product of its members' odds. An answer is accepted when
//
//	odds of its group / (1 + odds of all groups) >= 1 - 1/trust
//
// Wave 2 has as many seats as suffice if all workers agree and those still to be drawn are newcomers; all these seats are blind. If
// answers differ and the seats do not suffice, more organisations are drawn, until they suffice or there is no room for more. In
// the latter case the task is refunded.
//
// The policy carries no bound on wrong results. Sarmenta's formula holds for workers that err independently of each other. A
// coalition that lies where it holds the seats is believed, and a worker of a later wave may copy what earlier workers revealed.
type Jury struct{}

// Name implements Policy.
func (Jury) Name() string { return PolicyJury }

// Rules implements Policy.
func (Jury) Rules() Rules {
	return Rules{
		Court: CourtNever, Confirms: true, Votes: VoteForgets,
		Summary: "more organisations until those who agree are credible enough for --trust; no court",
		Breaks:  "a coalition lies where it holds the seats; its members are believed for what they did before",
	}
}

// Replicas implements Policy: the number of newcomers that have to agree.
func (Jury) Replicas(trust uint64, min uint32) ReplicaRange {
	return ReplicaRange{Least: max(juryCount{}.needed(trust), min), Most: MaxReplicas}
}

// Plan implements Policy.
func (Jury) Plan(in PlanInput) Plan {
	drawn := juryCount{}
	for _, k := range in.Records {
		drawn = drawn.join(k)
	}
	return planReplicas(in, max(drawn.members+drawn.needed(in.Trust), in.MinReplicas))
}

// Judge implements Policy. The order of the ballots does not matter.
func (Jury) Judge(terms Terms, ballots []Ballot) Judgement {
	if j, none := agreeOnNone(ballots); none {
		return j
	}
	outcome, lead := leadOf(ballots)
	if more := lead.needed(terms.Trust); more > 0 {
		return Judgement{Decision: DecideMore, More: more}
	}
	return Judgement{Decision: DecideAccept, Outcome: outcome}
}

// Describe implements Policy.
func (Jury) Describe(plan Plan) string {
	return fmt.Sprintf("%s, and more where they differ, until those who agree are credible enough; no court judges, and wrong results are not bounded",
		countReplicas(plan.Replicas))
}

// juryCount is a group of equal answers: how many organisations gave this answer, the odds of the group, and the odds of all others
// together. In the zero value neither side has a member.
type juryCount struct {
	members      uint32
	odds, others *big.Int
}

// join returns the group with one more worker, which has the given confirmations.
func (c juryCount) join(confirmations uint64) juryCount {
	odds := credibility.Odds(confirmations)
	if c.odds != nil {
		odds.Mul(odds, c.odds)
	}
	return juryCount{members: c.members + 1, odds: odds, others: c.others}
}

// needed returns how many newcomers would have to join the group before it is believed. It is more than MaxReplicas if no number
// that a task can have is enough.
func (c juryCount) needed(trust uint64) (more uint32) {
	for ; more <= MaxReplicas && !c.believed(trust); more++ {
		c = c.join(0)
	}
	return more
}

func (c juryCount) believed(trust uint64) bool {
	others := c.others
	if others == nil {
		others = new(big.Int)
	}
	return c.members >= leastJury && credibility.Believed(c.odds, others, trust)
}

// leadOf returns the answer with the largest odds and its group. Of equal answers it returns the first.
func leadOf(ballots []Ballot) (best Outcome, lead juryCount) {
	total := new(big.Int)
	for i, b := range ballots {
		if !b.Revealed || !b.Outcome.Kind.IsAnswer() || countAgreeing(ballots[:i], b.Outcome) > 0 {
			continue
		}
		group := juryCount{}
		for _, other := range ballots[i:] {
			if other.Revealed && other.Outcome == b.Outcome {
				group = group.join(other.Score)
			}
		}
		total.Add(total, group.odds)
		if lead.odds == nil || group.odds.Cmp(lead.odds) > 0 {
			best, lead = b.Outcome, group
		}
	}
	if lead.odds != nil {
		lead.others = total.Sub(total, lead.odds)
	}
	return best, lead
}
