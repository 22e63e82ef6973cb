package proposers

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

var (
	targets = flag.Int("proposers.targets", 10, "how many seeds the coalition tries to choose in each row")
	out     = flag.String("proposers.out", "", "write the table to this file as well")
	commit  = flag.String("proposers.commit", "unknown", "what the table says of the commit")
)

// likes is the inverse of the chance that a draw suits the coalition: one draw in eight does.
const likes = 8

// rows are the played coalitions, by their places in the rotation. A coalition without a choice, or with fewer than the most, gets a
// quarter of the targets.
var rows = []struct {
	seats     int
	coalition []int
	share     int
}{{4, nil, 4}, {4, []int{0}, 1}, {7, nil, 4}, {7, []int{0}, 4}, {7, []int{0, 2}, 4}, {7, []int{0, 1}, 1}, {10, []int{0, 1, 2}, 2}}

// TestProposersGain plays coalitions on the whole application. The engine's rules say who proposes. The application prepares, judges and
// executes each block, with real keys. A withheld block is never sent. The coalition foresees seeds with its own keys, and its predictions
// must come true. The frequency of seeds that suit the coalition is compared with what the chain counts.
func TestProposersGain(t *testing.T) {
	var table bytes.Buffer
	fmt.Fprintf(&table, "What proposers gain who withhold blocks: go test ./test/proposers -run TestProposersGain -v -args -proposers.targets=%d\n", *targets)
	fmt.Fprintf(&table, "Commit %s. The chain id %q is the seed of all randomness. One draw in %d suits the coalition.\n\n", *commit, testutil.ChainID, likes)
	fmt.Fprintf(&table, "%-6s %-10s %-8s %-16s %-9s %-18s %-8s %-7s %-5s %s\n",
		"seats", "coalition", "targets", "suited", "expected", "choices measured", "choices", "factor", "k+1", "withheld for a target")
	for _, row := range rows {
		r, n := newRun(t, row.seats, row.coalition), max(1, *targets/row.share)
		for range n {
			r.playTarget()
		}
		expected := 1 - math.Pow(1-1.0/likes, float64(r.choices))
		rate, deviation := float64(r.suited)/float64(n), math.Sqrt(expected*(1-expected)/float64(n))
		fmt.Fprintf(&table, "%-6d %-10s %-8d %.3f ± %-8.3f %-9.3f %-18s %-8d %-7d %-5d %.2f\n",
			row.seats, fmt.Sprint(row.coalition), n, rate, deviation, expected, choicesOf(rate, deviation), r.choices, r.factor,
			poatypes.Colluders(row.seats)+1, float64(r.withheld)/float64(n))
		require.InDelta(t, expected, rate, 5*deviation, "%d seats, coalition %v", row.seats, row.coalition)
		require.LessOrEqual(t, uint64(r.choices), r.factor, "%d seats, coalition %v: it has more choices than the chain counts", row.seats, row.coalition)
	}
	t.Log("\n" + table.String())
	if *out != "" {
		require.NoError(t, os.WriteFile(*out, table.Bytes(), 0o600))
	}
}

// choicesOf converts the rate of suitable draws into the number of independent seeds that give this rate, with its error.
func choicesOf(rate, deviation float64) string {
	if rate >= 1 {
		return "all"
	}
	scale := -math.Log(1 - 1.0/likes)
	return fmt.Sprintf("%.2f ± %.2f", -math.Log(1-rate)/scale, deviation/(1-rate)/scale)
}

// run is one chain under one coalition.
type run struct {
	t     *testing.T
	chain *testutil.Chain
	seats map[string]*testutil.Seat // by consensus address
	set   *cmttypes.ValidatorSet    // the set of the next height
	ours  []string

	factor           uint64
	choices          int
	suited, withheld int
}

func newRun(t *testing.T, seats int, places []int) *run {
	t.Helper()
	r := &run{t: t, chain: testutil.New(t, testutil.WithSeats(seats)), seats: map[string]*testutil.Seat{}}
	var validators []*cmttypes.Validator
	for _, s := range r.chain.Seats {
		r.seats[string(s.ConsAddress())] = s
		validators = append(validators, cmttypes.NewValidator(ed25519.PubKey(s.Cons.PubKey().Bytes()), 1))
	}
	r.set = cmttypes.NewValidatorSet(validators)
	rotation := NewRotation(1, r.set)
	for _, place := range places {
		r.ours = append(r.ours, rotation.Proposer(Slot{Height: int64(1 + place)}))
	}
	var err error
	r.factor, err = app.BeaconKeeper(r.chain.App).Factor(r.chain.Ctx())
	require.NoError(t, err)
	return r
}

// game returns the coalition's game for the seed of a height.
func (r *run) game(target int64) Game {
	rotation := NewRotation(r.chain.Height()+1, r.set)
	task := sha256.Sum256(fmt.Appendf(nil, "task %d", target))
	return Game{
		Target: target, Chance: 1.0 / likes,
		Ours: func(at Slot) bool { return slices.Contains(r.ours, rotation.Proposer(at)) },
		Next: func(seed []byte, at Slot) []byte {
			key := r.seats[rotation.Proposer(at)].Beacon
			return beacontypes.NextSeed(seed, key.Sign(beacontypes.ProofMessage(testutil.ChainID, seed, at.Height)))
		},
		Good: func(seed []byte) bool {
			return poco.Entropy{Beacon: seed, Task: task, Attempt: 1, Wave: 2}.Below(0, likes) == 0
		},
	}
}

// playTarget plays for the next height whose seed the coalition can choose best.
func (r *run) playTarget() {
	from := Slot{Height: r.chain.Height() + 1}
	target, choices := from.Height+2, 0
	for h := from.Height + 1; h <= from.Height+int64(r.set.Size()); h++ {
		if n := r.game(h).CountChoices(from); n > choices {
			target, choices = h, n
		}
	}
	r.choices = max(r.choices, choices)
	for r.chain.Height() < target {
		r.makeBlock(target)
	}
	seed, err := app.BeaconKeeper(r.chain.App).Seed(r.chain.Ctx())
	require.NoError(r.t, err)
	if r.game(target).Good(seed) {
		r.suited++
	}
}

// makeBlock makes the next block, in the first round in which its proposer does not withhold it.
func (r *run) makeBlock(target int64) {
	c, g := r.chain, r.game(target)
	seed, err := app.BeaconKeeper(c.App).Seed(c.Ctx())
	require.NoError(r.t, err)
	at := Slot{Height: c.Height() + 1}
	for g.Ours(at) && g.Withholds(at, seed) {
		at = next(at)
		r.withheld++
	}
	req := r.prepareBlock(at)
	c.Follow(req)
	r.set.IncrementProposerPriority(1)
	made, err := app.BeaconKeeper(c.App).Seed(c.Ctx())
	require.NoError(r.t, err)
	require.Equal(r.t, g.Next(seed, at), made, "what is foreseen comes true")
}

// prepareBlock has the application prepare and judge the block of a slot.
func (r *run) prepareBlock(at Slot) *abci.RequestFinalizeBlock {
	c := r.chain
	proposer, now := []byte(NewRotation(at.Height, r.set).Proposer(at)), c.Now().Add(testutil.BlockTime)
	block, err := c.App.PrepareProposal(&abci.RequestPrepareProposal{Height: at.Height, Time: now, ProposerAddress: proposer, MaxTxBytes: 1 << 20})
	require.NoError(r.t, err)
	hash := sha256.Sum256(fmt.Appendf(nil, "%d/%d", at.Height, at.Round))
	judged, err := c.App.ProcessProposal(&abci.RequestProcessProposal{Height: at.Height, Time: now, ProposerAddress: proposer, Txs: block.Txs, Hash: hash[:]})
	require.NoError(r.t, err)
	require.True(r.t, judged.IsAccepted())
	req := &abci.RequestFinalizeBlock{Height: at.Height, Time: now, ProposerAddress: proposer, Txs: block.Txs, Hash: hash[:]}
	if at.Height > 1 {
		for _, v := range r.set.Validators {
			vote := abci.VoteInfo{Validator: abci.Validator{Address: v.Address, Power: v.VotingPower}, BlockIdFlag: cmtproto.BlockIDFlagCommit}
			req.DecidedLastCommit.Votes = append(req.DecidedLastCommit.Votes, vote)
		}
	}
	return req
}
