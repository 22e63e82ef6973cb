package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestFullBlocksDoNotCount is the law of the window (L5): other transactions fill any number of blocks of a window. An awaited seat still
// gets exactly as many blocks with room as the window has.
func TestFullBlocksDoNotCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		full := map[int64]bool{}
		for i, f := range rapid.SliceOfN(rapid.Bool(), 400, 400).Draw(t, "blocks that are full") {
			full[int64(i)] = f && i < 300
		}
		p := newPlay(t, testTerms())
		p.recalls = 1
		counted := int64(0) // blocks up to this height were counted
		p.full = func() (n int64) {
			for h := counted; h < p.height; h++ {
				if full[h] {
					n++
				}
			}
			counted = p.height
			return n
		}
		// room plays a phase in which no seat answers, and counts the blocks with room.
		room := func(begins int64) (blocks int64) {
			phase, attempt := p.task.Phase, p.task.AttemptOn(BenchCourt)
			counted = begins
			for h := begins; p.task.Phase == phase && p.task.AttemptOn(BenchCourt) == attempt; h++ {
				require.Less(t, h, int64(400), "the window ends")
				if p.due(h); p.task.Phase == phase && p.task.AttemptOn(BenchCourt) == attempt && !full[h] {
					blocks++
				}
			}
			return blocks
		}
		p.due(1)
		require.Equal(t, PhaseFirst, p.task.Phase)
		require.Equal(t, p.task.Terms.CommitBlocks, room(p.height), "the first worker's")
		p.due(p.task.Deadline)
		p.full = nil
		require.NoError(t, p.commit(BenchWorkers, p.task.Seats[0].Who, truth))
		p.due(p.task.Deadline)
		require.Equal(t, PhaseSecond, p.task.Phase)
		p.full = func() (n int64) {
			for h := counted; h < p.height; h++ {
				if full[h] {
					n++
				}
			}
			counted = p.height
			return n
		}
		require.NoError(t, p.commit(BenchWorkers, "x1", truth))
		window := FollowingWindow(p.task.Terms.CommitBlocks, p.task.Took)
		require.Equal(t, window, room(p.height), "wave 2's")
		require.Equal(t, PhaseReveal, p.task.Phase)
		require.Equal(t, p.task.Terms.RevealBlocks, room(p.task.From), "to reveal")
		require.Equal(t, PhaseCourtCommit, p.task.Phase)
		require.Equal(t, window, room(p.height), "the court's")
	})
}

// TestNobodyIsAwaited: a deadline does not move while no seat is awaited, nor before it has come.
func TestNobodyIsAwaited(t *testing.T) {
	p := newPlay(t, testTerms())
	p.due(1)
	_, _, err := p.task.Apply(Prolonged{Height: p.task.Deadline - 1, Blocks: 1})
	require.ErrorIs(t, err, ErrWrongPhase, "it has not come")
	require.NoError(t, p.user(Declined{p.height, p.task.Seats[0].Who, 1, DeclineOther}))
	require.False(t, p.task.Awaits(), "it declined")
	_, _, err = p.task.Apply(Prolonged{Height: p.height, Blocks: 1})
	require.ErrorIs(t, err, ErrWrongPhase)
	p = audited(t, truth)
	require.False(t, p.task.Awaits(), "a challenge is no answer")
}
