package poco

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/credence-chain/credence/poco/iexec"
)

// PolicyIExec is the name of IExec.
const PolicyIExec = "iexec"

// IExec accepts the answer that iExec's Proof of Contribution accepts, by the contracts' own arithmetic (poco/iexec). A worker of
// score s has the weight max(floor(s/3), 3) - 1. The weights of all workers that gave one answer are multiplied to the answer's
// product. An answer has the consensus when
//
//	product * trust > (1 + sum of all products) * (trust - 1)
//
// Contributions are taken in draw order, and the first answer that has the consensus is accepted. Wave 2 has as many seats as
// suffice if all workers agree and those still to be drawn have no score. If that does not suffice, more are drawn. A record of its
// own keeps the score by iExec's rule.
//
// The policy carries no bound on wrong results: it claims what iExec claims. Three things differ from iExec: a contribution counts
// when it is revealed, not when it is committed; a worker that is outvoted loses score, but no stake; each right replica is paid
// the same.
type IExec struct{}

// Name implements Policy.
func (IExec) Name() string { return PolicyIExec }

// Rules implements Policy.
func (IExec) Rules() Rules {
	return Rules{
		Court: CourtNever, Votes: VoteScores,
		Summary: "iExec's Proof of Contribution: more workers until the weights of those who agree reach --trust; no court",
		Breaks:  "workers who earned their scores lie together",
	}
}

// Replicas implements Policy: the number of workers without a score that have to agree.
func (IExec) Replicas(trust uint64, min uint32) ReplicaRange {
	return ReplicaRange{Least: max(newContractVote(trust).needed(), min), Most: MaxReplicas}
}

// Plan implements Policy.
func (IExec) Plan(in PlanInput) Plan {
	vote, n := newContractVote(in.Trust), uint32(len(in.Records))
	for _, score := range in.Records {
		vote.contribute(iexec.Digest{}, iexec.Weight(score))
	}
	return planReplicas(in, max(n+vote.needed(), in.MinReplicas))
}

// Judge implements Policy.
func (IExec) Judge(terms Terms, ballots []Ballot) Judgement {
	if j, none := agreeOnNone(ballots); none {
		return j
	}
	vote := newContractVote(terms.Trust)
	for _, b := range ballots {
		if b.Revealed && b.Outcome.Kind.IsAnswer() && vote.contribute(groupOf(b.Outcome), iexec.Weight(b.Score)) {
			return Judgement{Decision: DecideAccept, Outcome: b.Outcome}
		}
	}
	return Judgement{Decision: DecideMore, More: vote.needed()}
}

// Describe implements Policy.
func (IExec) Describe(plan Plan) string {
	return fmt.Sprintf("%s by iExec's rule, and more where they differ; no court judges, and wrong results are not bounded", countReplicas(plan.Replicas))
}

// contractVote is the contracts' tally of a task, with the consensus once there is one.
type contractVote struct {
	tally   iexec.Consensus
	trust   *big.Int
	reached bool
}

func newContractVote(trust uint64) *contractVote {
	return &contractVote{tally: iexec.NewConsensus(), trust: new(big.Int).SetUint64(max(trust, 1))}
}

// contribute counts a contribution, and says whether its group has the consensus. A contribution that would make a number exceed
// the contracts' 256 bits is not counted: there its transaction would be reverted.
func (v *contractVote) contribute(group iexec.Digest, weight uint64) bool {
	next, err := v.tally.Add(group, weight)
	if err != nil {
		return false
	}
	reached, err := next.Reached(group, v.trust)
	if err != nil {
		return false
	}
	v.tally, v.reached = next, v.reached || reached
	return reached
}

// needed returns how many workers without a score would have to join the group with the largest product for the consensus. It is
// more than MaxReplicas if no number that a task can have is enough.
func (v *contractVote) needed() (more uint32) {
	ahead, best := *v, iexec.Digest{}
	if groups := ahead.tally.Groups; len(groups) > 0 {
		// Of equal groups, the one that was contributed first.
		best = slices.MaxFunc(groups, func(a, b iexec.Group) int { return a.Product.Cmp(b.Product) }).Hash
	}
	for ; more <= MaxReplicas && !ahead.reached; more++ {
		ahead.contribute(best, iexec.Weight(0))
	}
	return more
}

// groupOf names the group of all answers that are equal in every field.
func groupOf(o Outcome) iexec.Digest {
	return iexec.Digest(Hash([]byte{byte(o.Kind)}, o.Digest[:], new(big.Int).SetUint64(o.Fuel).Bytes()))
}

// countReplicas writes a number of replicas in words.
func countReplicas(n uint32) string {
	if n == 1 {
		return "1 replica"
	}
	return fmt.Sprintf("%d replicas", n)
}
