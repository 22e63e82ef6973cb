package iexec_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/iexec"
)

// bench drives a task with workers of score 0.
type bench struct {
	*testing.T
	task *iexec.Task
}

func newBench(t *testing.T, trust int64) bench {
	task, err := iexec.NewTask(iexec.TaskID{7}, terms(trust))
	require.NoError(t, err)
	return bench{t, task}
}

func (b bench) contribute(now uint64, worker, result string) error {
	d := []byte(result)
	_, err := b.task.Contribute(now, worker, iexec.ResultHash(b.task.ID, d), iexec.ResultSeal(worker, b.task.ID, d), 0)
	return err
}

func (b bench) reveal(now uint64, worker, result string) error {
	_, err := b.task.Reveal(now, worker, []byte(result))
	return err
}

func (b bench) finalize(now uint64) error { _, err := b.task.Finalize(now, "link", nil); return err }
func (b bench) reopen(now uint64) error   { _, err := b.task.Reopen(now); return err }
func (b bench) claim(now uint64) error    { _, err := b.task.Claim(now); return err }

func (b bench) shortcut(now uint64, worker string) error {
	_, err := b.task.ContributeAndFinalize(now, worker, []byte("A"), "link", nil)
	return err
}

// The deadlines of a task with T = 300: contributions end at 2100, the task ends at 3000, and reveals end 600 after the consensus.
func TestTransitions(t *testing.T) {
	consensusAt := func(now uint64) func(bench) {
		return func(b bench) {
			require.NoError(b, b.contribute(now, "1", "A"))
			require.NoError(b, b.contribute(now, "2", "A"))
		}
	}
	revealed := func(now uint64, workers ...string) func(bench) {
		return func(b bench) {
			consensusAt(now)(b)
			for _, w := range workers {
				require.NoError(b, b.reveal(now+1, w, "A"))
			}
		}
	}
	cases := []struct {
		name     string
		trust    int64
		malleate func(bench)
		act      func(bench) error
		expErr   error
	}{
		{"contribute in the last second", 3, nil, func(b bench) error { return b.contribute(2099, "1", "A") }, nil},
		{"contribute at the deadline", 3, nil, func(b bench) error { return b.contribute(2100, "1", "A") }, iexec.ErrTooLate},
		{"contribute twice", 3, func(b bench) { require.NoError(b, b.contribute(2, "1", "A")) },
			func(b bench) error { return b.contribute(3, "1", "B") }, iexec.ErrAlreadyContributed},
		{"contribute after consensus", 3, consensusAt(2), func(b bench) error { return b.contribute(3, "3", "A") }, iexec.ErrStatus},
		{"contribute again after a reopen", 3, func(b bench) {
			consensusAt(2)(b)
			require.NoError(b, b.reopen(602))
		}, func(b bench) error { return b.contribute(603, "1", "A") }, iexec.ErrAlreadyContributed},
		{"contribute late after a reopen", 3, func(b bench) {
			consensusAt(1600)(b)
			require.NoError(b, b.reopen(2200))
		}, func(b bench) error { return b.contribute(2201, "3", "A") }, iexec.ErrTooLate},

		{"reveal before consensus", 3, func(b bench) { require.NoError(b, b.contribute(2, "1", "A")) },
			func(b bench) error { return b.reveal(3, "1", "A") }, iexec.ErrStatus},
		{"reveal in the last second", 3, consensusAt(2), func(b bench) error { return b.reveal(601, "1", "A") }, nil},
		{"reveal at the deadline", 3, consensusAt(2), func(b bench) error { return b.reveal(602, "1", "A") }, iexec.ErrTooLate},
		{"reveal twice", 3, revealed(2, "1"), func(b bench) error { return b.reveal(4, "1", "A") }, iexec.ErrNoContribution},
		{"reveal without a contribution", 3, consensusAt(2), func(b bench) error { return b.reveal(3, "9", "A") }, iexec.ErrNoContribution},
		{"reveal of the minority", 3, func(b bench) {
			require.NoError(b, b.contribute(2, "1", "B"))
			for _, w := range []string{"2", "3", "4"} {
				require.NoError(b, b.contribute(3, w, "A"))
			}
			require.Equal(b, iexec.Revealing, b.task.Status)
		}, func(b bench) error { return b.reveal(4, "1", "B") }, iexec.ErrNotWinner},
		{"reveal of another digest", 3, consensusAt(2), func(b bench) error { return b.reveal(3, "1", "B") }, iexec.ErrHashMismatch},
		{"reveal with somebody else's seal", 1, func(b bench) {
			d := []byte("A")
			_, err := b.task.Contribute(2, "2", iexec.ResultHash(b.task.ID, d), iexec.ResultSeal("1", b.task.ID, d), 0)
			require.NoError(b, err)
		}, func(b bench) error { return b.reveal(3, "2", "A") }, iexec.ErrSealMismatch},

		{"finalize with every reveal", 3, revealed(2, "1", "2"), func(b bench) error { return b.finalize(4) }, nil},
		{"finalize with one reveal, early", 3, revealed(2, "1"), func(b bench) error { return b.finalize(601) }, iexec.ErrReveals},
		{"finalize with one reveal at the reveal deadline", 3, revealed(2, "1"), func(b bench) error { return b.finalize(602) }, nil},
		{"finalize with no reveal", 3, consensusAt(2), func(b bench) error { return b.finalize(700) }, iexec.ErrReveals},
		{"finalize in the last second", 3, revealed(2, "1", "2"), func(b bench) error { return b.finalize(2999) }, nil},
		{"finalize at the end", 3, revealed(2, "1", "2"), func(b bench) error { return b.finalize(3000) }, iexec.ErrTooLate},
		{"finalize an active task", 3, nil, func(b bench) error { return b.finalize(3) }, iexec.ErrStatus},
		{"finalize twice", 3, func(b bench) { revealed(2, "1", "2")(b); require.NoError(b, b.finalize(4)) },
			func(b bench) error { return b.finalize(5) }, iexec.ErrStatus},

		{"reopen before the reveal deadline", 3, consensusAt(2), func(b bench) error { return b.reopen(601) }, iexec.ErrTooEarly},
		{"reopen at the reveal deadline", 3, consensusAt(2), func(b bench) error { return b.reopen(602) }, nil},
		{"reopen after a reveal", 3, revealed(2, "1"), func(b bench) error { return b.reopen(700) }, iexec.ErrReveals},
		{"reopen at the end", 3, consensusAt(2), func(b bench) error { return b.reopen(3000) }, iexec.ErrTooLate},
		{"reopen an active task", 3, nil, func(b bench) error { return b.reopen(700) }, iexec.ErrStatus},

		{"claim before the end", 3, nil, func(b bench) error { return b.claim(2999) }, iexec.ErrTooEarly},
		{"claim at the end", 3, nil, func(b bench) error { return b.claim(3000) }, nil},
		{"claim a revealing task", 3, revealed(2, "1"), func(b bench) error { return b.claim(3000) }, nil},
		{"claim twice", 3, func(b bench) { require.NoError(b, b.claim(3000)) },
			func(b bench) error { return b.claim(3001) }, iexec.ErrStatus},
		{"claim a completed task", 3, func(b bench) { revealed(2, "1", "2")(b); require.NoError(b, b.finalize(4)) },
			func(b bench) error { return b.claim(3000) }, iexec.ErrStatus},

		{"shortcut", 1, nil, func(b bench) error { return b.shortcut(2, "1") }, nil},
		{"shortcut at trust 0", 0, nil, func(b bench) error { return b.shortcut(2, "1") }, nil},
		{"shortcut at trust 2", 2, nil, func(b bench) error { return b.shortcut(2, "1") }, iexec.ErrNotAlone},
		{"shortcut too late", 1, nil, func(b bench) error { return b.shortcut(2100, "1") }, iexec.ErrTooLate},
		{"shortcut after another", 1, func(b bench) {
			require.NoError(b, b.contribute(2, "1", "A"))
			require.NoError(b, b.reopen(602))
		}, func(b bench) error { return b.shortcut(603, "2") }, iexec.ErrNotAlone},
		{"shortcut twice", 1, func(b bench) { require.NoError(b, b.shortcut(2, "1")) },
			func(b bench) error { return b.shortcut(3, "2") }, iexec.ErrStatus},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.trust)
			if c.malleate != nil {
				c.malleate(b)
			}
			require.ErrorIs(t, c.act(b), c.expErr)
		})
	}
}

// The kitty of 300,000,000 from a failed task is paid in full to the scheduler of the next completed task.
func TestKittyIsPaidOut(t *testing.T) {
	failed := newBench(t, 1)
	effects, err := failed.task.Claim(3000)
	require.NoError(t, err)
	books := ledger{}
	books.apply(effects.Moves)
	kitty := books.of(iexec.Kitty).frozen
	require.EqualValues(t, 300_000_000, kitty.Int64())

	next := newBench(t, 1)
	effects, err = next.task.ContributeAndFinalize(2, "1", []byte("A"), "link", kitty)
	require.NoError(t, err)
	books.apply(effects.Moves)
	require.Zero(t, books.of(iexec.Kitty).frozen.Sign())
	require.EqualValues(t, 300_000_000+10_000_000+300_000_000, books.of(iexec.Scheduler).stake.Int64(),
		"pool stake back, reward, kitty; the matches are not in these books")
}

func TestOverflowRevertsTheContribution(t *testing.T) {
	huge := terms(1)
	huge.Trust = new(big.Int).Lsh(big.NewInt(1), 255)
	task, err := iexec.NewTask(iexec.TaskID{}, huge)
	require.NoError(t, err)
	_, err = task.Contribute(2, "1", iexec.Digest{1}, iexec.Digest{2}, 0)
	require.ErrorIs(t, err, iexec.ErrOverflow)
	require.Empty(t, task.Contributions)
	require.EqualValues(t, 1, task.Tally.Total.Int64())
}

func TestNames(t *testing.T) {
	require.Equal(t, "ACTIVE REVEALING COMPLETED FAILED UNSET", iexec.Active.String()+" "+iexec.Revealing.String()+" "+
		iexec.Completed.String()+" "+iexec.Failed.String()+" "+iexec.Status(0).String())
	require.Equal(t, "UNSET CONTRIBUTED PROVED REJECTED", iexec.Unset.String()+" "+iexec.Contributed.String()+" "+
		iexec.Proved.String()+" "+iexec.Rejected.String())
}
