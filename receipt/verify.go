package receipt

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/cosmos/btcutil/bech32"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
)

// This file verifies a receipt. The steps go from what depends on no one to what depends on the verifier: the path of headers and
// the proofs of the records (proveAll), then whether the path contains what the verifier trusts, then whether the answer is final,
// and last the evidence and the manifest that come with it. The first failure is the refusal, so that a receipt with several faults
// always has the same one.

// Expected holds values that the verifier knows beforehand and wants compared; empty fields are not compared.
type Expected struct {
	// Chain is the chain's id. A set of validators may sign more than one chain.
	Chain string
	// Task is the task's id.
	Task string
	// Digest is the digest of the result, "sha256:" and hexadecimal digits.
	Digest string
}

// proven holds the proven records of a receipt, before they are interpreted.
type proven struct {
	task    task
	deal    deal
	request request
	path    []*signed
}

// Verify checks a receipt against trust, and returns what it proves. It reads nothing but its arguments. Every refusal is a
// *Refusal.
func Verify(r *Receipt, trust Trust, expected Expected) (*Statement, error) {
	if expected.Chain != "" && r.Chain != expected.Chain {
		return nil, newRefusal(ReasonChain, "the receipt is of the chain %q, expected %q", r.Chain, expected.Chain)
	}
	if expected.Task != "" && r.Task != expected.Task {
		return nil, newRefusal(ReasonRecord, "the receipt is of the task %s, expected %s", r.Task, expected.Task)
	}
	p, err := r.proveAll()
	if err != nil {
		return nil, err
	}
	if err := trust.checkReach(p.path); err != nil {
		return nil, err
	}
	if err := p.task.checkFinal(r.Height); err != nil {
		return nil, err
	}
	if expected.Digest != "" {
		if err := p.task.checkDigest(expected.Digest); err != nil {
			return nil, err
		}
	}
	s := p.buildStatement(r, trust)
	if s.Evidence.Shown, err = p.checkShown(r); err != nil {
		return nil, err
	}
	if err := s.Answer.addManifest(r.Manifest, p.task.verdict); err != nil {
		return nil, err
	}
	return s, nil
}

// proveAll checks the path and the records, which do not depend on the verifier's trust.
func (r *Receipt) proveAll() (p proven, err error) {
	id, err := ids.Parse(r.Task)
	if err != nil {
		return p, newRefusal(ReasonFormat, "task: %v", err)
	}
	if p.path, err = checkPath(r.Chain, r.Path); err != nil {
		return p, err
	}
	header := p.path[len(p.path)-1].header
	if header.Height-1 != r.Height {
		return p, newRefusal(ReasonHeight, "the receipt is of the state of height %d, and the header of height %d holds that of height %d", r.Height, header.Height, header.Height-1)
	}
	if p.task, err = proveRecord(r.TaskRecord, "task_record", tasksStore, recordKey(tasksPrefix, id), header.AppHash, readTask); err != nil {
		return p, err
	}
	if p.deal, err = proveRecord(r.DealRecord, "deal_record", dealsStore, recordKey(dealsPrefix, p.task.deal), header.AppHash, readDeal); err != nil {
		return p, err
	}
	if p.request, err = proveRecord(r.RequestRecord, "request_record", marketStore, recordKey(requestsPrefix, p.deal.request), header.AppHash, readRequest); err != nil {
		return p, err
	}
	if p.task.id != id || p.deal.id != p.task.deal || p.request.id != p.deal.request {
		return p, newRefusal(ReasonRecord, "a record has another id than the key under which it is stored")
	}
	return p, nil
}

// proveRecord checks the proof of a record and reads it.
func proveRecord[T any](r Record, what, store string, key, appHash []byte, read func([]byte) (T, error)) (T, error) {
	var nothing T
	if err := r.checkProof(what, store, key, appHash); err != nil {
		return nothing, err
	}
	record, err := read(r.Value)
	if err != nil {
		return nothing, newRefusal(ReasonRecord, "%s cannot be read: %v", what, err)
	}
	return record, nil
}

// checkFinal refuses a task whose answer is not final at the receipt's height.
func (t task) checkFinal(height int64) error {
	answer := poco.Kind(t.verdict.kind)
	switch {
	case t.ending == 0:
		return newRefusal(ReasonRunning, "the task had not ended at height %d: there was no accepted answer", height)
	case t.ending != endingAccepted:
		return newRefusal(ReasonRefunded, "the task ended as %s, without an answer, and was refunded", endingName(t.ending))
	case t.phase == phaseAudit:
		return newRefusal(ReasonProvisional, "the answer was accepted and could be challenged until height %d; the receipt is of height %d. Ask for another one then", t.audit.end, height)
	case t.phase != phaseDone:
		return newRefusal(ReasonProvisional, "the answer was accepted, and was before the court at height %d. Ask for another receipt when the court has spoken", height)
	case !answer.IsAnswer():
		return newRefusal(ReasonRecord, "the accepted answer is %s, which is none", answer)
	}
	return nil
}

func endingName(ending uint32) string {
	if ending > uint32(poco.EndEvidenceStopped) {
		return fmt.Sprintf("ending %d", ending)
	}
	return poco.Ending(ending).String()
}

// checkDigest compares the accepted answer with the expected one.
func (t task) checkDigest(digest string) error {
	got, err := artifact.ParseDigest(digest)
	if err != nil {
		return newRefusal(ReasonDigest, "%v", err)
	}
	if t.verdict.digest == got {
		return nil
	}
	if t.isOverturned() && t.audit.answer.digest == got {
		return newRefusal(ReasonOverturned, "the court overturned the answer %s; the accepted answer is %s", digest, digestText(t.verdict.digest))
	}
	return newRefusal(ReasonDigest, "the accepted answer is %s, not %s", digestText(t.verdict.digest), digest)
}

func (t task) isOverturned() bool { return t.audit.is && t.audit.result == auditOverturned }

// auditWords are the results of an audit by their number.
var auditWords = []string{"not over", "unopposed", "upheld", "overturned", "no answer", "undecided", "unserved"}

func (t task) auditWord() string {
	switch {
	case !t.audit.is:
		return "none"
	case int(t.audit.result) < len(auditWords):
		return auditWords[t.audit.result]
	}
	return fmt.Sprintf("result %d", t.audit.result)
}

// answeredBy returns the organisations of those of the seats that gave the accepted answer.
func (t task) answeredBy(seats []seat) (organisations []string) {
	for _, s := range seats {
		if s.state == seatRevealed && s.outcome == t.verdict {
			organisations = append(organisations, s.organisation)
		}
	}
	return organisations
}

func (p proven) buildStatement(r *Receipt, trust Trust) *Statement {
	t, d, q := p.task, p.deal, p.request
	policy, known := poco.PolicyByName(d.terms.policy)
	s := &Statement{
		Chain: r.Chain, Task: r.Task,
		Answer: Answer{Kind: poco.Kind(t.verdict.kind).String(), Digest: digestText(t.verdict.digest), Fuel: t.verdict.fuel, Ended: t.done},
		Evidence: Evidence{
			Policy: d.terms.policy, Bounded: known && policy.Rules().Bounded, Trust: d.terms.trust, Value: d.terms.value,
			ByCourt: t.byCourt || t.isOverturned(), GaveIt: t.answeredBy(t.seats), Court: t.answeredBy(t.court), Replicas: t.plan.replicas, Lottery: t.plan.lottery,
			X: t.plan.x.String(), Faction: t.plan.faction, Eligible: t.plan.eligible, Audit: t.auditWord(),
		},
		Work: Work{
			Deal: ids.Format(d.id), Request: ids.Format(d.request), Requester: accountText(d.requester), Organisation: d.organisation, Pool: d.pool,
			App: d.app, Version: d.version, Digest: digestText(d.digest), Runtime: d.runtime, Index: t.index, Bag: d.bag,
			Args: append([]string{}, q.job.args...), Inputs: []Named{}, Datasets: []Named{}, DatasetsPerTask: d.datasetsPerTask,
			FuelLimit: d.terms.fuelLimit, Time: d.time, Execution: q.job.execution.Execution,
		},
		Signed: signedBy(p.path, r.Height, trust),
	}
	if t.isOverturned() {
		s.Evidence.Overturned = digestText(t.audit.answer.digest)
	}
	for _, in := range q.job.inputs {
		s.Work.Inputs = append(s.Work.Inputs, Named{Name: in.name, Digest: digestText(in.digest), Tree: in.tree})
	}
	for _, in := range d.datasets {
		s.Work.Datasets = append(s.Work.Datasets, Named{Name: in.name + ":" + in.version, Digest: digestText(in.digest)})
	}
	e := &s.Work.Execution
	if len(e.OkExit) == 0 {
		e.OkExit = d.okExit
	}
	if e.OutputPath == "" {
		e.OutputPath = d.outputPath
	}
	return s
}

// signedBy describes the last header of a path, which holds the state of a height, and its signers.
func signedBy(path []*signed, height int64, trust Trust) Signed {
	last := path[len(path)-1]
	s := Signed{
		Height: height, Block: last.header.Hash().String(), Time: last.header.Time.UTC(), Signers: last.signers, Validators: last.validators.Size(),
		Power: last.power, TotalPower: last.validators.TotalVotingPower(), Set: last.header.ValidatorsHash.String(), Trusted: trust.String(),
	}
	for i, one := range path {
		if trust.namesHeader(one) {
			s.Changes = len(path) - 1 - i
			break
		}
	}
	return s
}

// addManifest checks the manifest against the accepted digest, and adds its contents to the answer.
func (a *Answer) addManifest(encoded []byte, verdict outcome) error {
	if len(encoded) == 0 {
		return nil
	}
	if sha256.Sum256(encoded) != verdict.digest {
		return newRefusal(ReasonManifest, "the manifest is not that of the accepted answer: it hashes to %s, expected %s", digestText(sha256.Sum256(encoded)), digestText(verdict.digest))
	}
	m, err := result.Parse(encoded)
	if err != nil {
		return newRefusal(ReasonManifest, "the manifest of the accepted answer cannot be read: %v", err)
	}
	if m.Kind != a.Kind {
		return newRefusal(ReasonManifest, "the manifest says %s, and the accepted answer is %s", m.Kind, a.Kind)
	}
	a.HasManifest, a.ExitStatus, a.Reason, a.Stderr = true, m.ExitCode, m.Reason, m.Stderr
	for _, e := range m.Entries {
		if !e.Dir {
			a.Files = append(a.Files, File{Path: e.Path, Size: e.Size, Digest: digestText(e.Content)})
		}
	}
	return nil
}

func digestText(digest [32]byte) string { return artifact.Digest(digest).String() }

// accountText returns the text of an account, as the chain writes it.
func accountText(raw []byte) string {
	groups, err := bech32.ConvertBits(raw, 8, 5, true)
	if err == nil {
		if text, err := bech32.Encode(addressPrefix, groups); err == nil {
			return text
		}
	}
	return hex.EncodeToString(raw)
}

// addressPrefix is the prefix of accounts. A test compares it with client.Bech32Prefix.
const addressPrefix = "cred"
