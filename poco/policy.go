package poco

import (
	"fmt"
	"slices"
	"strings"
)

// A Policy decides when an answer is believed: how many replicas run a task, what their revealed answers mean, and whether a court
// may judge. Policies are pure functions of the pinned terms, the ledgers, the records and the reveals (protocol section 3). The
// chain, the market's checks, the client's quotes and the laboratory all ask the policy that a deal names. None of them compares
// names of policies.
//
// A policy lives in a file of its own and is listed in policies below; CONTRIBUTING.md says how one is added.
type Policy interface {
	// Name is the name that a deal pins.
	Name() string
	// Rules are the rules for every task under the policy.
	Rules() Rules
	// Replicas says how many replicas a task has at a quantised trust, when its requester asks for at least min of them (0: it does
	// not say). Least is above MaxReplicas if no number is enough for the trust: such a job is refused.
	Replicas(trust uint64, min uint32) ReplicaRange
	// Plan says how a task is to be checked. It is asked before the first worker is drawn, and again when commit 1 is
	// locked; the second plan is the task's.
	Plan(in PlanInput) Plan
	// Judge says what the ballots mean. There is one for each seat that was drawn, in draw order. There may be fewer than the
	// policy asked for, and Judge must not rely on their number.
	Judge(terms Terms, ballots []Ballot) Judgement
	// Describe describes a plan of the policy in a sentence, for people.
	Describe(plan Plan) string
}

// Rules are the rules of a policy for all its tasks.
type Rules struct {
	// Court says when a court judges. Where it may, the deal pins a fee for its seats.
	Court CourtUse
	// Ledgers: a task takes a turn in the error debt's ledgers. It is accepted on its replicas only if its turn is open, and the
	// ledgers are charged and credited for it.
	Ledgers bool
	// Bounded: accepted answers carry the claim on wrong results (protocol section 3).
	Bounded bool
	// Confirms: a replica that agreed with another organisation's counts as a confirmation in its worker's record.
	Confirms bool
	// Votes is what a vote of workers does to their records, and which of their records it weighs.
	Votes VoteUse
	// NamedPool: the requester has to name the pool, because the answer rests on its trust in the pool.
	NamedPool bool
	// Evidence is the kind of evidence that shows that the program made the answer. A worker reveals an answer with it or not at
	// all. See evidence.go.
	Evidence EvidenceKind
	// Deposit: the stake that a worker locks is a deposit for showing up, not for being right; see StakeUnder.
	Deposit bool
	// Summary says in a sentence, for people, why an accepted answer is believed.
	Summary string
	// Breaks says in a sentence, for people, what must be the case for a wrong answer to be accepted all the same. For a policy with
	// ledgers it leaves out the coalition that a plan assumes; see BreaksUnder.
	Breaks string
}

// BreaksUnder says in a sentence, for people, what breaks the promise of a task under a plan.
func (r Rules) BreaksUnder(plan Plan) string {
	switch {
	case plan.Court && r.Court == CourtInDoubt:
		return FullCourt{}.Rules().Breaks
	case r.Ledgers:
		return fmt.Sprintf("more than %d organisations collude, of %d that can be drawn; %s", plan.Faction, plan.Eligible, r.Breaks)
	}
	return r.Breaks
}

// CourtUse says when a court judges.
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

// Ballot is the outcome of one seat of a task, if it revealed one.
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

// Decision is the conclusion that a policy draws from the ballots.
type Decision uint8

// The decisions.
const (
	DecideCourt  Decision = iota // the validators find the truth; where no court may judge, the task is refunded
	DecideAccept                 // the outcome is the answer; with ledgers, once the task's turn has come
	DecideRefund                 // there is no answer: the outcome says why, or the replicas disagree
	DecideMore                   // more replicas are needed
)

// Judgement is a decision and the values that belong to it.
type Judgement struct {
	Decision Decision
	Outcome  Outcome // of DecideAccept and DecideRefund
	// More is the number of replicas that DecideMore asks for: as many newcomers as could bring the vote to an end. If the escrow
	// or the attempts have no room for them, the task ends as with DecideCourt.
	More uint32
}

// DefaultPolicy is the policy of a job that names none.
const DefaultPolicy = PolicyCredence

// policies are the policies that a deal may name, in the order in which people see them.
var policies = []Policy{Credence{}, FullCourt{}, Quorum{}, Jury{}, IExec{}, Proven{}, Attested{}, Single{}}

// Policies returns the policies that a deal may name, the default one first.
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

// CourtlessPolicyNames lists the policies that never ask a court, for people. Only they accept apps of which two honest runs may
// differ. Policies that ask for evidence are left out, because few programs can bring it.
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

// policyRules returns the rules of the terms' policy. If the policy does not exist any more, its rules are empty: nobody judges.
func (t Terms) policyRules() Rules {
	if p, ok := PolicyByName(t.Policy); ok {
		return p.Rules()
	}
	return Rules{}
}

// Describe describes a plan under the terms in a sentence, for people.
func (t Terms) Describe(plan Plan) string {
	if p, ok := PolicyByName(t.Policy); ok {
		return p.Describe(plan)
	}
	return ""
}

// QuoteSeats returns for how many replicas a task with this plan is expected to pay, and for how many it is prudent to lock the
// price. The second number has room for two more replicas, in case the ledgers move meanwhile. The court's deposit comes on top of it. A
// policy without a court may ask for more replicas if answers differ. It gets room to outvote about as many wrong answers as it expects
// right ones: twice the expected replicas, and two.
func QuoteSeats(p Policy, plan Plan, trust uint64, asked uint32) (expected, most uint64) {
	rules, replicas := p.Rules(), p.Replicas(trust, asked)
	expected = uint64(plan.Replicas)
	switch {
	case !rules.CourtDecides():
		expected = uint64(max(plan.Replicas, replicas.Least))
		return expected, min(uint64(replicas.Most), 2*expected+2)
	case plan.Court || rules.Court == CourtAtOnce:
		expected = 1
	case plan.Lottery > 0:
		expected++
	}
	return expected, min(expected+2, MaxReplicas+1)
}
