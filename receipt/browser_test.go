package receipt

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil/tool"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// browserCase is a receipt with what browser/receipt.mjs has to find in it.
type browserCase struct {
	Name   string     `json:"name"`
	File   string     `json:"file"`
	Trust  string     `json:"trust"`
	Chain  string     `json:"chain"`
	Task   string     `json:"task"`
	Digest string     `json:"digest"`
	Reason Reason     `json:"reason"` // of the refusal; "any" allows every reason, empty expects no refusal
	States *Statement `json:"states"`
	// Feed: verifyFeed verifies the file. IsFeed: the file itself says that it is of a feed.
	Feed       bool           `json:"feed"`
	IsFeed     bool           `json:"isFeed"`
	StatesFeed *FeedStatement `json:"statesFeed"`
}

// runBrowserCases runs browser/cases.mjs, which compares what receipt.mjs finds with the cases. It returns what the script prints.
func runBrowserCases(t *testing.T, cases []browserCase) string {
	node := tool.Find(t, "node")
	list, err := json.Marshal(cases)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "cases.json")
	require.NoError(t, os.WriteFile(path, list, 0o600))
	out, err := exec.CommandContext(t.Context(), node, "browser/cases.mjs", path).CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out)
	return string(out)
}

// TestBrowser: the verifier for browsers agrees with this package. It gives the same reason for every hostile receipt, refuses every
// turned bit, and makes the same statement of a good receipt.
func TestBrowser(t *testing.T) {
	var cases []browserCase
	add := func(name string, r *Receipt, c browserCase) {
		file, err := r.Encode()
		require.NoError(t, err)
		c.Name, c.File = name, string(file)
		cases = append(cases, c)
	}
	for _, name := range slices.Sorted(maps.Keys(hostiles())) {
		c := chainOf(t, newStory())
		trust, r := c.trust(1).String(), c.mustMake()
		hostiles()[name].edit(t, c, r)
		add(name, r, browserCase{Trust: trust, Reason: hostiles()[name].reason})
	}
	sets := map[int64][]ed25519.PrivKey{1: testKeys(0, 8), 3: testKeys(4, 7), 5: testKeys(9, 8)}
	s := newStory()
	s.task.Audit.Result, s.task.Audit.Answer = taskstypes.AUDIT_RESULT_OVERTURNED, taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: digestOf("lie")}
	c := newChain(t, testChain, testHeight, sets, nil, s.records(t))
	c.silent[2], c.silent[5] = cmttypes.BlockIDFlagAbsent, cmttypes.BlockIDFlagNil
	c.sets[3] = append(c.sets[3], ed25519.GenPrivKeyFromSecret([]byte("one more")))
	c.sign(testHeight + 1)
	r, err := c.make(Begin{Height: 1, Block: true})
	require.NoError(t, err)
	block := Trust{Height: 1, Hash: [32]byte(c.blocks[1].Hash())}
	for _, trust := range []Trust{block, c.trust(1), c.trust(testHeight + 1)} {
		states, err := Verify(r, trust, Expected{})
		require.NoError(t, err)
		add("right, by "+trust.String(), r, browserCase{Trust: trust.String(), Chain: testChain, States: states})
	}
	add("another chain", r, browserCase{Trust: block.String(), Chain: "x", Reason: ReasonChain})
	add("another block", r, browserCase{Trust: Trust{Height: 2, Hash: block.Hash}.String(), Reason: ReasonUntrusted})
	add("another digest", r, browserCase{Trust: block.String(), Digest: digestOf("x"), Reason: ReasonDigest})
	add("overturned", r, browserCase{Trust: block.String(), Digest: digestOf("lie"), Reason: ReasonOverturned})
	for _, edit := range []func(*taskstypes.Task){
		func(t *taskstypes.Task) { t.Phase, t.Ending, t.Verdict = taskstypes.PHASE_REVEAL, 0, nil },
		func(t *taskstypes.Task) { t.Phase = taskstypes.PHASE_AUDIT },
		func(t *taskstypes.Task) { t.Phase = taskstypes.PHASE_COURT_WAIT },
		func(t *taskstypes.Task) { t.Ending, t.Verdict = taskstypes.ENDING_VOID, nil },
	} {
		s := newStory()
		edit(&s.task)
		c := chainOf(t, s)
		r := chainOf(t, newStory()).mustMake()
		c.replaceRecords(r)
		_, err := Verify(r, c.trust(1), Expected{})
		reason, is := IsRefusal(err)
		require.True(t, is)
		add("no final answer: "+string(reason), r, browserCase{Trust: c.trust(1).String(), Reason: reason})
	}
	seed := rand.New(rand.NewPCG(1, 2))
	file, err := r.Encode()
	require.NoError(t, err)
	for range 300 {
		r, err := Decode(file)
		require.NoError(t, err)
		parts := r.parts()
		part := parts[seed.IntN(len(parts))]
		part[seed.IntN(len(part))] ^= 1 << seed.IntN(8)
		add("a bit", r, browserCase{Trust: block.String(), Reason: "any"})
	}
	runBrowserCases(t, cases)
}
