package poco

// PolicyAttested is the name of Attested.
const PolicyAttested = "attested"

// Attested believes one worker whose program runs in an enclave. The answer comes with a signature of the session key that the
// enclave has registered (evidence.go, session.go). An accepted answer rests on trust in the maker of the platform, in everybody
// who can touch the machine, and in the measured image.
//
// The worker's stake is locked all the same: a worker that commits and does not reveal loses it. Where two honest runs of the
// program never differ, the accepted answer is under audit like an answer of replicas. A court that finds another answer takes the
// stake, and the chain then trusts the machine no more. The bound of the error debt does not cover the policy, which neither charges
// nor credits the ledgers: one fault of a platform would affect all its answers.
type Attested struct{}

// Name implements Policy.
func (Attested) Name() string { return PolicyAttested }

// Rules implements Policy.
func (Attested) Rules() Rules {
	return Rules{
		Court: CourtInAudit, Evidence: EvidenceAttestation, Summary: "one worker, whose enclave signs the answer with a key that the chain has seen attested",
		Breaks: "the maker's keys are out, somebody has the machine in hands, or the image does something else than its authors say",
	}
}

// Replicas implements Policy.
func (Attested) Replicas(uint64, uint32) ReplicaRange { return ReplicaRange{Least: 1, Most: 1} }

// Plan implements Policy.
func (Attested) Plan(in PlanInput) Plan { return Single{}.Plan(in) }

// Judge implements Policy: an answer that was revealed has been signed by an enclave.
func (Attested) Judge(terms Terms, ballots []Ballot) Judgement { return Single{}.Judge(terms, ballots) }

// Describe implements Policy.
func (Attested) Describe(Plan) string {
	return "1 replica, whose enclave signs the answer; nobody runs it again but a court that is called on the accepted answer"
}
