package types

import (
	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// What the market needs of a job's policy: how many replicas the job has to pay, and whether a court may judge. Package poco defines the
// policies; this file names none.

// replicaRange is the least and the most replicas that the job's policy draws; zero for an unknown policy.
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

// policyRules returns the rules of the job's policy; zero for an unknown policy.
func (j Job) policyRules() poco.Rules {
	if p, ok := poco.PolicyByName(j.Policy); ok {
		return p.Rules()
	}
	return poco.Rules{}
}

// Need returns the number of replicas that the job must be able to pay: the least that its policy draws, and at least 1.
func (j Job) Need() uint64 { return uint64(max(1, j.replicaRange().Least)) }

// Staff returns the number of organisations that a pool must have for the job: the least number of replicas that its policy draws.
func (j Job) Staff() uint64 { return uint64(j.replicaRange().Least) }

// mostSeats returns the most replicas that a deal of the job may have to pay. Where a court may judge, a plan may come to need as many as
// max_price allows: dealstypes.MaxSeats.
func (j Job) mostSeats() uint64 {
	if !j.policyRules().CourtDecides() {
		return max(1, uint64(j.replicaRange().Most))
	}
	return dealstypes.MaxSeats
}

// validatePolicy checks that the job's policy exists, and that the job asks for nothing that the policy does not do.
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

// Evidence returns the kind of evidence that the job's policy asks for with each answer.
func (j Job) Evidence() poco.EvidenceKind { return j.policyRules().Evidence }

// checkVerifier refuses an app that names no verifier where the policy asks for proofs.
func (j Job) checkVerifier(version appstypes.Version) error {
	if j.policyRules().Evidence != poco.EvidenceProof || version.Verifier != "" {
		return nil
	}
	return ErrPolicy.Wrapf("app: %s names no verifier of proofs, expected one under the policy %q", version.Reference(), j.Policy)
}
