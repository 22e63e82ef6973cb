package receipt

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/internal/claims"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/wire"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
)

// Names of systems and platforms by their numbers in x/verifiers and x/enclaves.
var (
	systemNames   = []string{"", "RISC Zero", "SP1", "circuit"}
	platformNames = []string{"", "TDX", "SEV-SNP", "software"}
)

func nameOf(names []string, number uint32) string {
	if int(number) < len(names) {
		return names[number]
	}
	return fmt.Sprintf("number %d", number)
}

// verifier is a part of credence.verifiers.v1.Verifier.
type verifier struct {
	name    string
	system  uint32
	checks  claims.Verifier
	stopped bool
}

func readVerifier(b []byte) (v verifier, err error) {
	c := &v.checks
	err = wire.ReadMessage(b, wire.Readers{
		1: wire.ReadText(&v.name), 2: wire.ReadNumber(&v.system), 3: wire.ReadRaw(&c.Key, 0), 4: wire.ReadRaw(&c.Root, 0), 5: wire.ReadRaw(&c.ControlID, 0), 6: wire.ReadRaw(&c.Selector, 0),
		7: wire.ReadNumber(&c.Inputs), 9: func(wire.Value) error { v.stopped = true; return nil },
	})
	c.System = claims.System(v.system)
	return v, err
}

// session is a part of credence.enclaves.v1.Session.
type session struct {
	worker, key          []byte
	organisation         string
	platform             uint32
	machine, measurement [32]byte
}

func readSession(b []byte) (s session, err error) {
	return s, wire.ReadMessage(b, wire.Readers{
		1: wire.ReadRaw(&s.worker, 0), 2: wire.ReadRaw(&s.key, poco.SessionKeySize), 3: wire.ReadText(&s.organisation), 4: wire.ReadNumber(&s.platform),
		5: wire.ReadHash(&s.machine), 6: wire.ReadHash(&s.measurement),
	})
}

// evidenceKind returns the kind of evidence that the policy of a deal asks for.
func (d deal) evidenceKind() poco.EvidenceKind {
	if policy, known := poco.PolicyByName(d.terms.policy); known {
		return policy.Rules().Evidence
	}
	return poco.EvidenceNone
}

// answering returns the seat that gave the accepted answer.
func (t task) answering() (seat, bool) {
	i := slices.IndexFunc(t.seats, func(s seat) bool { return s.state == seatRevealed && s.outcome == t.verdict })
	if i < 0 {
		return seat{}, false
	}
	return t.seats[i], true
}

// basisKey returns the place of the record against which the evidence of an answer is checked. It returns no key for evidence of
// another form.
func (d deal) basisKey(who, evidence []byte) (store string, key []byte) {
	switch kind := d.evidenceKind(); {
	case kind == poco.EvidenceProof:
		return verifiersStore, append([]byte{verifiersPrefix}, d.verifier...)
	case kind == poco.EvidenceAttestation && len(evidence) == poco.AttestationSize:
		key = append(binary.AppendUvarint([]byte{sessionsPrefix}, uint64(len(who))), who...)
		return enclavesStore, append(key, evidence[:poco.SessionKeySize]...)
	}
	return "", nil
}

// addShown adds the evidence of an answer to a new receipt, if the policy asks for evidence and the node still has it. A block may
// also hold refused reveals, which anybody can send: addShown takes the evidence that shows the answer. In two cases the receipt
// has no evidence: the node has pruned the block, or the latest state no longer has the record of the worker's session, because a
// worker keeps only a few.
func (r *Receipt) addShown(ctx context.Context, from Source) error {
	p, err := r.proveAll()
	if err != nil {
		return err
	}
	s, found := p.task.answering()
	if p.deal.evidenceKind() == poco.EvidenceNone || !found {
		return nil
	}
	candidates, err := from.Evidence(ctx, p.task.done, p.task.id)
	if errors.Is(err, ErrNoBlock) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("evidence, in block %d: %w", p.task.done, err)
	}
	for _, evidence := range candidates {
		store, key := p.deal.basisKey(s.who, evidence)
		if store == "" {
			continue
		}
		basis, err := from.Record(ctx, store, key, r.Height)
		if err != nil {
			return fmt.Errorf("what the evidence is checked against: %w", err)
		}
		r.Shown = &Shown{Evidence: evidence, Basis: basis}
		if _, err := p.checkShown(r); err == nil {
			return nil
		}
	}
	r.Shown = nil
	return nil
}

// checkShown checks the evidence of a receipt again: it must show the accepted answer, against a record that the header proves. The
// statement is computed from the records alone.
func (p proven) checkShown(r *Receipt) (*ShownAnswer, error) {
	if r.Shown == nil {
		return nil, nil
	}
	kind := p.deal.evidenceKind()
	s, found := p.task.answering()
	if kind == poco.EvidenceNone || !found {
		return nil, newRefusal(ReasonEvidence, "shown: the receipt has evidence, and the answer was accepted under the policy %q, which asks for none", p.deal.terms.policy)
	}
	store, key := p.deal.basisKey(s.who, r.Shown.Evidence)
	if store == "" {
		return nil, newRefusal(ReasonEvidence, "shown: evidence of %d bytes, expected the %d of a key and a signature", len(r.Shown.Evidence), poco.AttestationSize)
	}
	if p.request.job.execution.newer {
		return nil, newRefusal(ReasonRecord, "the job has a field that this verifier does not know; take a newer one")
	}
	claim, err := p.claim(r.Chain, kind, s)
	if err != nil {
		return nil, newRefusal(ReasonRecord, "the statement of the answer cannot be computed: %v", err)
	}
	out := &ShownAnswer{Statement: ids.Format(claim.Statement.Digest()), Worker: claim.Statement.Who}
	appHash := p.path[len(p.path)-1].header.AppHash
	if kind == poco.EvidenceProof {
		v, err := proveRecord(r.Shown.Basis, "shown.basis", store, key, appHash, readVerifier)
		if err != nil {
			return nil, err
		}
		return out, out.checkProof(v, claim, r.Shown.Evidence)
	}
	e, err := proveRecord(r.Shown.Basis, "shown.basis", store, key, appHash, readSession)
	if err != nil {
		return nil, err
	}
	if err := out.checkWord(e, claim.Statement, r.Shown.Evidence); err != nil {
		return nil, err
	}
	return out, p.deal.checkMeasurement(e.measurement)
}

// checkMeasurement refuses an enclave whose measurement the deal does not list. A deal without a list accepts the measurements that
// the council listed, which are not in a receipt.
func (d deal) checkMeasurement(of [32]byte) error {
	if len(d.measurements) == 0 || slices.Contains(d.measurements, of) {
		return nil
	}
	return newRefusal(ReasonEvidence, "shown: the session is of measurement %x, and the deal takes others", of)
}

// checkProof checks a proof against a verifier.
func (out *ShownAnswer) checkProof(v verifier, c claims.Claim, evidence []byte) error {
	check, err := v.checks.Open()
	if err != nil {
		return newRefusal(ReasonRecord, "shown.basis: the verifier %s: %v", v.name, err)
	}
	if err := check(c, evidence); err != nil {
		return newRefusal(ReasonEvidence, "shown: the proof does not show the accepted answer under the verifier %s: %v", v.name, err)
	}
	out.Verifier, out.System, out.Program, out.Stopped = v.name, nameOf(systemNames, v.system), ids.Format(c.Program), v.stopped
	return nil
}

// checkWord checks the signature of a session key.
func (out *ShownAnswer) checkWord(s session, statement poco.Statement, evidence []byte) error {
	key, err := certificate.NewP256Key([poco.SessionKeySize]byte(evidence))
	if err != nil {
		return newRefusal(ReasonEvidence, "shown: the key of the session: %v", err)
	}
	digest := statement.Digest()
	if err := key.CheckP256(digest[:], [poco.SessionSignatureSize]byte(evidence[poco.SessionKeySize:])); err != nil {
		return newRefusal(ReasonEvidence, "shown: the session's key did not sign the accepted answer, statement %x", digest)
	}
	out.Key, out.Platform = hex.EncodeToString(s.key), nameOf(platformNames, s.platform)
	out.Machine, out.Measurement = ids.Format(s.machine), ids.Format(s.measurement)
	return nil
}

// claim returns what evidence of the accepted answer has to show. It computes from the records alone the same claim as x/deals
// (CompleteStatement).
func (p proven) claim(chain string, kind poco.EvidenceKind, by seat) (c claims.Claim, err error) {
	t, d, job := p.task, p.deal, p.request.job
	rules, err := contract.FindRuntime(d.runtime)
	if err != nil {
		return c, err
	}
	e := job.execution.Execution
	if len(e.OkExit) == 0 {
		e.OkExit = d.okExit
	}
	e.Clock, e.OutputPath = cmp.Or(e.Clock, d.time), d.outputPath
	c.Program = d.program
	c.Inputs = poco.Inputs{Index: t.index, Arguments: job.args, Run: poco.Run{
		Execution: e, Seed: poco.RunSeed(t.id, e.Seed, t.index), FuelLimit: d.terms.fuelLimit,
		MemoryLimit: rules.MemoryBytes(d.resources.memory), OutputLimit: rules.OutputBytes(d.resources.disk),
	}}
	for _, in := range job.inputs {
		c.Inputs.Files = append(c.Inputs.Files, poco.InputFile{Name: in.name, Digest: in.digest, Tree: in.tree})
	}
	for _, set := range d.datasetsOf(t.index) {
		c.Inputs.Datasets = append(c.Inputs.Datasets, set.digest)
	}
	c.Statement = poco.Statement{
		ChainID: chain, Task: t.id, Attempt: t.attempt, Who: accountText(by.who), Kind: kind, App: d.digest, Inputs: c.Inputs.Digest(),
		Outcome: poco.Outcome{Kind: poco.Kind(t.verdict.kind), Digest: t.verdict.digest, Fuel: t.verdict.fuel},
	}
	return c, nil
}

// datasetsOf returns the datasets that the task with an index reads.
func (d deal) datasetsOf(index uint64) []dataset {
	k, n := uint64(d.datasetsPerTask), uint64(len(d.datasets))
	if k == 0 || n == 0 {
		return d.datasets
	}
	if index > (n-1)/k {
		return nil
	}
	return d.datasets[index*k : min((index+1)*k, n)]
}
