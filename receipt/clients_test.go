package receipt

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil/tool"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// vector is a receipt with what every verifier has to find in it: this package, browser/receipt.mjs and the Python client.
type vector struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Trust  string `json:"trust"`
	Chain  string `json:"chain,omitempty"`
	Task   string `json:"task,omitempty"`
	Digest string `json:"digest,omitempty"`
	// Reason is that of the refusal; "any" allows every reason, and nothing expects no refusal.
	Reason Reason     `json:"reason,omitempty"`
	States *Statement `json:"states,omitempty"`
	// Feed: the verifier of feeds is asked. IsFeed: the file itself says that it is of a feed.
	Feed       bool           `json:"feed,omitempty"`
	IsFeed     bool           `json:"is_feed,omitempty"`
	StatesFeed *FeedStatement `json:"states_feed,omitempty"`
	// Pairing: the evidence is a proof, whose arithmetic only this package checks. The other verifiers say that they did not.
	Pairing bool `json:"pairing,omitempty"`
}

// verify returns what this package finds in a vector.
func (v vector) verify(t *testing.T) (s *Statement, f *FeedStatement, reason Reason) {
	trust, err := ParseTrust(v.Trust)
	require.NoError(t, err)
	expected := Expected{Chain: v.Chain, Task: v.Task, Digest: v.Digest}
	if v.Feed {
		var r *FeedReceipt
		if r, err = DecodeFeed([]byte(v.File)); err == nil {
			f, err = VerifyFeed(r, trust, expected)
		}
	} else {
		var r *Receipt
		if r, err = Decode([]byte(v.File)); err == nil {
			s, err = Verify(r, trust, expected)
		}
	}
	if err == nil {
		return s, f, ""
	}
	reason, is := IsRefusal(err)
	require.True(t, is, "%s: %v", v.Name, err)
	return nil, nil, reason
}

// vectors collects vectors.
type vectors struct {
	t   *testing.T
	all []vector
}

// add adds the receipt of a task. What this package finds in it is what has to be found; a want that is not empty is compared with it.
func (l *vectors) add(name string, r *Receipt, want Reason, v vector) {
	file, err := r.Encode()
	require.NoError(l.t, err)
	v.Name, v.File = name, string(file)
	l.addFile(v, want)
}

func (l *vectors) addFile(v vector, want Reason) {
	v.IsFeed = IsFeed([]byte(v.File))
	v.States, v.StatesFeed, v.Reason = v.verify(l.t)
	require.Equal(l.t, want, v.Reason, v.Name)
	l.all = append(l.all, v)
}

// addTasks adds good receipts of tasks, and one for each way in which they can be false.
func (l *vectors) addTasks() {
	t := l.t
	for _, name := range slices.Sorted(maps.Keys(hostiles())) {
		c := chainOf(t, newStory())
		trust, r, h := c.trust(1).String(), c.mustMake(), hostiles()[name]
		h.edit(t, c, r)
		l.add(name, r, h.reason, vector{Trust: trust})
	}
	c, r := overturnedStory(t)
	block := Trust{Height: 1, Hash: [32]byte(c.blocks[1].Hash())}
	for i, trust := range []Trust{block, c.trust(1), c.trust(testHeight + 1)} {
		l.add([]string{"right, by a block", "right, by an older set", "right, by the newest set"}[i], r, "", vector{Trust: trust.String(), Chain: testChain})
	}
	l.add("another chain", r, ReasonChain, vector{Trust: block.String(), Chain: "x"})
	l.add("another task", r, ReasonRecord, vector{Trust: block.String(), Task: idOf("another")})
	l.add("another block", r, ReasonUntrusted, vector{Trust: Trust{Height: 2, Hash: block.Hash}.String()})
	l.add("another digest", r, ReasonDigest, vector{Trust: block.String(), Digest: digestOf("x")})
	l.add("overturned", r, ReasonOverturned, vector{Trust: block.String(), Digest: digestOf("lie")})
	for name, edit := range map[string]func(*taskstypes.Task){ // TestVectors sorts what it compares
		"running":  func(t *taskstypes.Task) { t.Phase, t.Ending, t.Verdict = taskstypes.PHASE_REVEAL, 0, nil },
		"audited":  func(t *taskstypes.Task) { t.Phase = taskstypes.PHASE_AUDIT },
		"in court": func(t *taskstypes.Task) { t.Phase = taskstypes.PHASE_COURT_WAIT },
		"void":     func(t *taskstypes.Task) { t.Ending, t.Verdict = taskstypes.ENDING_VOID, nil },
		"abstained": func(t *taskstypes.Task) {
			t.Verdict = &taskstypes.Outcome{Kind: taskstypes.KIND_ABSTAIN}
		},
	} {
		s := newStory()
		edit(&s.task)
		c := chainOf(t, s)
		r := chainOf(t, newStory()).mustMake()
		c.replaceRecords(r)
		reason := map[string]Reason{"running": ReasonRunning, "void": ReasonRefunded, "abstained": ReasonRecord}[name]
		if reason == "" {
			reason = ReasonProvisional
		}
		l.add("no final answer: "+name, r, reason, vector{Trust: c.trust(1).String()})
	}
	file, err := r.Encode()
	require.NoError(t, err)
	for name, edit := range falseFiles(`"task"`) {
		l.addFile(vector{Name: name, File: string(edit(bytes.Clone(file))), Trust: block.String()}, ReasonFormat)
	}
}

// overturnedStory returns a chain whose validators have changed, of which some were silent, and the receipt of an answer that its court
// put in place of another.
func overturnedStory(t *testing.T) (*chain, *Receipt) {
	sets := map[int64][]ed25519.PrivKey{1: testKeys(0, 8), 3: testKeys(4, 7), 5: testKeys(9, 8)}
	s := newStory()
	s.task.Audit.Result, s.task.Audit.Answer = taskstypes.AUDIT_RESULT_OVERTURNED, taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: digestOf("lie")}
	c := newChain(t, testChain, testHeight, sets, nil, s.records(t))
	c.silent[2], c.silent[5] = cmttypes.BlockIDFlagAbsent, cmttypes.BlockIDFlagNil
	c.sets[3] = append(c.sets[3], ed25519.GenPrivKeyFromSecret([]byte("one more")))
	c.sign(testHeight + 1)
	r, err := c.make(Begin{Height: 1, Block: true})
	require.NoError(t, err)
	return c, r
}

// falseFiles are edits of a file after which it is no receipt. name is the name of a field in quotes.
func falseFiles(name string) map[string]func([]byte) []byte {
	replace := func(old, by string) func([]byte) []byte {
		return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(by), 1) }
	}
	return map[string]func([]byte) []byte{
		"half of the file":         func(b []byte) []byte { return b[:len(b)/2] },
		"a byte more":              func(b []byte) []byte { return append(b, ' ') },
		"an empty file":            func([]byte) []byte { return nil },
		"another format":           replace("receipt/v1", "receipt/v2"),
		"a name in capitals":       replace(name, strings.ToUpper(name)),
		"a field more":             replace(`"height"`, `"more": 1, "height"`),
		"a height without quotes":  func(b []byte) []byte { return bytes.Replace(b, []byte(`"height": "`), []byte(`"height":"`), 1) },
		"a list, and not a record": func([]byte) []byte { return []byte("[]\n") },
	}
}

// addShown adds receipts with evidence. That of a false proof only this package refuses.
func (l *vectors) addShown() {
	t := l.t
	for _, policy := range []string{poco.PolicyProven, poco.PolicyAttested} {
		c := newShown(t, policy, nil).chain(t)
		r, err := Make(context.Background(), c, testChain, idOf("task"), testHeight, Begin{}, nil)
		require.NoError(t, err)
		pairing := policy == poco.PolicyProven
		l.add(policy, r, "", vector{Trust: c.trust(1).String(), Pairing: pairing})
		all := hostileShown(t, policy)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			h := all[name]
			l.add(policy+", "+name, h.r, h.reason, vector{Trust: h.c.trust(1).String(), Pairing: pairing && strings.HasPrefix(h.words, "shown: the ")})
		}
	}
	s := newShown(t, poco.PolicyAttested, nil)
	s.deal.Measurements = []string{idOf("other"), idOf("image")}
	c := s.chain(t)
	r, err := Make(context.Background(), c, testChain, idOf("task"), testHeight, Begin{}, nil)
	require.NoError(t, err)
	require.NotNil(t, r.Shown)
	l.add("a listed measurement", r, "", vector{Trust: c.trust(1).String()})
}

// addFeeds adds good receipts of feeds, and one for each way in which they can be false.
func (l *vectors) addFeeds() {
	t := l.t
	encode := func(r *FeedReceipt) string {
		file, err := r.Encode()
		require.NoError(t, err)
		return string(file)
	}
	organisation := testFeed(t)
	person, young, odd := organisation, organisation, organisation
	person.Organisation, person.Shared = "", false
	young.Latest = nil
	value := *organisation.Latest
	odd.Latest, odd.Name, value.Data, value.Trust, value.Asked, value.AppVersion = &value, "é", []byte{0, 255, '\n'}, 1<<53-1, 1<<62, "" // numbers of JSON are exact up to there

	c := feedChain(t, organisation)
	original, trust := makeFeed(t, c, organisation, 1), c.trust(1).String()
	file := encode(original)
	l.addFile(vector{Name: "feed of an organisation", File: file, Trust: trust, Feed: true}, "")
	of := feedChain(t, person)
	l.addFile(vector{Name: "feed of an account", File: encode(makeFeed(t, of, person, 1)), Trust: of.trust(9).String(), Feed: true}, "")
	of = feedChain(t, odd)
	l.addFile(vector{Name: "feed of odd values", File: encode(makeFeed(t, of, odd, 0)), Trust: of.trust(9).String(), Feed: true}, "")
	// A feed without a value: its receipt is made from one with a value, since MakeFeed refuses.
	of = feedChain(t, young)
	r := makeFeed(t, c, organisation, 1)
	id, err := ids.Parse(young.Id)
	require.NoError(t, err)
	r.FeedRecord, err = of.Record(t.Context(), feedsStore, recordKey(feedsPrefix, id), 8)
	require.NoError(t, err)
	r.Path, err = makePath(t.Context(), of, Begin{Height: 1}, 9)
	require.NoError(t, err)
	l.addFile(vector{Name: "feed without a value", File: encode(r), Trust: of.trust(1).String(), Feed: true}, ReasonRunning)

	hostile := hostileFeeds()
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		h, r, by := hostile[name], makeFeed(t, c, organisation, 1), trust
		if h.spoil != nil {
			h.spoil(r)
		}
		if h.trust != nil {
			by = h.trust.String()
		}
		l.addFile(vector{Name: "feed, " + name, File: encode(r), Trust: by, Chain: h.expected.Chain, Task: h.expected.Task, Digest: h.expected.Digest, Feed: true}, h.reason)
	}
	l.addFile(vector{Name: "feed, of a digest", File: file, Trust: trust, Digest: organisation.Latest.Digest, Feed: true}, ReasonRecord)
	edits := falseFiles(`"feed"`)
	for _, name := range slices.Sorted(maps.Keys(edits)) {
		l.addFile(vector{Name: "feed, " + name, File: string(edits[name]([]byte(file))), Trust: trust, Feed: true}, ReasonFormat)
	}
	l.addFile(vector{Name: "feed as a task", File: file, Trust: trust}, ReasonFormat)
	l.addFile(vector{Name: "feed that calls itself a task", File: strings.Replace(file, FeedFormat, Format, 1), Trust: trust, Feed: true}, ReasonFormat)
}

// addBits adds receipts with a turned bit. Any reason will do.
func (l *vectors) addBits() {
	c, r := overturnedStory(l.t)
	trust := c.trust(1).String()
	file, err := r.Encode()
	require.NoError(l.t, err)
	seed := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		r, err := Decode(file)
		require.NoError(l.t, err)
		turnBit(seed, r.parts())
		l.addAny(vector{Name: "a bit", Trust: trust}, r)
	}
	f := testFeed(l.t)
	c = feedChain(l.t, f)
	file, err = makeFeed(l.t, c, f, 1).Encode()
	require.NoError(l.t, err)
	for range 200 {
		r, err := DecodeFeed(file)
		require.NoError(l.t, err)
		turnBit(seed, r.parts())
		l.addAny(vector{Name: "a bit of a feed", Trust: c.trust(1).String(), Feed: true}, r)
	}
}

// addAny adds a false receipt that may be refused for any reason.
func (l *vectors) addAny(v vector, r interface{ Encode() ([]byte, error) }) {
	file, err := r.Encode()
	require.NoError(l.t, err)
	v.File = string(file)
	v.IsFeed = v.Feed
	_, _, v.Reason = v.verify(l.t)
	require.NotEmpty(l.t, v.Reason)
	v.Reason = "any"
	l.all = append(l.all, v)
}

func turnBit(seed *rand.Rand, parts [][]byte) {
	part := parts[seed.IntN(len(parts))]
	part[seed.IntN(len(part))] ^= 1 << seed.IntN(8)
}

// parts returns the byte fields of a receipt. A change in any of them must be refused.
func (r *FeedReceipt) parts() (parts [][]byte) {
	parts = append(parts, r.FeedRecord.Value, r.FeedRecord.Proof, r.FeedRecord.StoreProof)
	for _, l := range r.Path {
		parts = append(append(parts, l.Header, l.Commit), l.Validators...)
	}
	return parts
}

// vectorsFile holds the vectors that the tests of the clients read. They have every kind of receipt, and none with a turned bit.
const vectorsFile = "../clients/vectors/receipts.json.gz"

var rewrite = flag.Bool("rewrite", false, "write "+vectorsFile+" anew")

// TestVectors: the file of vectors holds what this package finds in each receipt, and a vector for each false receipt of these tests.
func TestVectors(t *testing.T) {
	l := &vectors{t: t}
	l.addTasks()
	l.addShown()
	l.addFeeds()
	if *rewrite {
		writeVectors(t, vectorsFile, l.all)
	}
	packed, err := os.Open(vectorsFile)
	require.NoError(t, err)
	defer packed.Close()
	text, err := gzip.NewReader(packed)
	require.NoError(t, err)
	var file []vector
	require.NoError(t, json.NewDecoder(text).Decode(&file))
	names := func(all []vector) (out []string) {
		for _, v := range all {
			out = append(out, v.Name+": "+string(v.Reason))
		}
		slices.Sort(out)
		return out
	}
	require.Equal(t, names(l.all), names(file), "go test ./receipt -run TestVectors -args -rewrite")
	for _, v := range file {
		states, feed, reason := v.verify(t)
		require.Equal(t, v.Reason, reason, v.Name)
		want, err := json.Marshal([]any{v.States, v.StatesFeed})
		require.NoError(t, err)
		got, err := json.Marshal([]any{states, feed})
		require.NoError(t, err)
		require.JSONEq(t, string(want), string(got), v.Name)
	}
}

// TestClients: the verifiers of browsers and of Python agree with this package. They give the same reason for every false receipt, refuse
// every turned bit, and make the same statement of a good receipt. Of a proof they say that they have not checked it.
func TestClients(t *testing.T) {
	l := &vectors{t: t}
	l.addBits()
	bits := filepath.Join(t.TempDir(), "bits.json.gz")
	writeVectors(t, bits, l.all)
	file, err := filepath.Abs(vectorsFile)
	require.NoError(t, err)
	for _, vectors := range []string{file, bits} {
		t.Run("browser", func(t *testing.T) {
			runCases(t, tool.Find(t, "node"), "browser/cases.mjs", vectors)
		})
		t.Run("Python", func(t *testing.T) {
			runCases(t, tool.FindPython(t, "cryptography"), "../clients/python/tests/vectors.py", vectors)
		})
	}
}

// writeVectors writes vectors, compressed because most of their bytes are alike.
func writeVectors(t *testing.T, path string, all []vector) {
	var b bytes.Buffer
	packed, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	require.NoError(t, err)
	require.NoError(t, json.NewEncoder(packed).Encode(all))
	require.NoError(t, packed.Close())
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
}

// runCases runs a script that compares what a verifier finds with the vectors of a file.
func runCases(t *testing.T, program, script, vectors string) {
	cmd := exec.CommandContext(t.Context(), program, script, vectors)
	cmd.Env = append(os.Environ(), "PYTHONPATH=../clients/python", "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "as expected")
	t.Logf("%s", out)
}
