package poco

// PolicySingle is the name of Single.
const PolicySingle = "single"

// Single believes one worker of a pool that the requester names, because the requester trusts the pool. Nobody checks the answer:
// there is no second replica and no court. It suits programs whose honest runs may differ, and pools that the requester owns.
//
// It carries no bound on wrong results. The stake is locked all the same: a worker that commits and does not reveal loses it.
type Single struct{}

// Name implements Policy.
func (Single) Name() string { return PolicySingle }

// Rules implements Policy.
func (Single) Rules() Rules {
	return Rules{
		Court: CourtNever, NamedPool: true, Summary: "one worker of the pool named by --pool, which the requester trusts; nobody checks its answer",
		Breaks: "the one worker is wrong",
	}
}

// Replicas implements Policy.
func (Single) Replicas(uint64, uint32) ReplicaRange { return ReplicaRange{Least: 1, Most: 1} }

// Plan implements Policy.
func (Single) Plan(in PlanInput) Plan {
	plan := Plan{Replicas: 1, Faction: in.Faction, Eligible: in.Eligible, Bound: BoundPolicy}
	if in.Eligible == 0 {
		plan.Bound = BoundFew
	}
	return plan
}

// Judge implements Policy.
func (Single) Judge(_ Terms, ballots []Ballot) Judgement {
	if len(ballots) != 1 || !ballots[0].Revealed {
		return Judgement{Decision: DecideRefund}
	}
	if only := ballots[0].Outcome; only.Kind.IsAnswer() {
		return Judgement{Decision: DecideAccept, Outcome: only}
	}
	return Judgement{Decision: DecideRefund, Outcome: ballots[0].Outcome}
}

// Describe implements Policy.
func (Single) Describe(Plan) string {
	return "1 replica, of the pool that the requester trusts; nobody checks it, and wrong results are not bounded"
}
