package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/credence-chain/credence/poco"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
)

// A request can carry the word of an enclave: the key of a session that the worker registered on the chain, and its signature of the very
// bytes that the account signs. The public key of age in them is the enclave's own then, so that the answer opens in there and nowhere
// else. An owner may give a key to enclaves alone (Record.RequireEnclave).

// sessionDomain stands in front of what a session key signs.
const sessionDomain = "credence/key-request-session/v1\n"

// Sessions says which sessions a worker has registered, and of each why it does not count.
type Sessions func(ctx context.Context, worker string) ([]enclavestypes.SessionState, error)

// checkSession checks the signature of the session key that a request names; a request that names none has none.
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

// findSession returns the session that a request names, where the chain says that it counts; nil where it names none, or nobody asks for it.
func (s *Server) findSession(ctx context.Context, r Request) (*enclavestypes.Session, *Refusal) {
	if len(r.Session) == 0 || s.Sessions == nil {
		return nil, nil
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

// refuseOutside refuses whoever is no enclave of a measurement that the owner named, or where it named none, that the app's version lists.
// The task must be one whose answer an enclave has to sign: others have replicas and a court that would be refused, and whoever answered
// would owe them the input. Nil says that it is such an enclave.
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
