package types

import (
	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// What a job's policy means for its market: how many replicas it has to pay, whether a court may judge. The policies
// themselves are poco's; nothing here knows one by name.

// replicaRange are how many the job's policy draws; none of an unknown policy.
func (j Job) replicaRange() poco.ReplicaRange {
	p, ok := poco.PolicyByName(j.Policy)
	if !ok {
		return poco.ReplicaRange{}
	}
	trust, err := poco.QuantiseTrust(j.Trust)
	if err != nil {
		return poco.ReplicaRange{} // Validate refuses the job
	}
	return p.Replicas(trust, j.MinReplicas)
}

// policyRules are those of the job's policy; none of an unknown one.
func (j Job) policyRules() poco.Rules {
	if p, ok := poco.PolicyByName(j.Policy); ok {
		return p.Rules()
	}
	return poco.Rules{}
}

// Need returns the least number of replicas that the job must be able to pay: those that its policy draws at least, and one
// where that draws none.
func (j Job) Need() uint64 { return uint64(max(1, j.replicaRange().Least)) }

// Staff returns how many organisations a pool must have for the job: one for each replica that the policy draws at least.
func (j Job) Staff() uint64 { return uint64(j.replicaRange().Least) }

// mostSeats returns how many replicas a deal of the job may have to pay: where a court may judge, what it costs beyond the
// replicas comes out of the same escrow, so that it is as large as max_price allows.
func (j Job) mostSeats() uint64 {
	if !j.policyRules().CourtDecides() {
		return max(1, uint64(j.replicaRange().Most))
	}
	return dealstypes.MaxSeats
}

// validatePolicy checks that there is such a policy, and that the job asks of it what it does.
func (j Job) validatePolicy() error {
	policy, err := poco.FindPolicy(j.Policy)
	if err != nil {
		return ErrPolicy.Wrap(err.Error())
	}
	rules, replicas := policy.Rules(), j.replicaRange()
	switch {
	case rules.NamedPool && j.Pool == "":
		return ErrPolicy.Wrapf("pool: got none, expected the pool that is trusted: the policy %q believes one worker of it", j.Policy)
	case rules.Evidence == poco.EvidenceProof && j.Execution.Contract().Recipient != "":
		return ErrPolicy.Wrapf("execution.recipient: a proof under the policy %q shows the answer as the program wrote it; leave the recipient out, or use another policy", j.Policy)
	case !rules.CourtDecides() && j.StaticCredibility:
		return ErrPolicy.Wrapf("static_credibility: the policy %q draws its own number of replicas; leave it out, or use %q", j.Policy, poco.DefaultPolicy)
	case !rules.CourtDecides() && j.MinReplicas > replicas.Most:
		return ErrReplicas.Wrapf("min_replicas: got %d, expected at most %d under the policy %q", j.MinReplicas, replicas.Most, j.Policy)
	case replicas.Least > poco.MaxReplicas:
		return ErrTrust.Wrapf("trust: got %d, for which more than %d workers would have to agree under the policy %q; expected less, or another policy",
			j.Trust, poco.MaxReplicas, j.Policy)
	}
	return nil
}

// Evidence is what the job's policy asks for with each answer.
func (j Job) Evidence() poco.EvidenceKind { return j.policyRules().Evidence }

// checkVerifier refuses an app that names no verifier where the policy asks for proofs.
func (j Job) checkVerifier(version appstypes.Version) error {
	if j.policyRules().Evidence != poco.EvidenceProof || version.Verifier != "" {
		return nil
	}
	return ErrPolicy.Wrapf("app: %s names no verifier of proofs, expected one under the policy %q", version.Reference(), j.Policy)
}
