package web

import (
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// ended is the event of a task that workers ran. Its workers gave the accepted answer, but for those that were wrong.
func ended(ending taskstypes.Ending, right, wrong int, s taskstypes.Settlement) *taskstypes.EventEnded {
	for i := range right + wrong {
		s.Seats = append(s.Seats, taskstypes.SeatEnd{Who: "w", Right: i < right})
	}
	return &taskstypes.EventEnded{Task: anID, Deal: dealID, Ending: ending, Settlement: &s}
}

// latest reads the activity of a page that has just started.
func latest(t *testing.T, s *Server) (activity, []blockRow) {
	t.Helper()
	rows := s.chain.readLatest(t.Context(), s.feed.Tip())
	return activityOf(rows), rows
}

// TestActivityCountsEvents: the numbers are those of the events, also for a page that starts later, as after a restart of the node.
func TestActivityCountsEvents(t *testing.T) {
	node, s, _ := serve(t)
	stake := taskstypes.Payment{Party: "REQUESTER", Amount: 1_000, Source: "stake"}
	node.blocks.events = map[int64][]proto.Message{
		60: {
			&taskstypes.EventPhase{Task: anID, Deal: dealID, Phase: taskstypes.PHASE_OPEN, Attempt: 1},
			&taskstypes.EventPhase{Task: anID, Deal: dealID, Phase: taskstypes.PHASE_OPEN, Attempt: 2},
			&taskstypes.EventDrawn{Task: anID, Deal: dealID, Who: "w", Wave: 1},
			&taskstypes.EventDrawn{Task: anID, Deal: dealID, Who: "c", Wave: 0},
			ended(taskstypes.ENDING_ACCEPTED, 2, 1, taskstypes.Settlement{
				Premium: 7, Refund: 5_000, Burnt: 90, Payments: []taskstypes.Payment{{Party: "WORKER", Amount: 100, Source: "escrow"}, {Party: "COURT", Amount: 20, Source: "escrow"}, stake},
			}),
		},
		99: {
			ended(taskstypes.ENDING_ACCEPTED, 0, 0, taskstypes.Settlement{Payments: []taskstypes.Payment{{Party: "COURT", Amount: 30, Source: "escrow"}}}),
			ended(taskstypes.ENDING_VOID, 1, 1, taskstypes.Settlement{Refund: 10}),
		},
	}
	got, rows := latest(t, s)
	require.Len(t, rows, mostReads)
	require.Equal(t, work{Ended: 3, Accepted: 2, Checked: 1, Replicas: 3, Right: 2, Spent: 157}, got.work, "what stake paid and what came back was not spent")
	at := rows[tip-60]
	require.EqualValues(t, 60, at.Height)
	require.Equal(t, []int{5, 1, 1}, []int{at.Events, at.Opened, at.Drawn}, "the court is no worker, and a second attempt no new task")

	var sum work
	next := got.From
	for _, bar := range got.Bars {
		require.Equal(t, next, bar.From, "no block is left out or counted twice")
		require.EqualValues(t, 1_700_000_000_000+5_000*bar.To, bar.Time)
		next = bar.To + 1
		sum.add(bar.work)
	}
	require.Equal(t, got.work, sum)
	require.EqualValues(t, tip, got.To)
	require.InDelta(t, 5*float64(got.To-got.From), got.Seconds, 0)

	again, _ := latest(t, New(s.chain.conn).at(tip))
	require.Equal(t, got, again)
}

// at tells a server of a test that the chain has a height.
func (s *Server) at(height int64) *Server {
	s.feed.Raise(height)
	return s
}

// TestActivityIsBounded: an answer reads so many blocks and no more, each block once, and the charts have so many bars and blocks.
func TestActivityIsBounded(t *testing.T) {
	node, first, _ := serve(t)
	s, height := New(first.chain.conn), int64(5_000)
	const answers = chartBlocks/mostReads + 1
	begin := node.countAsked("GetBlockResults")
	for range answers {
		before := node.countAsked("GetBlockResults")
		_, rows := latest(t, s.at(height))
		require.LessOrEqual(t, node.countAsked("GetBlockResults")-before, mostReads)
		require.LessOrEqual(t, len(rows), chartBlocks)
		height++
	}
	require.LessOrEqual(t, node.countAsked("GetBlockResults")-begin, chartBlocks+answers, "each block is read once")
	a, rows := latest(t, s)
	require.Len(t, rows, chartBlocks)
	require.Contains(t, []int{chartBars - 1, chartBars, chartBars + 1}, len(a.Bars))
	size := a.Bars[0].To - a.Bars[0].From + 1
	for _, bar := range a.Bars[:len(a.Bars)-1] {
		require.Equal(t, size, bar.To-bar.From+1, "a bar of fewer blocks would look like less work")
		require.Zero(t, (bar.From-1)%size, "bars stay the same when blocks come")
	}
	before := node.countAsked("GetBlockResults")
	latest(t, s.at(height))
	require.Equal(t, 1, node.countAsked("GetBlockResults")-before, "only the new block is read")
}

// TestActivityOfAPrunedNode: blocks whose events the node no longer has are left out. They are not blocks in which nothing happened.
func TestActivityOfAPrunedNode(t *testing.T) {
	node, s, _ := serve(t)
	node.blocks.kept = 80
	a, rows := latest(t, s)
	require.Len(t, rows, tip-80+1)
	require.EqualValues(t, 80, a.From)
	require.Len(t, a.Bars, tip-80+1)
}

// TestActivityOfNoBlock: a chain without a block has charts without bars.
func TestActivityOfNoBlock(t *testing.T) {
	require.Equal(t, activity{Bars: []activityBar{}}, activityOf(nil))
	one := activityOf([]blockRow{{header: header{Height: 1, Time: time.Now().UnixMilli()}}})
	require.EqualValues(t, 1, one.From)
	require.EqualValues(t, 1, one.To)
	require.Zero(t, one.Seconds)
}
