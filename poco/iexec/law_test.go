package iexec_test

import (
	"fmt"
	"math/big"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco/iexec"
	"github.com/credence-chain/credence/testutil/until"
)

// ledger is a set of books to compare with the deal's own.
type ledger map[iexec.Party]*balance

type balance struct{ stake, frozen *big.Int }

func (l ledger) of(p iexec.Party) *balance {
	if l[p] == nil {
		l[p] = &balance{new(big.Int), new(big.Int)}
	}
	return l[p]
}

func (l ledger) apply(moves []iexec.Move) {
	for _, m := range moves {
		b := l.of(m.Party)
		b.stake.Add(b.stake, m.Stake)
		b.frozen.Add(b.frozen, m.Frozen)
	}
}

func (l ledger) sum() *big.Int {
	sum := new(big.Int)
	for _, b := range l {
		sum.Add(sum, b.stake).Add(sum, b.frozen)
	}
	return sum
}

// copyOf makes a deep copy, with which a test sees that a refused transition changes nothing.
func copyOf(t *iexec.Task) iexec.Task {
	c := *t
	c.Contributions = append([]iexec.Contribution(nil), t.Contributions...)
	c.Tally.Total = new(big.Int).Set(t.Tally.Total)
	c.Tally.Groups = nil
	for _, g := range t.Tally.Groups {
		c.Tally.Groups = append(c.Tally.Groups, iexec.Group{Hash: g.Hash, Product: new(big.Int).Set(g.Product)})
	}
	c.ResultDigest = append([]byte(nil), t.ResultDigest...)
	return c
}

func same(a, b iexec.Task) bool { return reflect.DeepEqual(copyOf(&a), copyOf(&b)) }

// TestMoneyLaw plays random lives of a task. After every transition the sum of stake and frozen over all parties, the kitty among them, is
// zero. No party has negative frozen money. A refused transition changes nothing. When a task has ended, only the locks of other tasks and
// the kitty are left. A COMPLETED task has moved exactly the amounts that a second computation finds from the statuses alone.
func TestMoneyLaw(t *testing.T) {
	ended := map[iexec.Status]int{}
	until.Check(t, func(t *rapid.T) {
		deal := iexec.Terms{
			App: big.NewInt(rapid.Int64Range(0, 1000).Draw(t, "app")), Dataset: big.NewInt(rapid.Int64Range(0, 1000).Draw(t, "dataset")),
			Pool: big.NewInt(rapid.Int64Range(0, 5000).Draw(t, "pool")), Trust: big.NewInt(rapid.Int64Range(0, 12).Draw(t, "trust")),
			WorkerPercent: rapid.Uint64Range(0, 300).Draw(t, "stake"), SchedulerPercent: rapid.Uint64Range(0, 100).Draw(t, "ratio"),
			Volume: rapid.Uint64Range(1, 3).Draw(t, "volume"), Period: 300,
			Sponsored: rapid.Bool().Draw(t, "sponsored"), NoDataset: rapid.Bool().Draw(t, "nodataset"),
		}
		task, err := iexec.NewTask(iexec.TaskID{1}, deal)
		require.NoError(t, err)
		books := ledger{}
		books.apply(deal.Match())
		// The kitty comes from earlier failures, and no party in these books owes it.
		kitty := big.NewInt(rapid.Int64Range(0, 30_000_000_000).Draw(t, "kitty"))
		books.of(iexec.Kitty).frozen.Set(kitty)

		now := uint64(1)
		for i := range 60 {
			now += rapid.SampledFrom([]uint64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 300, 600}).Draw(t, fmt.Sprintf("wait%d", i))
			before := copyOf(task)
			effects, err := randomStep(t, i, task, now, books.of(iexec.Kitty).frozen)
			if err != nil {
				require.True(t, same(before, *task), "refused (%v) but changed", err)
				require.Empty(t, effects.Moves)
				continue
			}
			books.apply(effects.Moves)
			require.Zero(t, books.sum().Cmp(kitty), "money appeared or vanished at %d s", now)
			for p, b := range books {
				require.True(t, b.frozen.Sign() >= 0, "%v has %s frozen", p, b.frozen)
			}
		}
		ended[task.Status]++
		if task.Status == iexec.Completed || task.Status == iexec.Failed {
			checkEnd(t, task, books, kitty)
		}
	}, func() bool { return ended[iexec.Completed] > 0 && ended[iexec.Failed] > 0 })
}

func randomStep(t *rapid.T, i int, task *iexec.Task, now uint64, kitty *big.Int) (iexec.Effects, error) {
	draw := func(what string) string { return fmt.Sprintf("%s%d", what, i) }
	worker := rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6"}).Draw(t, draw("worker"))
	result := rapid.SampledFrom([]string{"A", "A", "A", "B"}).Draw(t, draw("result"))
	hash, seal := iexec.ResultHash(task.ID, []byte(result)), iexec.ResultSeal(worker, task.ID, []byte(result))
	switch rapid.SampledFrom([]string{"c", "c", "c", "cbad", "r", "r", "r", "f", "f", "ro", "cl", "caf"}).Draw(t, draw("step")) {
	case "c":
		return task.Contribute(now, worker, hash, seal, rapid.Uint64Range(0, 60).Draw(t, draw("score")))
	case "cbad":
		return task.Contribute(now, worker, hash, iexec.Digest{}, 0)
	case "r":
		return task.Reveal(now, worker, []byte(result))
	case "f":
		return task.Finalize(now, "link", kitty)
	case "ro":
		return task.Reopen(now)
	case "cl":
		return task.Claim(now)
	default:
		return task.ContributeAndFinalize(now, worker, []byte(result), "link", kitty)
	}
}

// checkEnd recomputes the end of a task from its statuses alone.
func checkEnd(t *rapid.T, task *iexec.Task, books ledger, kitty *big.Int) {
	deal := task.Terms
	rest := new(big.Int).SetUint64(deal.Volume - 1)
	frozen := func(p iexec.Party) *big.Int { return books.of(p).frozen }
	require.Zero(t, frozen(deal.Payer()).Cmp(new(big.Int).Mul(deal.Price(), rest)))
	require.Zero(t, frozen(iexec.Scheduler).Cmp(new(big.Int).Mul(deal.PoolStake(), rest)))
	var proved, losers int64
	for _, c := range task.Contributions {
		require.Zero(t, frozen(iexec.Worker(c.Worker)).Sign(), "worker %s still has money frozen", c.Worker)
		if c.Status == iexec.Proved {
			proved++
		} else {
			losers++
		}
	}
	if task.Status == iexec.Failed {
		for _, c := range task.Contributions {
			require.Zero(t, books.of(iexec.Worker(c.Worker)).stake.Sign(), "claim frees everyone")
		}
		require.Zero(t, new(big.Int).Add(kitty, deal.PoolStake()).Cmp(frozen(iexec.Kitty)))
		return
	}
	require.Positive(t, proved)
	require.Zero(t, books.of(iexec.AppOwner).stake.Cmp(deal.App))
	require.Zero(t, books.of(iexec.DataOwner).stake.Cmp(deal.DatasetPrice()))

	// Winners and the scheduler share the pool price, the seized stakes and the kitty's bonus. Every loser has lost exactly its stake.
	pot := new(big.Int).Add(deal.Pool, new(big.Int).Mul(deal.WorkerStake(), big.NewInt(losers)))
	pot.Add(pot, new(big.Int).Sub(kitty, frozen(iexec.Kitty)))
	for _, c := range task.Contributions {
		gain := books.of(iexec.Worker(c.Worker)).stake
		if c.Status == iexec.Proved {
			require.True(t, gain.Sign() >= 0)
			pot.Sub(pot, gain)
			continue
		}
		require.Zero(t, new(big.Int).Add(gain, deal.WorkerStake()).Sign())
	}
	locked := new(big.Int).Mul(deal.PoolStake(), rest)
	scheduler := new(big.Int).Add(books.of(iexec.Scheduler).stake, locked)
	require.Zero(t, pot.Cmp(scheduler), "the scheduler has %s of the %s that are left", scheduler, pot)
}
