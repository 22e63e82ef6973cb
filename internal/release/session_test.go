package release_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

const (
	measured = "1111111111111111111111111111111111111111111111111111111111111111"
	another  = "2222222222222222222222222222222222222222222222222222222222222222"
)

// enclaved is a world whose file is for enclaves alone, and whose worker runs in an enclave.
type enclaved struct {
	*world
	session  *attester.SoftwareSession
	states   []enclavestypes.SessionState
	sessions error
}

func newEnclaved(t *testing.T) *enclaved {
	t.Helper()
	w := &enclaved{world: newWorld(t)}
	w.session = w.open("session")
	key := w.session.Key()
	w.states = []enclavestypes.SessionState{{Session: enclavestypes.Session{Worker: w.worker.Address(), Key: key[:], Measurement: measured}}}
	w.server.Sessions = func(_ context.Context, who string) ([]enclavestypes.SessionState, error) {
		if who != w.worker.Address() {
			return nil, nil
		}
		return w.states, w.sessions
	}
	w.c.Deal.Terms.Policy, w.c.Deal.Measurements = poco.PolicyAttested, []string{measured}
	w.allow(func(r *release.Record) { r.RequireEnclave = true })
	return w
}

func (w *enclaved) open(name string) *attester.SoftwareSession {
	w.t.Helper()
	s, err := attester.NewSoftware(attester.Machine{Seed: []byte("machine"), Measurement: attester.DefaultMeasurement()}, name)
	require.NoError(w.t, err)
	return s
}

// job returns the digest of the task's job as an enclave knows it that was told this deal.
func (w *enclaved) job(deal dealstypes.Deal) artifact.Digest {
	w.t.Helper()
	job, err := release.DigestJob(w.c.Task, deal)
	require.NoError(w.t, err)
	return job
}

// sendSigned sends a request that the worker's account signs. It names the session `named` and is signed by the session `signs`; either
// may be nil.
func (w *enclaved) sendSigned(named, signs *attester.SoftwareSession, change func(*release.Request), after func(*release.Signed)) error {
	w.t.Helper()
	r := w.request()
	if named != nil {
		key := named.Key()
		r.Session, r.Job = key[:], w.job(w.c.Deal)
	}
	if change != nil {
		change(&r)
	}
	signed, err := r.Sign(w.worker)
	require.NoError(w.t, err)
	if signs != nil {
		require.NoError(w.t, signed.SignAlso(context.Background(), signs))
	}
	if after != nil {
		after(&signed)
	}
	_, err = release.Send(context.Background(), nil, w.url, signed)
	return err
}

func (w *enclaved) requireReason(want release.Reason, err error, name string) {
	w.t.Helper()
	var refusal *release.Refusal
	require.ErrorAs(w.t, err, &refusal, name)
	require.Equal(w.t, want, refusal.Reason, "%s: %s", name, refusal.Words)
}

// TestKeysForEnclavesAlone: a file may be for enclaves alone. The drawn worker gets the key with the signature of a session that
// counts. The worker's owner, who has the account's key and not the session's, does not get it.
func TestKeysForEnclavesAlone(t *testing.T) {
	w := newEnclaved(t)
	require.NoError(t, w.sendSigned(w.session, w.session, nil, nil))
	own, other := w.session, w.open("another session")

	w.requireReason(release.EnclaveRequired, w.sendSigned(nil, nil, nil, nil), "the owner of the worker, without the enclave")
	w.requireReason(release.Malformed, w.sendSigned(own, nil, nil, nil), "the session's key without its signature")
	w.requireReason(release.Malformed, w.sendSigned(nil, own, nil, nil), "a signature of no key")
	w.requireReason(release.Malformed, w.sendSigned(own, other, nil, nil), "a signature of another session")
	w.requireReason(release.SessionRefused, w.sendSigned(other, other, nil, nil), "a session that nobody registered")
	w.requireReason(release.Malformed, w.sendSigned(own, own, nil, func(s *release.Signed) { s.SessionSignature[3] ^= 1 }), "a flipped bit")
	w.requireReason(release.Malformed, w.sendSigned(own, own, nil, func(s *release.Signed) { s.SessionSignature = s.SessionSignature[1:] }), "a cut signature")
	w.requireReason(release.Malformed, w.sendSigned(own, own, func(r *release.Request) { r.Session = make([]byte, 64) }, nil), "no point of the curve")

	// The attack: the worker's owner reuses the enclave's signature of an earlier request for a request of its own.
	var vouched release.Signed
	require.NoError(t, w.sendSigned(own, own, nil, func(s *release.Signed) { vouched = *s }))
	w.requireReason(release.Malformed, w.sendSigned(own, nil, nil, func(s *release.Signed) { s.SessionSignature = vouched.SessionSignature }), "a signature of another request")
}

// TestEnclaveIsToldOfAnotherJob performs an attack by the operator of a worker, who chooses the node that the enclave asks. The node says
// that the task runs a program of the operator's on the file, or that nobody seals the answer. The enclave's request says what it would
// run, and the agent gives no key for anything but the job that its own node knows.
func TestEnclaveIsToldOfAnotherJob(t *testing.T) {
	for name, lie := range map[string]func(*dealstypes.Deal){
		"another program": func(d *dealstypes.Deal) { d.Digest = artifact.Sum([]byte("it writes what it reads")).String() },
		"another runtime": func(d *dealstypes.Deal) { d.Runtime = contract.RuntimeCircuit },
		"other arguments": func(d *dealstypes.Deal) { d.Args = []string{"--print"} },
		"one more input": func(d *dealstypes.Deal) {
			d.Inputs = append(slices.Clone(d.Inputs), &dealstypes.Input{Name: "script", Digest: d.Digest})
		},
		"another name":       func(d *dealstypes.Deal) { d.Inputs = []*dealstypes.Input{{Name: "stdin", Digest: d.Inputs[0].Digest}} },
		"nobody seals":       func(d *dealstypes.Deal) { d.Execution = nil },
		"sealed for another": func(d *dealstypes.Deal) { d.Execution = &dealstypes.Execution{Recipient: "age1other"} },
		"variables":          func(d *dealstypes.Deal) { d.Execution = &dealstypes.Execution{Recipient: "age1", Env: []string{"A=b"}} },
		"the file as a dataset": func(d *dealstypes.Deal) {
			d.Datasets, d.Inputs = []dealstypes.PinnedDataset{{Digest: d.Inputs[0].Digest}}, nil
		},
	} {
		w := newEnclaved(t)
		w.c.Deal.Execution = &dealstypes.Execution{Recipient: "age1"}
		told := w.c.Deal
		lie(&told)
		w.requireReason(release.OtherJob, w.sendSigned(w.session, w.session, func(r *release.Request) { r.Job = w.job(told) }, nil), name)
		w.requireReason(release.OtherJob, w.sendSigned(w.session, w.session, func(r *release.Request) { r.Job = artifact.Digest{} }, nil), "the job is not named")
		require.NoError(t, w.sendSigned(w.session, w.session, nil, nil))
	}
}

// TestSessionsThatDoNotCount: at each request the chain says whether the session counts, and from which image the enclave was started.
func TestSessionsThatDoNotCount(t *testing.T) {
	w := newEnclaved(t)
	send := func() error {
		w.now = w.now.Add(2 * time.Second) // far enough that the chain is asked anew
		return w.sendSigned(w.session, w.session, nil, nil)
	}
	w.states[0].Refused = "its machine is frozen"
	w.requireReason(release.SessionRefused, send(), "frozen, expired, or below the level")
	w.states[0].Refused = ""
	require.NoError(t, send())

	w.c.Deal.Measurements = []string{another}
	w.requireReason(release.EnclaveRequired, send(), "an image that the app's version does not list")
	w.allow(func(r *release.Record) { r.RequireEnclave, r.Measurements = true, []string{measured} })
	require.NoError(t, send(), "the owner names it")
	w.allow(func(r *release.Record) { r.RequireEnclave, r.Measurements = true, []string{another} })
	w.c.Deal.Measurements = []string{measured}
	w.requireReason(release.EnclaveRequired, send(), "the owner names another, whatever the app's version lists")
	w.allow(func(r *release.Record) { r.RequireEnclave = true })
	w.c.Deal.Measurements = nil
	w.requireReason(release.EnclaveRequired, send(), "nobody names any")
	w.c.Deal.Measurements = []string{measured}

	w.sessions = errors.New("the node hangs")
	w.requireReason(release.Unavailable, send(), "the chain does not say")
	w.sessions = nil
	w.c.Deal.Terms.Policy = poco.PolicyCredence
	w.requireReason(release.EnclaveRequired, send(), "other replicas, and a court, would owe and be owed the key")
}

// TestSeatsOfTheCourtGetNoKeyForEnclaves: a court seat runs in no enclave, and so gets no key of a file for enclaves.
func TestSeatsOfTheCourtGetNoKeyForEnclaves(t *testing.T) {
	w := newEnclaved(t)
	w.c.Task.Phase, w.c.Task.Court = taskstypes.PHASE_COURT_COMMIT, w.c.Task.Seats
	ask := func(r *release.Request) { r.Bench = release.BenchCourt }
	w.requireReason(release.EnclaveRequired, w.sendSigned(nil, nil, ask, nil), "a seat")
	w.allow(func(*release.Record) {})
	require.NoError(t, w.sendSigned(nil, nil, ask, nil), "a file for everybody who runs the task")
}
