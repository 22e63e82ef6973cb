package poco

// A Policy decides how many replicas a task needs and what their revealed answers mean: pure functions of the pinned
// terms, the ledgers, the records and the reveals (protocol section 3). The chain offers the policies PolicyByName
// knows; package poco/iexec has iExec's, with which its published scenarios replay.
type Policy interface {
	// Name is what a deal pins.
	Name() string
	// Plan says how a task is to be checked. Scores are the records of the workers in draw order, for policies that
	// weigh them; in is what the error debt needs, for those that keep it.
	Plan(in PlanInput, scores []uint64) Plan
	// Judge says what the ballots mean, each seat's in draw order.
	Judge(terms Terms, ballots []Ballot) Judgement
}

// Ballot is what one seat of a task brought.
type Ballot struct {
	Revealed bool
	Outcome  Outcome
	Score    uint64 // the worker's record, for policies that weigh it
}

// Decision is what a policy makes of the ballots.
type Decision uint8

// The decisions.
const (
	DecideCourt  Decision = iota // the validators find the truth
	DecideAccept                 // the outcome is the answer; under the error debt, once its turn has come
	DecideRefund                 // all agree that there is no answer
	DecideMore                   // more replicas are needed (policies that recruit in sequence)
)

// Judgement is a decision and the outcome it is about.
type Judgement struct {
	Decision Decision
	Outcome  Outcome
}

// Credence is the default policy: blind waves, the error debt, the court on anything but unanimity.
type Credence struct{}

// Name implements Policy.
func (Credence) Name() string { return PolicyCredence }

// Plan implements Policy; records never lower it.
func (Credence) Plan(in PlanInput, _ []uint64) Plan { return MakePlan(in) }

// Judge accepts when all planned replicas revealed and equal; anything else goes to the court.
func (Credence) Judge(_ Terms, ballots []Ballot) Judgement {
	if len(ballots) == 0 {
		return Judgement{Decision: DecideCourt}
	}
	first := ballots[0].Outcome
	for _, b := range ballots {
		if !b.Revealed || b.Outcome != first {
			return Judgement{Decision: DecideCourt}
		}
	}
	if !first.Kind.IsAnswer() {
		return Judgement{Decision: DecideRefund, Outcome: first}
	}
	return Judgement{Decision: DecideAccept, Outcome: first}
}

// FullCourt is the policy of certainty: no replicas, the court at once.
type FullCourt struct{}

// Name implements Policy.
func (FullCourt) Name() string { return PolicyCourt }

// Plan implements Policy.
func (FullCourt) Plan(PlanInput, []uint64) Plan { return Plan{Court: true, Bound: BoundRequest} }

// Judge implements Policy.
func (FullCourt) Judge(Terms, []Ballot) Judgement { return Judgement{Decision: DecideCourt} }

// PolicyByName finds a policy that deals may pin.
func PolicyByName(name string) (Policy, bool) {
	switch name {
	case PolicyCredence:
		return Credence{}, true
	case PolicyCourt:
		return FullCourt{}, true
	}
	return nil, false
}
