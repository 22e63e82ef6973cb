package poco

// PolicyProven is the name of Proven.
const PolicyProven = "proven"

// Proven believes one worker whose answer comes with a proof that the program made it (evidence.go). Nobody has to trust the
// worker. An accepted answer rests on the verifier that the app's version names, and so on the soundness of a proving system. So
// the worker locks no stake for being right, but a deposit for showing up. A worker that commits and does not reveal loses the
// deposit.
//
// The bound of the error debt does not cover it: one fault of the proving system would affect all its answers.
type Proven struct{}

// Name implements Policy.
func (Proven) Name() string { return PolicyProven }

// Rules implements Policy.
func (Proven) Rules() Rules {
	return Rules{
		Court: CourtNever, Evidence: EvidenceProof, Deposit: true, Summary: "one worker, with a proof under the verifier that the app's version names",
		Breaks: "the proving system or its setup has a fault, or the program's id is not that of the source",
	}
}

// Replicas implements Policy.
func (Proven) Replicas(uint64, uint32) ReplicaRange { return ReplicaRange{Least: 1, Most: 1} }

// Plan implements Policy.
func (Proven) Plan(in PlanInput) Plan { return Single{}.Plan(in) }

// Judge implements Policy: an answer that was revealed has been proved.
func (Proven) Judge(terms Terms, ballots []Ballot) Judgement { return Single{}.Judge(terms, ballots) }

// Describe implements Policy.
func (Proven) Describe(Plan) string {
	return "1 replica, whose answer comes with a proof; nobody runs it again"
}

// StakeUnder returns what a worker locks for an assignment under a policy, in ucred: the pool's stake. If the policy takes it as a
// deposit for showing up, it is at most the price of a replica.
func StakeUnder(policy string, stake, price uint64) uint64 {
	if p, ok := PolicyByName(policy); ok && p.Rules().Deposit {
		return min(stake, price)
	}
	return stake
}
