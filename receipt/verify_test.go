package receipt

import (
	"bytes"
	"context"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

func testFiles() []result.File {
	return []result.File{
		{Path: "out.txt", Content: artifact.Bytes("forty-two\n")}, {Path: "sub/run.sh", Content: artifact.Bytes("#!/bin/sh\n"), Executable: true},
		{Path: "empty", Dir: true},
	}
}

// refused requires that err is a refusal for this reason, and that its text contains words.
func refused(t *testing.T, err error, reason Reason, words string) {
	t.Helper()
	got, is := IsRefusal(err)
	require.True(t, is, "%v", err)
	require.Equal(t, reason, got, "%v", err)
	require.ErrorContains(t, err, words)
}

// The statement of a verified receipt holds exactly what the modules stored and the validators signed.
func TestStatement(t *testing.T) {
	c := chainOf(t, newStory())
	file, err := c.mustMake().Encode()
	require.NoError(t, err)
	r, err := Decode(file)
	require.NoError(t, err)
	s, err := Verify(r, c.trust(1), Expected{Chain: testChain, Task: idOf("task"), Digest: digestText(testManifest().Digest())})
	require.NoError(t, err)
	last := c.blocks[testHeight+1]
	require.Equal(t, &Statement{
		Chain: testChain, Task: idOf("task"),
		Answer: Answer{
			Kind: "RESULT", Digest: digestText(testManifest().Digest()), Fuel: 77, Ended: 40, HasManifest: true, ExitStatus: 3, Stderr: "it took long\n",
			Files: []File{{"out.txt", 10, digestOf("forty-two\n")}, {"sub/run.sh", 10, digestOf("#!/bin/sh\n")}},
		},
		Evidence: Evidence{
			Policy: "credence", Bounded: true, Trust: 10_000, Value: 5_000_000, GaveIt: []string{"birch", "amber"}, Replicas: 2, Lottery: 3,
			X: "0.125000", Faction: 2, Eligible: 9, Audit: "unopposed",
		},
		Work: Work{
			Deal: idOf("deal"), Request: idOf("request"), Requester: addressOf("alice"), Organisation: "acme", Pool: "commons", App: "tools/wordcount",
			Version: "1.2", Digest: digestOf("module"), Runtime: "wasm", Index: 4, Bag: 12, Args: []string{"-n", "two words"},
			Inputs: []Named{{"data.csv", digestOf("data"), false}, {"tree", digestOf("tree"), true}}, Datasets: []Named{{"lib/books:7", digestOf("books"), false}},
			DatasetsPerTask: 1, FuelLimit: 1000, Time: 1_799_999_999,
			Execution: contract.Execution{
				OkExit: []uint32{0, 3}, Stdout: "out.txt", Stdin: "data.csv", Env: []string{"A=1"}, Clock: 12, Seed: "s", Writable: true, Workdir: "in", OutputPath: "declared", Rows: "rows", Recipient: "age1r",
			},
		},
		Signed: Signed{
			Height: testHeight, Block: last.Hash().String(), Time: last.Time, Signers: 4, Validators: 4, Power: 40, TotalPower: 40,
			Set: last.ValidatorsHash.String(), Trusted: c.trust(1).String(),
		},
	}, s)
	// A verifier may trust a block instead of a set of validators, if the path has that block.
	_, err = Verify(r, Trust{Height: last.Height, Hash: [32]byte(last.Hash())}, Expected{})
	require.NoError(t, err)
}

// The package imports neither the Cosmos SDK nor a module of the chain.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	require.Contains(t, deps, "github.com/cometbft/cometbft/types")
	for _, dep := range deps {
		for _, forbidden := range []string{"github.com/cosmos/cosmos-sdk", "cosmossdk.io/", "github.com/credence-chain/credence/x/"} {
			require.False(t, strings.HasPrefix(dep, forbidden), dep)
		}
	}
}

// The package repeats some constants of the modules, which it may not import. Each equals the module's own.
func TestRecordsAreTheModules(t *testing.T) {
	require.Equal(t, taskstypes.StoreKey, tasksStore)
	require.EqualValues(t, phaseAudit, taskstypes.PHASE_AUDIT)
	require.EqualValues(t, phaseDone, taskstypes.PHASE_DONE)
	require.EqualValues(t, endingAccepted, taskstypes.ENDING_ACCEPTED)
	require.EqualValues(t, endingAccepted, poco.EndAccepted)
	require.EqualValues(t, seatRevealed, taskstypes.SEAT_STATE_REVEALED)
	require.EqualValues(t, auditOverturned, taskstypes.AUDIT_RESULT_OVERTURNED)
	require.Len(t, taskstypes.AuditResult_name, len(auditWords))
	for ending, name := range taskstypes.Ending_name {
		if ending > 0 {
			require.Equal(t, strings.TrimPrefix(name, "ENDING_"), endingName(uint32(ending)))
		}
	}
	require.Equal(t, "ending 99", endingName(99))
}

// A task without a final answer has no receipt. The maker refuses to make one, and the verifier refuses one that a liar made.
func TestOnlyFinalAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		edit   func(*taskstypes.Task)
		reason Reason
		words  string
	}{
		"running": {func(t *taskstypes.Task) { t.Phase, t.Ending, t.Verdict = taskstypes.PHASE_REVEAL, 0, nil }, ReasonRunning, "had not ended at height 5"},
		"all agree, and the turn has not come": {
			func(t *taskstypes.Task) { t.Phase, t.Ending = taskstypes.PHASE_TURN, 0 }, ReasonRunning, "no accepted answer",
		},
		"under audit": {func(t *taskstypes.Task) { t.Phase = taskstypes.PHASE_AUDIT }, ReasonProvisional, "until height 60"},
		"in court again": {
			func(t *taskstypes.Task) { t.Phase = taskstypes.PHASE_COURT_REVEAL }, ReasonProvisional, "before the court at height 5",
		},
		"refunded": {func(t *taskstypes.Task) { t.Ending, t.Verdict = taskstypes.ENDING_VOID, nil }, ReasonRefunded, "VOID"},
		"no answer of the app": {
			func(t *taskstypes.Task) { t.Verdict = &taskstypes.Outcome{Kind: taskstypes.KIND_ABSTAIN} }, ReasonRecord, "ABSTAIN",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStory()
			tc.edit(&s.task)
			c := chainOf(t, s)
			_, err := c.make(Begin{})
			refused(t, err, tc.reason, tc.words) // an honest node says so at once

			// A liar puts the record and its proof into a receipt in spite of that.
			r := chainOf(t, newStory()).mustMake()
			other := chainOf(t, s)
			other.replaceRecords(r)
			_, err = Verify(r, other.trust(1), Expected{})
			refused(t, err, tc.reason, tc.words)
		})
	}
}

// The court overturned a lie. A verifier that expects the lie refuses the receipt. Without that expectation the receipt proves the
// court's answer, and names the lie as overturned.
func TestOverturned(t *testing.T) {
	s := newStory()
	s.task.Audit.Result, s.task.Audit.Answer = taskstypes.AUDIT_RESULT_OVERTURNED, taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: digestOf("lie")}
	s.task.Court = []taskstypes.Seat{
		{Who: addressOf("v1"), Organisation: "v1", State: taskstypes.SEAT_STATE_REVEALED, Outcome: s.task.Verdict, Power: 1},
		{Who: addressOf("v2"), Organisation: "v2", State: taskstypes.SEAT_STATE_REVEALED, Outcome: &s.task.Audit.Answer, Power: 1},
	}
	c := chainOf(t, s)
	r := c.mustMake()
	_, err := Verify(r, c.trust(1), Expected{Digest: digestOf("lie")})
	refused(t, err, ReasonOverturned, "the court overturned the answer "+digestOf("lie"))
	_, err = Verify(r, c.trust(1), Expected{Digest: digestOf("never")})
	refused(t, err, ReasonDigest, digestOf("never"))
	_, err = Verify(r, c.trust(1), Expected{Digest: "x"})
	refused(t, err, ReasonDigest, "sha256")
	got, err := Verify(r, c.trust(1), Expected{})
	require.NoError(t, err)
	require.Equal(t, digestOf("lie"), got.Evidence.Overturned)
	require.Equal(t, []string{"v1"}, got.Evidence.Court)
	require.True(t, got.Evidence.ByCourt)
}

// recommit edits the commit of a receipt's last header.
func recommit(t *testing.T, r *Receipt, edit func(*cmttypes.Commit)) {
	link := &r.Path[len(r.Path)-1]
	var raw cmtproto.Commit
	require.NoError(t, raw.Unmarshal(link.Commit))
	commit, err := cmttypes.CommitFromProto(&raw)
	require.NoError(t, err)
	edit(commit)
	link.Commit, err = commit.ToProto().Marshal()
	require.NoError(t, err)
}

// reheader edits a receipt's last header and has its validators sign the edited one.
func (c *chain) reheader(r *Receipt, edit func(*cmttypes.Header)) {
	link := &r.Path[len(r.Path)-1]
	header, err := readHeader(link.Header)
	require.NoError(c.t, err)
	edit(header)
	set, keys := c.set(testHeight + 1)
	link.Header, err = header.ToProto().Marshal()
	require.NoError(c.t, err)
	link.Commit, err = signHeader(c.t, header, set, keys, nil).ToProto().Marshal()
	require.NoError(c.t, err)
}

// hostile tampers with a receipt, and says how the verifier refuses it.
type hostile struct {
	edit   func(t *testing.T, c *chain, r *Receipt)
	reason Reason
	words  string
}

func hostiles() map[string]hostile {
	other := newStory()
	other.task.Id = idOf("another")
	two := newStory()
	return map[string]hostile{
		"other chain named": {func(_ *testing.T, _ *chain, r *Receipt) { r.Chain = "other-1" }, ReasonChain, `expected "other-1"`},
		"header of another chain": {func(_ *testing.T, c *chain, r *Receipt) {
			c.reheader(r, func(h *cmttypes.Header) { h.ChainID = "other-1" })
		}, ReasonChain, `"other-1"`},
		"other task named":   {func(_ *testing.T, _ *chain, r *Receipt) { r.Task = idOf("another") }, ReasonProof, "something else"},
		"height too high":    {func(_ *testing.T, _ *chain, r *Receipt) { r.Height++ }, ReasonHeight, "height 6"},
		"tampered record":    {func(_ *testing.T, _ *chain, r *Receipt) { r.TaskRecord.Value[40] ^= 1 }, ReasonProof, "not the one that the proof proves"},
		"tampered deal":      {func(_ *testing.T, _ *chain, r *Receipt) { r.DealRecord.Value[70] ^= 1 }, ReasonProof, "deal_record"},
		"tampered request":   {func(_ *testing.T, _ *chain, r *Receipt) { r.RequestRecord.Value[70] ^= 1 }, ReasonProof, "request_record"},
		"no record":          {func(_ *testing.T, _ *chain, r *Receipt) { r.TaskRecord = Record{} }, ReasonProof, "no proof that a key exists"},
		"the deal's record":  {func(_ *testing.T, _ *chain, r *Receipt) { r.TaskRecord = r.DealRecord }, ReasonProof, "of the key"},
		"proof of a store":   {func(_ *testing.T, _ *chain, r *Receipt) { r.TaskRecord.Proof = r.TaskRecord.StoreProof }, ReasonProof, "of the key"},
		"store of the deals": {func(_ *testing.T, _ *chain, r *Receipt) { r.TaskRecord.StoreProof = r.DealRecord.StoreProof }, ReasonProof, "app hash"},
		"absent key": {func(t *testing.T, c *chain, r *Receipt) {
			r.Task = idOf("none")
			var err error
			r.TaskRecord, err = c.Record(context.Background(), tasksStore, recordKey(tasksPrefix, [32]byte(sum("none"))), testHeight)
			require.NoError(t, err)
		}, ReasonProof, "no proof that a key exists"},
		"record of an earlier height": {func(t *testing.T, c *chain, r *Receipt) {
			var err error
			r.TaskRecord, err = c.Record(context.Background(), tasksStore, recordKey(tasksPrefix, [32]byte(sum("task"))), testHeight-1)
			require.NoError(t, err)
		}, ReasonProof, "app hash"},
		"header of another height": {func(_ *testing.T, c *chain, r *Receipt) {
			c.reheader(r, func(h *cmttypes.Header) { h.Height++ })
		}, ReasonHeight, "height 7"},
		"header with another app hash": {func(_ *testing.T, c *chain, r *Receipt) {
			c.reheader(r, func(h *cmttypes.Header) { h.AppHash = sum("lie") })
		}, ReasonProof, "app hash"},
		"unsigned header": {func(t *testing.T, c *chain, r *Receipt) {
			before := r.Path[0].Commit
			c.reheader(r, func(h *cmttypes.Header) { h.AppHash = sum("lie") })
			r.Path[0].Commit = before
		}, ReasonHeader, "but the header"},
		"header that cannot be read": {func(_ *testing.T, _ *chain, r *Receipt) { r.Path[0].Header = []byte{1} }, ReasonHeader, "cannot be read"},
		"empty header":               {func(_ *testing.T, _ *chain, r *Receipt) { r.Path[0].Header = nil }, ReasonHeader, "cannot be read"},
		"header without a proposer": {func(_ *testing.T, c *chain, r *Receipt) {
			c.reheader(r, func(h *cmttypes.Header) { h.ProposerAddress = nil })
		}, ReasonHeader, "broken"},
		"no path":                {func(_ *testing.T, _ *chain, r *Receipt) { r.Path = nil }, ReasonFormat, "got 0 headers"},
		"long path":              {func(_ *testing.T, _ *chain, r *Receipt) { r.Path = make([]Link, MaxPath+1) }, ReasonFormat, "1001 headers"},
		"no validators":          {func(_ *testing.T, _ *chain, r *Receipt) { r.Path[0].Validators = nil }, ReasonSet, "a set of 0"},
		"validator that is none": {func(_ *testing.T, _ *chain, r *Receipt) { r.Path[0].Validators[1] = nil }, ReasonSet, "no key"},
		"validator twice":        {func(_ *testing.T, _ *chain, r *Receipt) { r.Path[0].Validators[1] = r.Path[0].Validators[0] }, ReasonSet, "twice"},
		"validators in another order": {func(_ *testing.T, _ *chain, r *Receipt) {
			v := r.Path[0].Validators
			v[0], v[1] = v[1], v[0]
		}, ReasonSet, "names the set"},
		"other set": {func(t *testing.T, c *chain, r *Receipt) {
			liars := newChain(t, testChain, testHeight, map[int64][]ed25519.PrivKey{1: testKeys(50, 4)}, nil, newStory().records(t))
			*r = *liars.mustMake() // consistent in itself, but signed by validators that nobody trusts
		}, ReasonUntrusted, "signed none of its 1 headers"},
		"fewer validators": {func(t *testing.T, c *chain, r *Receipt) { r.Path[0].Validators = r.Path[0].Validators[:3] }, ReasonSet, "names the set"},
		"two thirds": {func(t *testing.T, _ *chain, r *Receipt) {
			recommit(t, r, func(c *cmttypes.Commit) {
				c.Signatures[0], c.Signatures[2] = cmttypes.NewCommitSigAbsent(), cmttypes.NewCommitSigAbsent()
			})
		}, ReasonPower, "20 of 40, expected more than 26"},
		"a signature twice": {func(t *testing.T, _ *chain, r *Receipt) {
			recommit(t, r, func(c *cmttypes.Commit) { c.Signatures[0], c.Signatures[2] = c.Signatures[1], c.Signatures[1] })
		}, ReasonSignature, "address mismatch"},
		"a signature under two names": {func(t *testing.T, _ *chain, r *Receipt) {
			recommit(t, r, func(c *cmttypes.Commit) { c.Signatures[0].Signature = c.Signatures[1].Signature })
		}, ReasonSignature, "wrong signature"},
		"one signature too many": {func(t *testing.T, _ *chain, r *Receipt) {
			recommit(t, r, func(c *cmttypes.Commit) { c.Signatures = append(c.Signatures, c.Signatures[0]) })
		}, ReasonSignature, "5 places"},
		"a wrong signature beside enough right ones": {func(t *testing.T, _ *chain, r *Receipt) {
			recommit(t, r, func(c *cmttypes.Commit) { c.Signatures[3].Signature[5] ^= 1 })
		}, ReasonSignature, "wrong signature"},
		"signatures of another height": {func(t *testing.T, c *chain, r *Receipt) {
			var err error
			r.Path[0].Commit, err = c.commits[testHeight].ToProto().Marshal()
			require.NoError(t, err)
		}, ReasonHeight, "for height 5"},
		"votes for another block": {func(t *testing.T, _ *chain, r *Receipt) {
			recommit(t, r, func(c *cmttypes.Commit) { c.BlockID.Hash = sum("lie") })
		}, ReasonHeader, "for the block"},
		"a zero that is written out": {func(t *testing.T, _ *chain, r *Receipt) { // an empty signature of a validator that did not sign
			recommit(t, r, func(c *cmttypes.Commit) { c.Signatures[0] = cmttypes.NewCommitSigAbsent() })
			empty := cmttypes.NewCommitSigAbsent()
			absent, err := empty.ToProto().Marshal()
			require.NoError(t, err)
			within := func(signature []byte) []byte {
				return protowire.AppendBytes(protowire.AppendTag(nil, 4, protowire.BytesType), signature)
			}
			commit := bytes.Replace(r.Path[0].Commit, within(absent), within(append(slices.Clone(absent), 0x22, 0)), 1)
			require.NotEqual(t, commit, r.Path[0].Commit)
			r.Path[0].Commit = commit
		}, ReasonSignature, "one encoding"},
		"manifest of another answer": {func(_ *testing.T, _ *chain, r *Receipt) { r.Manifest = []byte("lie") }, ReasonManifest, "not that of the accepted answer"},
		"another record under the key of this one": {func(t *testing.T, c *chain, r *Receipt) {
			records := two.records(t)
			records[tasksStore][string(recordKey(tasksPrefix, [32]byte(sum("task"))))] = stored(t, other.task)
			*c = *newChain(t, testChain, testHeight, four(), nil, records)
			c.replaceRecords(r)
		}, ReasonRecord, "another id"},
	}
}

// Each tampered receipt is refused for its own reason.
func TestHostile(t *testing.T) {
	for name, tc := range hostiles() {
		t.Run(name, func(t *testing.T) {
			c := chainOf(t, newStory())
			trust := c.trust(1)
			r := c.mustMake()
			tc.edit(t, c, r)
			s, err := Verify(r, trust, Expected{})
			refused(t, err, tc.reason, tc.words)
			require.Nil(t, s, "a refusal comes without a statement")
		})
	}
}

func TestExpected(t *testing.T) {
	c := chainOf(t, newStory())
	r := c.mustMake()
	_, err := Verify(r, c.trust(1), Expected{Chain: "main"})
	refused(t, err, ReasonChain, `expected "main"`)
	_, err = Verify(r, c.trust(1), Expected{Task: idOf("another")})
	refused(t, err, ReasonRecord, idOf("another"))
	_, err = Verify(r, Trust{Height: 6, Hash: [32]byte(sum("x"))}, Expected{})
	refused(t, err, ReasonUntrusted, "the block 6:")
	_, err = Verify(r, Trust{}, Expected{})
	refused(t, err, ReasonUntrusted, "signed none")
}

// The power of the validators that signed counts, and not their number.
func TestPower(t *testing.T) {
	c := newChain(t, testChain, testHeight, four(), []int64{1, 1, 1, 7}, newStory().records(t))
	r := c.mustMake()
	recommit(t, r, func(c *cmttypes.Commit) { // the validator with the most power comes first in a set
		c.Signatures[0] = cmttypes.NewCommitSigAbsent()
	})
	_, err := Verify(r, c.trust(1), Expected{})
	refused(t, err, ReasonPower, "the power 3 of 10")
	r = c.mustMake()
	recommit(t, r, func(c *cmttypes.Commit) {
		c.Signatures[1], c.Signatures[2] = cmttypes.NewCommitSigAbsent(), cmttypes.NewCommitSigAbsent()
	})
	s, err := Verify(r, c.trust(1), Expected{})
	require.NoError(t, err)
	require.Equal(t, int64(8), s.Signed.Power)
	require.Equal(t, 2, s.Signed.Signers)
}

// A verifier that trusts an older set of validators reaches the newest set along the path. A path with a missing, repeated or swapped
// step is refused.
func TestPath(t *testing.T) {
	a, b, third := testKeys(0, 4), testKeys(4, 4), testKeys(8, 3)
	// The first set comes back in between. Only one thing counts: each set names the next.
	sets := map[int64][]ed25519.PrivKey{1: a, 3: b, 4: a, 6: third}
	c := newChain(t, testChain, testHeight, sets, nil, newStory().records(t))
	alone := c.mustMake()
	require.Len(t, alone.Path, 1)
	_, err := Verify(alone, c.trust(1), Expected{})
	refused(t, err, ReasonUntrusted, "signed none of its 1 headers")

	r, err := c.make(Begin{Height: 1})
	require.NoError(t, err)
	for height, want := range map[int64]bool{1: true, 6: true} {
		_, err = Verify(r, c.trust(height), Expected{})
		require.Equal(t, want, err == nil, "%d: %v", height, err)
	}
	s, err := Verify(r, c.trust(1), Expected{})
	require.NoError(t, err)
	require.Equal(t, len(r.Path)-1, s.Signed.Changes)

	// From the second set the path passes the first set again.
	r, err = c.make(Begin{Height: 3})
	require.NoError(t, err)
	require.Len(t, r.Path, 3)
	for _, height := range []int64{3, 4, 6} {
		_, err = Verify(r, c.trust(height), Expected{})
		require.NoError(t, err, "%d", height)
	}
	// A block is trusted by its own hash. The path has it, because the maker was asked for it.
	r, err = c.make(Begin{Height: 2, Block: true})
	require.NoError(t, err)
	_, err = Verify(r, Trust{Height: 2, Hash: [32]byte(c.blocks[2].Hash())}, Expected{})
	require.NoError(t, err)
	_, err = Verify(r, Trust{Height: 2, Hash: [32]byte(c.blocks[1].Hash())}, Expected{})
	refused(t, err, ReasonUntrusted, "the block 2:")

	for name, edit := range map[string]func(p []Link) []Link{
		"a step left out": func(p []Link) []Link { return append(p[:1:1], p[2:]...) },
		"backwards":       func(p []Link) []Link { return []Link{p[1], p[0], p[2]} },
		"a step twice":    func(p []Link) []Link { return append([]Link{p[0]}, p...) },
	} {
		r, err := c.make(Begin{Height: 3})
		require.NoError(t, err)
		r.Path = edit(r.Path)
		_, err = Verify(r, c.trust(3), Expected{})
		_, is := IsRefusal(err)
		require.True(t, is, "%s: %v", name, err)
	}
}

// A receipt has one encoding. A file in any other spelling is refused.
func TestDecodeIsStrict(t *testing.T) {
	c := chainOf(t, newStory())
	file, err := c.mustMake().Encode()
	require.NoError(t, err)
	for cut := 0; cut < len(file); cut += 97 {
		_, err := Decode(file[:cut])
		refused(t, err, ReasonFormat, "")
	}
	text := string(file)
	for name, changed := range map[string]string{
		"a space more":      strings.Replace(text, `"height": "5"`, `"height":  "5"`, 1),
		"a zero more":       strings.Replace(text, `"height": "5"`, `"height": "05"`, 1),
		"a field more":      strings.Replace(text, `"height"`, `"more": 1, "height"`, 1),
		"a field twice":     strings.Replace(text, `  "height": "5",`, "  \"height\": \"6\",\n  \"height\": \"5\",", 1),
		"another name":      strings.Replace(text, `"height"`, `"Height"`, 1),
		"something after":   text + "{}",
		"another version":   strings.Replace(text, "receipt/v1", "receipt/v2", 1),
		"a task in capital": strings.Replace(text, idOf("task"), strings.ToUpper(idOf("task")), 1),
		"nothing":           "null\n",
		"a list":            "[]",
	} {
		require.NotEqual(t, text, changed, name)
		_, err := Decode([]byte(changed))
		refused(t, err, ReasonFormat, "")
	}
	_, err = Decode(make([]byte, MaxBytes+1))
	refused(t, err, ReasonFormat, "at most")
}

// parts returns the byte fields of a receipt.
func (r *Receipt) parts() (parts [][]byte) {
	for _, record := range []Record{r.TaskRecord, r.DealRecord, r.RequestRecord} {
		parts = append(parts, record.Value, record.Proof, record.StoreProof)
	}
	parts = append(parts, r.Manifest)
	for _, l := range r.Path {
		parts = append(append(parts, l.Header, l.Commit), l.Validators...)
	}
	return parts
}

// A receipt with one turned bit proves nothing, whichever bit of whichever part it is.
func TestAnyChangeIsRefused(t *testing.T) {
	c := newChain(t, testChain, testHeight, map[int64][]ed25519.PrivKey{1: testKeys(0, 4), 4: testKeys(2, 4)}, nil, newStory().records(t))
	original, err := c.make(Begin{Height: 1})
	require.NoError(t, err)
	file, err := original.Encode()
	require.NoError(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		r, err := Decode(file)
		require.NoError(rt, err)
		parts := r.parts()
		part := parts[rapid.IntRange(0, len(parts)-1).Draw(rt, "part")]
		at := rapid.IntRange(0, len(part)-1).Draw(rt, "at")
		part[at] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		_, err = Verify(r, c.trust(1), Expected{})
		_, is := IsRefusal(err)
		require.True(rt, is, "%v", err)
	})
}

// Another chain may have the same validators. A verifier that expects the first chain refuses the other chain's receipt.
func TestAnotherChainWithTheSameValidators(t *testing.T) {
	c := newChain(t, "copy-1", testHeight, four(), nil, newStory().records(t))
	r := c.mustMake()
	_, err := Verify(r, c.trust(1), Expected{}) // trust in a set of validators names no chain
	require.NoError(t, err)
	_, err = Verify(r, c.trust(1), Expected{Chain: testChain})
	refused(t, err, ReasonChain, "copy-1")
}

func TestCheckFiles(t *testing.T) {
	ctx := context.Background()
	r := chainOf(t, newStory()).mustMake()
	write := func() string {
		dir := t.TempDir()
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "sub"), 0o755))
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "empty"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "out.txt"), []byte("forty-two\n"), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "sub/run.sh"), []byte("#!/bin/sh\n"), 0o755))
		return dir
	}
	require.NoError(t, CheckFiles(ctx, r, write()))
	for name, tc := range map[string]struct {
		spoil func(dir string) error
		words string
	}{
		"another byte":   {func(d string) error { return os.WriteFile(d+"/out.txt", []byte("forty-six\n"), 0o644) }, "other bytes"},
		"longer":         {func(d string) error { return os.WriteFile(d+"/out.txt", []byte("forty-two\n\n"), 0o644) }, "11 bytes"},
		"missing":        {func(d string) error { return os.Remove(d + "/out.txt") }, `"out.txt" is missing`},
		"missing folder": {func(d string) error { return os.Remove(d + "/empty") }, `"empty" is missing`},
		"a file more":    {func(d string) error { return os.WriteFile(d+"/more", nil, 0o644) }, `"more" is no part`},
		"a folder more":  {func(d string) error { return os.Mkdir(d+"/more", 0o755) }, `"more" is no part`},
		"executable":     {func(d string) error { return os.Chmod(d+"/out.txt", 0o755) }, "executable"},
		"a link": {func(d string) error {
			if err := os.Remove(d + "/out.txt"); err != nil {
				return err
			}
			return os.Symlink("sub/run.sh", d+"/out.txt")
		}, "symbolic link"},
		"a folder in place of a file": {func(d string) error {
			if err := os.Remove(d + "/out.txt"); err != nil {
				return err
			}
			return os.Mkdir(d+"/out.txt", 0o755)
		}, "a folder"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write()
			require.NoError(t, tc.spoil(dir))
			refused(t, CheckFiles(ctx, r, dir), ReasonFiles, tc.words)
		})
	}
	r.Manifest = nil
	refused(t, CheckFiles(ctx, r, write()), ReasonManifest, "no manifest")
	_, is := IsRefusal(CheckFiles(ctx, chainOf(t, newStory()).mustMake(), filepath.Join(t.TempDir(), "none")))
	require.False(t, is, "a folder that is not there refutes nothing")
}

func TestParseTrust(t *testing.T) {
	hash := strings.Repeat("AB", 32)
	for _, text := range []string{hash, "12:" + hash} {
		trust, err := ParseTrust(text)
		require.NoError(t, err)
		require.Equal(t, text, trust.String())
	}
	_, err := ParseTrust(strings.ToLower(hash))
	require.NoError(t, err)
	for _, text := range []string{"", "x", hash[2:], hash + "00", "0:" + hash, "-1:" + hash, "x:" + hash, "7:", "7:" + hash[2:]} {
		_, err := ParseTrust(text)
		require.Error(t, err, text)
	}
}

// FuzzVerify: no file makes the verifier panic. A file that it accepts proves only the answer that the chain accepted.
func FuzzVerify(f *testing.F) {
	c := chainOf(&testing.T{}, newStory())
	r, err := c.make(Begin{Height: 1, Block: true})
	if err != nil {
		f.Fatal(err)
	}
	file, err := r.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file, 0, []byte{})
	for i := range r.parts() {
		f.Add(file, i, []byte{0x0a, 0x02, 0x01})
	}
	f.Add([]byte(base64.StdEncoding.EncodeToString(file)), 0, []byte{1})
	f.Fuzz(func(t *testing.T, data []byte, part int, content []byte) {
		r, err := Decode(data)
		if err != nil {
			return
		}
		fields := []*[]byte{
			&r.TaskRecord.Value, &r.TaskRecord.Proof, &r.TaskRecord.StoreProof, &r.DealRecord.Value, &r.DealRecord.Proof, &r.DealRecord.StoreProof,
			&r.RequestRecord.Value, &r.RequestRecord.Proof, &r.RequestRecord.StoreProof, &r.Manifest,
		}
		for i := range r.Path {
			fields = append(fields, &r.Path[i].Header, &r.Path[i].Commit)
			for j := range r.Path[i].Validators {
				fields = append(fields, &r.Path[i].Validators[j])
			}
		}
		if len(content) > 0 && part >= 0 && part < len(fields) {
			*fields[part] = content
		}
		s, err := Verify(r, c.trust(1), Expected{})
		if err != nil {
			if _, is := IsRefusal(err); !is {
				t.Fatalf("no refusal: %v", err)
			}
			return
		}
		if s.Answer.Digest != digestText(testManifest().Digest()) || s.Task != idOf("task") || s.Chain != testChain {
			t.Fatalf("it proves what never was: %+v", s)
		}
	})
}

// FuzzRecords: no bytes make the readers of records panic.
func FuzzRecords(f *testing.F) {
	s := newStory()
	t := &testing.T{}
	f.Add(stored(t, s.task))
	f.Add(stored(t, s.deal))
	f.Add(stored(t, s.request))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = readTask(data)
		_, _ = readDeal(data)
		_, _ = readRequest(data)
	})
}
