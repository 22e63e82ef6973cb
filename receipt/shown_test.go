package receipt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/executor/prover"
	"github.com/credence-chain/credence/internal/claims"
	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
)

// shownStory is a task that one worker answered with evidence.
type shownStory struct {
	story
	statement poco.Statement
	session   enclavestypes.Session
	verifier  verifierstypes.Verifier
	evidence  []byte
	// later holds fields of a later chain. They are appended to the execution of the request.
	later []byte
}

// newShown returns a shownStory under a policy. change edits the statement that the evidence shows; nil leaves it true.
func newShown(t *testing.T, policy string, change func(*poco.Statement)) shownStory {
	s := shownStory{story: newStory()}
	s.task.Seats, s.task.Audit = s.task.Seats[:1], nil
	s.deal.Terms.Policy, s.deal.Execution = policy, nil
	program := []byte(circuit.Header + "\ninput x\nmul y x x\noutput y\n")
	if policy == poco.PolicyProven {
		id := sha256.Sum256(program)
		s.deal.Runtime, s.deal.Digest, s.deal.Verifier, s.deal.Program = "circuit", digestText(id), "square", ids.Format(id)
		s.request.Job.Args = []string{"7"}
		s.task.Verdict = &taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: digestText(claims.CircuitResult([]byte("49\n")).Digest())}
		s.task.Seats[0].Outcome = s.task.Verdict
	}
	// The statement that the evidence has to show, as the chain computes it.
	whole := s.deal
	whole.Args, whole.Inputs, whole.Execution = s.request.Job.Args, s.request.Job.Inputs, s.request.Job.Execution
	verdict, err := artifact.ParseDigest(s.task.Verdict.Digest)
	require.NoError(t, err)
	s.statement = poco.Statement{
		ChainID: testChain, Task: [32]byte(sum("task")), Attempt: 1, Who: addressOf("birch"), Kind: map[string]poco.EvidenceKind{poco.PolicyProven: 1, poco.PolicyAttested: 2}[policy],
		Outcome: poco.Outcome{Kind: poco.KindResult, Digest: verdict, Fuel: s.task.Verdict.Fuel},
	}
	_, err = whole.CompleteStatement(&s.statement, s.task.Index)
	require.NoError(t, err)
	if change != nil {
		change(&s.statement)
	}
	if policy == poco.PolicyProven {
		s.prove(t, program)
	} else {
		s.attest(t)
	}
	return s
}

func (s *shownStory) prove(t *testing.T, program []byte) {
	p, err := circuit.Parse(program)
	require.NoError(t, err)
	key := prover.Setup(p, prover.DevnetSeed)
	s.verifier = verifierstypes.Verifier{Name: "square", System: verifierstypes.SYSTEM_CIRCUIT, Key: key.VerifyingKey(), Root: p.ID[:], Inputs: 1}
	s.evidence, err = key.Prove(context.Background(), s.statement.Digest(), []string{"7"})
	require.NoError(t, err)
}

func (s *shownStory) attest(t *testing.T) {
	session, err := attester.NewSoftware(attester.Machine{Seed: []byte("machine"), End: 1 << 40}, "a")
	require.NoError(t, err)
	key := session.Key()
	s.session = enclavestypes.Session{
		Worker: addressOf("birch"), Key: key[:], Organisation: "birch", Platform: enclavestypes.PLATFORM_SOFTWARE, Machine: idOf("machine"), Measurement: idOf("image"),
		Registered: 1, UntilHeight: 90, UntilTime: 1 << 40,
	}
	s.evidence, err = session.Attest(context.Background(), s.statement)
	require.NoError(t, err)
}

// chain returns a chain whose state holds the story, with the records as their modules write them.
func (s shownStory) chain(t *testing.T) *chain {
	records := s.records(t)
	for key, value := range records[marketStore] {
		records[marketStore][key] = appendWithin(t, value, []protowire.Number{5, 30}, s.later)
	}
	if s.verifier.Name != "" {
		records[verifiersStore] = map[string][]byte{string(append(slices.Clone(verifierstypes.VerifiersPrefix.Bytes()), s.verifier.Name...)): stored(t, s.verifier)}
	} else {
		codec := collections.PairKeyCodec(compact.Address(testAddresses), collections.BytesKey)
		key, err := collections.EncodeKeyWithPrefix(enclavestypes.SessionsPrefix.Bytes(), codec, collections.Join(s.session.Worker, s.session.Key))
		require.NoError(t, err)
		records[enclavesStore] = map[string][]byte{string(key): stored(t, s.session)}
	}
	c := newChain(t, testChain, testHeight, four(), nil, records)
	c.evidence = [][]byte{nil, {1}, bytes.Repeat([]byte{7}, len(s.evidence)), s.evidence, nil} // all others were refused
	return c
}

// appendWithin appends bytes to a nested message. path holds the numbers of the fields that lead to it.
func appendWithin(t *testing.T, message []byte, path []protowire.Number, more []byte) (out []byte) {
	if len(path) == 0 {
		return append(slices.Clone(message), more...)
	}
	found := false
	for rest := message; len(rest) > 0; {
		number, kind, n := protowire.ConsumeField(rest)
		require.Positive(t, n)
		if number == path[0] {
			_, _, tag := protowire.ConsumeTag(rest)
			within, _ := protowire.ConsumeBytes(rest[tag:])
			out = protowire.AppendBytes(protowire.AppendTag(out, number, kind), appendWithin(t, within, path[1:], more))
			found = true
		} else {
			out = append(out, rest[:n]...)
		}
		rest = rest[n:]
	}
	require.True(t, found, "no field %d", path[0])
	return out
}

// replaceAll replaces the records, the path and the basis of a receipt by those of a new chain with this story.
func (s shownStory) replaceAll(t *testing.T, c *chain, r *Receipt) {
	*c = *s.chain(t)
	c.replaceRecords(r)
	p, err := r.proveAll()
	require.NoError(t, err)
	store, key := p.deal.basisKey(p.task.seats[0].who, r.Shown.Evidence)
	r.Shown.Basis, err = c.Record(context.Background(), store, key, testHeight)
	require.NoError(t, err)
}

// TestShown: under a policy that asks for evidence, a receipt holds the evidence of its answer, and the verifier checks it again.
func TestShown(t *testing.T) {
	require.Equal(t, []string{verifierstypes.StoreKey, enclavestypes.StoreKey}, []string{verifiersStore, enclavesStore})
	for number, name := range verifierstypes.System_name {
		require.Len(t, systemNames, len(verifierstypes.System_name))
		require.Equal(t, number == 0, systemNames[number] == "", name)
	}
	require.Len(t, platformNames, len(enclavestypes.Platform_name))
	for _, policy := range []string{poco.PolicyProven, poco.PolicyAttested} {
		s := newShown(t, policy, nil)
		c := s.chain(t)
		r, err := Make(context.Background(), c, testChain, idOf("task"), testHeight, Begin{}, nil)
		require.NoError(t, err)
		file, err := r.Encode()
		require.NoError(t, err)
		r, err = Decode(file)
		require.NoError(t, err)
		got, err := Verify(r, c.trust(1), Expected{})
		require.NoError(t, err)
		want := &ShownAnswer{Statement: ids.Format(s.statement.Digest()), Worker: addressOf("birch")}
		if policy == poco.PolicyProven {
			want.Verifier, want.System, want.Program = "square", "circuit", s.deal.Program
		} else {
			want.Key, want.Platform, want.Machine, want.Measurement = hex.EncodeToString(s.session.Key), "software", idOf("machine"), idOf("image")
		}
		require.Equal(t, want, got.Evidence.Shown)
		require.Equal(t, policy, got.Evidence.Policy)
	}
}

// TestShownIsOptional: no evidence in the block fits the answer. The receipt has none, and proves the answer all the same.
func TestShownIsOptional(t *testing.T) {
	s := newShown(t, poco.PolicyAttested, nil)
	c := s.chain(t)
	c.evidence = [][]byte{{1}, make([]byte, poco.AttestationSize)}
	r, err := Make(context.Background(), c, testChain, idOf("task"), testHeight, Begin{}, nil)
	require.NoError(t, err)
	require.Nil(t, r.Shown)
	got, err := Verify(r, c.trust(1), Expected{})
	require.NoError(t, err)
	require.Nil(t, got.Evidence.Shown)
}

// TestShownOfAPrunedBlock: a node that has pruned the block makes a receipt without evidence. Every other failure is an error.
func TestShownOfAPrunedBlock(t *testing.T) {
	c := newShown(t, poco.PolicyAttested, nil).chain(t)
	c.evidence, c.noEvidence = nil, fmt.Errorf("%w: block 40, the earliest is 50", ErrNoBlock)
	r, err := Make(context.Background(), c, testChain, idOf("task"), testHeight, Begin{}, nil)
	require.NoError(t, err)
	require.Nil(t, r.Shown)
	got, err := Verify(r, c.trust(1), Expected{})
	require.NoError(t, err)
	require.Nil(t, got.Evidence.Shown)
	c.noEvidence = errors.New("the line is cut")
	_, err = Make(context.Background(), c, testChain, idOf("task"), testHeight, Begin{}, nil)
	require.ErrorIs(t, err, c.noEvidence)
}

// TestShownIsOfAListedMeasurement: a maker takes the evidence of a session only if the deal accepts the session's measurement. A deal
// without a list accepts every one.
func TestShownIsOfAListedMeasurement(t *testing.T) {
	for _, tc := range []struct {
		listed []string
		taken  bool
	}{{nil, true}, {[]string{idOf("image")}, true}, {[]string{idOf("other"), idOf("image")}, true}, {[]string{idOf("other"), idOf("another")}, false}} {
		s := newShown(t, poco.PolicyAttested, nil)
		s.deal.Measurements = tc.listed
		r, err := Make(context.Background(), s.chain(t), testChain, idOf("task"), testHeight, Begin{}, nil)
		require.NoError(t, err)
		require.Equal(t, tc.taken, r.Shown != nil, "%v", tc.listed)
	}
}

// hostileShown returns receipts whose evidence does not show the accepted answer, each with the reason of its refusal.
func hostileShown(t *testing.T, policy string) map[string]struct {
	r      *Receipt
	c      *chain
	reason Reason
	words  string
} {
	out := map[string]struct {
		r      *Receipt
		c      *chain
		reason Reason
		words  string
	}{}
	add := func(name string, reason Reason, words string, edit func(s *shownStory, c *chain, r *Receipt)) {
		s := newShown(t, policy, nil)
		c := s.chain(t)
		r, err := Make(context.Background(), c, testChain, idOf("task"), testHeight, Begin{}, nil)
		require.NoError(t, err)
		edit(&s, c, r)
		entry := out[name]
		entry.r, entry.c, entry.reason, entry.words = r, c, reason, words
		out[name] = entry
	}
	for name, change := range map[string]func(*poco.Statement){
		"another chain":   func(s *poco.Statement) { s.ChainID = "other-1" },
		"another task":    func(s *poco.Statement) { s.Task[0] ^= 1 },
		"another attempt": func(s *poco.Statement) { s.Attempt++ },
		"another worker":  func(s *poco.Statement) { s.Who = addressOf("ash") },
		"another app":     func(s *poco.Statement) { s.App[0] ^= 1 },
		"another input":   func(s *poco.Statement) { s.Inputs[0] ^= 1 },
		"another answer":  func(s *poco.Statement) { s.Outcome.Digest[0] ^= 1 },
		"another kind":    func(s *poco.Statement) { s.Outcome.Kind = poco.KindAppFailed },
		"another fuel":    func(s *poco.Statement) { s.Outcome.Fuel++ },
	} {
		add(name, ReasonEvidence, "shown: the ", func(_ *shownStory, _ *chain, r *Receipt) { r.Shown.Evidence = newShown(t, policy, change).evidence })
	}
	add("a bit", ReasonEvidence, "shown: the ", func(_ *shownStory, _ *chain, r *Receipt) { r.Shown.Evidence[len(r.Shown.Evidence)-1] ^= 1 })
	add("no basis", ReasonProof, "shown.basis", func(_ *shownStory, _ *chain, r *Receipt) { r.Shown.Basis = Record{} })
	add("a changed basis", ReasonProof, "shown.basis", func(_ *shownStory, _ *chain, r *Receipt) { r.Shown.Basis.Value[30] ^= 1 })
	add("another record", ReasonProof, "shown.basis", func(_ *shownStory, _ *chain, r *Receipt) { r.Shown.Basis = r.TaskRecord })
	add("a policy without evidence", ReasonEvidence, "asks for none", func(s *shownStory, c *chain, r *Receipt) {
		s.deal.Terms.Policy = "single"
		*c = *s.chain(t)
		c.replaceRecords(r)
	})
	add("a field of a later chain", ReasonRecord, "does not know; take a newer one", func(s *shownStory, c *chain, r *Receipt) {
		s.later = []byte{0xfa, 0x3f, 1, 'x'} // field 1023
		s.replaceAll(t, c, r)
	})
	if policy == poco.PolicyAttested {
		add("a measurement that the deal does not take", ReasonEvidence, "shown: the session is of measurement "+idOf("image")+", and the deal takes others", func(s *shownStory, c *chain, r *Receipt) {
			s.deal.Measurements = []string{idOf("other"), idOf("another")}
			s.replaceAll(t, c, r)
		})
	}
	return out
}

// TestHostileShown: a receipt whose evidence shows anything but the accepted answer is refused, with the reason.
func TestHostileShown(t *testing.T) {
	for _, policy := range []string{poco.PolicyProven, poco.PolicyAttested} {
		all := hostileShown(t, policy)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			h := all[name]
			s, err := Verify(h.r, h.c.trust(1), Expected{})
			require.Nil(t, s)
			got, is := IsRefusal(err)
			require.True(t, is, "%s, %s: %v", policy, name, err)
			require.Equal(t, h.reason, got, "%s, %s: %v", policy, name, err)
			require.ErrorContains(t, err, h.words, "%s, %s", policy, name)
		}
	}
	// A key that nobody registered has no record, and the record of another key does not prove it.
	s := newShown(t, poco.PolicyAttested, nil)
	c := s.chain(t)
	r, err := Make(context.Background(), c, testChain, idOf("task"), testHeight, Begin{}, nil)
	require.NoError(t, err)
	stranger, err := attester.NewSoftware(attester.Machine{Seed: []byte("elsewhere"), End: 1 << 40}, "a")
	require.NoError(t, err)
	r.Shown.Evidence, err = stranger.Attest(context.Background(), s.statement)
	require.NoError(t, err)
	_, err = Verify(r, c.trust(1), Expected{})
	refused(t, err, ReasonProof, "it is that of something else")
	r.Shown.Evidence = r.Shown.Evidence[1:]
	_, err = Verify(r, c.trust(1), Expected{})
	refused(t, err, ReasonEvidence, "expected the 128")
}
