package poco

// PolicyCredence is the name of Credence.
const PolicyCredence = "credence"

// Credence is the default policy: blind waves, the error debt, and the court unless all replicas agree.
type Credence struct{}

// Name implements Policy.
func (Credence) Name() string { return PolicyCredence }

// Rules implements Policy.
func (Credence) Rules() Rules {
	return Rules{
		Court: CourtInDoubt, Ledgers: true, Bounded: true, Confirms: true,
		Summary: "replicas that all agree, within the error debt, and the court on disagreement",
		Breaks:  "those drawn are bribed or share a defect; or a third of the court is wrong",
	}
}

// Replicas implements Policy: at least two, because the claim rests on a blind replica.
func (Credence) Replicas(_ uint64, min uint32) ReplicaRange {
	return ReplicaRange{Least: max(2, min), Most: MaxReplicas}
}

// Plan implements Policy. Good records never make the plan smaller.
func (Credence) Plan(in PlanInput) Plan { return makePlan(in) }

// Judge implements Policy. It accepts when all planned replicas revealed and are equal. It refunds when no replica has an answer,
// whatever kinds they revealed instead. Anything else goes to the court.
func (Credence) Judge(_ Terms, ballots []Ballot) Judgement {
	if len(ballots) == 0 {
		return Judgement{Decision: DecideCourt}
	}
	first, equal, answers := ballots[0].Outcome, true, false
	for _, b := range ballots {
		if !b.Revealed {
			return Judgement{Decision: DecideCourt}
		}
		equal = equal && b.Outcome == first
		answers = answers || b.Outcome.Kind.IsAnswer()
	}
	switch {
	case !answers && !equal: // nobody claims that there is an answer, and nobody would pay a court that looks for one
		return Judgement{Decision: DecideRefund, Outcome: Outcome{Kind: KindAbstain}}
	case !answers:
		return Judgement{Decision: DecideRefund, Outcome: first}
	case equal:
		return Judgement{Decision: DecideAccept, Outcome: first}
	}
	return Judgement{Decision: DecideCourt}
}

// Describe implements Policy.
func (Credence) Describe(plan Plan) string { return plan.Text() }
