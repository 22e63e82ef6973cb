package poco

// PolicyCourt is the name of FullCourt.
const PolicyCourt = "court"

// FullCourt is the policy of certainty: the court runs the task, and no replica does.
type FullCourt struct{}

// Name implements Policy.
func (FullCourt) Name() string { return PolicyCourt }

// Rules implements Policy. The court decides every answer, so no ledger has to account for wrong ones.
func (FullCourt) Rules() Rules {
	return Rules{
		Court: CourtAtOnce, Bounded: true, Confirms: true, Summary: "validators run everything, no worker does",
		Breaks: "more than two thirds of the validators say the same wrong answer",
	}
}

// Replicas implements Policy: it draws no replicas.
func (FullCourt) Replicas(uint64, uint32) ReplicaRange { return ReplicaRange{} }

// Plan implements Policy.
func (FullCourt) Plan(PlanInput) Plan { return Plan{Court: true, Bound: BoundRequest} }

// Judge implements Policy.
func (FullCourt) Judge(Terms, []Ballot) Judgement { return Judgement{Decision: DecideCourt} }

// Describe implements Policy.
func (FullCourt) Describe(Plan) string {
	return "the full court, as asked: every validator's executor runs it"
}
