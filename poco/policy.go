package poco

import (
	"fmt"
	"slices"
	"strings"
)

// A Policy is how an answer comes to be believed: how many replicas run a task, what their revealed answers mean, and
// whether a court may judge. Policies are pure functions of the pinned terms, the ledgers, the records and the reveals
// (protocol section 3). The chain, the market's checks, the client's quotes and the laboratory all ask the policy that a
// deal names; none compares names.
//
// A policy lives in a file of its own and is listed in policies below; CONTRIBUTING.md says how one is added.
type Policy interface {
	// Name is what a deal pins.
	Name() string
	// Rules are what holds for every task under the policy.
	Rules() Rules
	// Replicas says how many replicas a task has at a quantised trust, when its requester asks for at least min of them (0: does
	// not say). Least is above MaxReplicas where no number would do for the trust: such a job is refused.
	Replicas(trust uint64, min uint32) ReplicaRange
	// Plan says how a task is to be checked. It is asked before the first worker is drawn, and again when commit 1 is
	// locked; the second plan is the task's.
	Plan(in PlanInput) Plan
	// Judge says what the ballots mean, one for each seat that was drawn, in draw order. It does not rely on there being as many as
	// the policy asks for.
	Judge(terms Terms, ballots []Ballot) Judgement
	// Describe says a plan of the policy in a sentence, for people.
	Describe(plan Plan) string
}

// Rules are what a policy says of all its tasks.
type Rules struct {
	// Court says when a court judges. Where it may, the deal pins a fee for its seats.
	Court CourtUse
	// Ledgers: a task takes a turn in the error debt's ledgers. It is accepted on its replicas when its turn is open
	// only, and the ledgers are charged and credited with it.
	Ledgers bool
	// Bounded: what is accepted carries the claim on wrong results (protocol section 3).
	Bounded bool
	// Confirms: a replica that agreed with another organisation's counts as a confirmation in its worker's record.
	Confirms bool
	// Votes is what a vote of workers does to their records, and which of their records it weighs.
	Votes VoteUse
	// NamedPool: the requester names the pool, since it is the pool that is trusted.
	NamedPool bool
	// Evidence is what comes with each answer that a worker reveals, and shows that it is the program's: an answer is revealed
	// with it or not at all. See evidence.go.
	Evidence EvidenceKind
	// Deposit: what a worker locks stands for its showing up, not for its being right; see StakeUnder.
	Deposit bool
	// Summary says in a sentence what an accepted answer rests on, for people.
	Summary string
}

// CourtUse is when a court judges.
type CourtUse uint8

// The uses of a court.
const (
	CourtNever   CourtUse = iota // nobody judges; what the replicas do not decide is refunded
	CourtInDoubt                 // where the replicas do not decide
	CourtAtOnce                  // instead of replicas
	CourtInAudit                 // where an accepted answer is audited, and never before: what the replicas do not decide is refunded
)

// CourtDecides says whether a court may judge a task that has no accepted answer yet.
func (r Rules) CourtDecides() bool { return r.Court == CourtInDoubt || r.Court == CourtAtOnce }

// ReplicaRange is how many replicas a policy draws for one task.
type ReplicaRange struct {
	Least uint32 // the price must pay them, and the pool must have as many organisations
	Most  uint32 // at most so many, the lottery's not among them; at most MaxReplicas
}

// Ballot is what one seat of a task brought.
type Ballot struct {
	Who      string // the worker
	Revealed bool
	Outcome  Outcome
	Score    uint64 // what the worker's record weighed when it was drawn (ScoreUnder), for policies that weigh it
}

// countAgreeing counts the ballots with an outcome.
func countAgreeing(ballots []Ballot, o Outcome) (n uint32) {
	for _, b := range ballots {
		if b.Revealed && b.Outcome == o {
			n++
		}
	}
	return n
}

// Decision is what a policy makes of the ballots.
type Decision uint8

// The decisions.
const (
	DecideCourt  Decision = iota // the validators find the truth; where no court may judge, the task is refunded
	DecideAccept                 // the outcome is the answer; with ledgers, once the task's turn has come
	DecideRefund                 // there is no answer: the outcome says why, or the replicas disagree
	DecideMore                   // more replicas are needed
)

// Judgement is a decision and what it is about.
type Judgement struct {
	Decision Decision
	Outcome  Outcome // of DecideAccept and DecideRefund
	// More is how many replicas DecideMore asks for: as many newcomers as could bring it to an end. Where the escrow or the
	// attempts have no room for them, the task ends as if it were DecideCourt.
	More uint32
}

// DefaultPolicy is that of a job which names none.
const DefaultPolicy = PolicyCredence

// policies are those that a deal may name, in the order in which people are told of them.
var policies = []Policy{Credence{}, FullCourt{}, Quorum{}, Jury{}, IExec{}, Proven{}, Attested{}, Single{}}

// Policies are those that a deal may name, the default one first.
func Policies() []Policy { return slices.Clone(policies) }

// PolicyByName finds a policy that deals may pin.
func PolicyByName(name string) (Policy, bool) {
	for _, p := range policies {
		if p.Name() == name {
			return p, true
		}
	}
	return nil, false
}

// FindPolicy is PolicyByName with an error that names the policies there are.
func FindPolicy(name string) (Policy, error) {
	if p, ok := PolicyByName(name); ok {
		return p, nil
	}
	return nil, fmt.Errorf("policy: got %.40q, expected %s", name, PolicyNames())
}

// PolicyNames lists the policies for people: "credence or court".
func PolicyNames() string { return nameEach(policies) }

// CourtlessPolicyNames lists those that never ask a court, for people. They alone take apps of which two honest runs may
// differ. Those that ask for evidence are left out: few programs can bring it.
func CourtlessPolicyNames() string {
	var without []Policy
	for _, p := range policies {
		if r := p.Rules(); r.Court == CourtNever && r.Evidence == EvidenceNone {
			without = append(without, p)
		}
	}
	return nameEach(without)
}

func nameEach(policies []Policy) string {
	names := make([]string, len(policies))
	for i, p := range policies {
		names[i] = fmt.Sprintf("%q", p.Name())
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// PolicyHelp lists each policy with its summary, for the help of commands.
func PolicyHelp() string {
	texts := make([]string, len(policies))
	for i, p := range policies {
		texts[i] = fmt.Sprintf("%s (%s)", p.Name(), p.Rules().Summary)
		if p.Name() == DefaultPolicy {
			texts[i] = fmt.Sprintf("%s, the default (%s)", p.Name(), p.Rules().Summary)
		}
	}
	return strings.Join(texts, "; ")
}

// policyRules are those of the terms' policy. A policy that is not there any more has none: nobody judges.
func (t Terms) policyRules() Rules {
	if p, ok := PolicyByName(t.Policy); ok {
		return p.Rules()
	}
	return Rules{}
}

// Describe says a plan under the terms in a sentence, for people.
func (t Terms) Describe(plan Plan) string {
	if p, ok := PolicyByName(t.Policy); ok {
		return p.Describe(plan)
	}
	return ""
}

// QuoteSeats returns the price of how many replicas a task planned so is expected to cost, and of how many it may be
// prudent to lock, when so many seats sit in the court: room for a plan two replicas larger, should the ledgers have moved
// meanwhile, and for a court that nobody is to blame for. A policy without a court that asks for more replicas where they differ
// is given room to outvote about as many wrong answers as it expects right ones: twice as many, and two.
func QuoteSeats(p Policy, plan Plan, trust uint64, asked uint32, bench uint64) (expected, most uint64) {
	rules, replicas := p.Rules(), p.Replicas(trust, asked)
	expected = uint64(plan.Replicas)
	switch {
	case !rules.CourtDecides():
		expected = uint64(max(plan.Replicas, replicas.Least))
		return expected, min(uint64(replicas.Most), 2*expected+2)
	case plan.Court || rules.Court == CourtAtOnce:
		expected = bench + 1
	case plan.Lottery > 0:
		expected++
	}
	return expected, min(expected+2+bench, MaxReplicas+1)
}
