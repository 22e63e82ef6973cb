package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file is about requests from an enclave. Such a request names the key of a session that the worker registered on the chain, and
// the session key signs the same bytes as the account. Request.Recipient is then a key of the enclave, so that the answer can be opened
// only inside it. The request also says which job the enclave runs (DigestJob). An owner can restrict a file to enclaves (Record.RequireEnclave).

// sessionDomain is put before the bytes that a session key signs.
const sessionDomain = "credence/key-request-session/v1\n"

// jobDomain is put before the fields of a job that are hashed for an enclave's request.
const jobDomain = "credence/key-request-job/v1"

// DigestJob hashes which program a task runs, on which inputs, and how: what the statement of evidence covers, which includes the
// recipient of the answer, and the runtime. An enclave knows a task only from its node, and its operator chooses the node. Without this
// digest in the request, a node could tell the enclave that the task runs a program of the operator's on the same file, and the enclave
// would hand the opened file to this program. The error names the field of the deal that cannot be read.
func DigestJob(task taskstypes.Task, deal dealstypes.Deal) (artifact.Digest, error) {
	id, err := taskstypes.ParseID(task.Id)
	if err != nil {
		return artifact.Digest{}, err
	}
	s := poco.Statement{Task: id}
	if _, err := deal.CompleteStatement(&s, task.Index); err != nil {
		return artifact.Digest{}, err
	}
	return poco.Hash([]byte(jobDomain), []byte(deal.Runtime), s.App[:], s.Inputs[:]), nil
}

// checkJob returns nil if the enclave that asks runs the job that the chain has for the task.
func (c Case) checkJob(r Request) *Refusal {
	job, err := DigestJob(c.Task, c.Deal)
	if err != nil {
		return refuse(Unavailable, "the job of task %s can not be read here", r.Task)
	}
	if r.Job != job {
		return refuse(OtherJob, "the enclave was told another job of task %s than the chain has: its node lies", r.Task)
	}
	return nil
}

// Sessions reads the sessions that a worker has registered, each with the reason if it does not count.
type Sessions func(ctx context.Context, worker string) ([]enclavestypes.SessionState, error)

// checkSession checks the signature by the session key that the request names. A request without a session must have no such signature.
func (s Signed) checkSession(r Request) error {
	if len(r.Session) == 0 && len(s.SessionSignature) == 0 {
		return nil
	}
	key, err := enclavestypes.ReadKey(r.Session)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	if len(s.SessionSignature) != poco.SessionSignatureSize {
		return fmt.Errorf("session_signature: got %d bytes, expected the %d of a session key's", len(s.SessionSignature), poco.SessionSignatureSize)
	}
	digest := poco.SessionMessage(append([]byte(sessionDomain), s.Request...))
	if key.CheckP256(digest[:], [poco.SessionSignatureSize]byte(s.SessionSignature)) != nil {
		return errors.New("session_signature: it is not that of the request by the session key")
	}
	return nil
}

// findSession returns the session that a request names, if it counts on the chain and if its enclave runs the job of the case. It
// returns nil if the request names none, or if this server does not check sessions.
func (s *Server) findSession(ctx context.Context, c Case, r Request) (*enclavestypes.Session, *Refusal) {
	if len(r.Session) == 0 || s.Sessions == nil {
		return nil, nil
	}
	if refusal := c.checkJob(r); refusal != nil {
		return nil, refusal
	}
	list, err := s.sessions.get(ctx, s.now(), r.Who, func(ctx context.Context) ([]enclavestypes.SessionState, error) { return s.Sessions(ctx, r.Who) })
	if err != nil {
		return nil, refuse(Unavailable, "the node that is asked here does not say which sessions %s has", r.Who)
	}
	for _, one := range list {
		if !bytes.Equal(one.Session.Key, r.Session) {
			continue
		}
		if one.Refused != "" {
			return nil, refuse(SessionRefused, "the session %x of %s does not count: %s", r.Session[:8], r.Who, one.Refused)
		}
		return &one.Session, nil
	}
	return nil, refuse(SessionRefused, "%s has registered no session of the key %x", r.Who, r.Session[:8])
}

// refuseOutside returns nil if the request comes from an enclave with an allowed measurement: one that the owner named or, if it named
// none, one that the app's version lists. The task's answer must be signed by an enclave. Other tasks have replicas and a court, to
// which a worker that answered would owe the input, and these would be refused the key.
func (r Record) refuseOutside(c Case) *Refusal {
	policy, known := poco.PolicyByName(c.Deal.Terms.Policy)
	if !known || policy.Rules().Evidence != poco.EvidenceAttestation {
		return refuse(EnclaveRequired, "the owner of %s gives its key to enclaves alone, and the task is under the policy %q; send the job with --policy %s", r.Blob, c.Deal.Terms.Policy, poco.PolicyAttested)
	}
	if c.Session == nil {
		return refuse(EnclaveRequired, "the owner of %s gives its key to enclaves alone, and the request is signed by no session key", r.Blob)
	}
	measurements := r.Measurements
	if len(measurements) == 0 {
		measurements = c.Deal.Measurements
	}
	if !meets(measurements, c.Session.Measurement) {
		return refuse(EnclaveRequired, "the owner of %s does not give its key to an enclave of the measurement %s: expected one that the owner names or, where it names none, that the app's version lists", r.Blob, c.Session.Measurement)
	}
	return nil
}
