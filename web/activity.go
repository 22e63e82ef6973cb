package web

import (
	"context"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file counts what the protocol did in the latest blocks, for the overview's charts of throughput, redundancy and spending. The state
// keeps no counts by block, so they are counted from the events of each block. The node keeps the events with its blocks: after a restart the
// page counts the same once more.

const (
	// chartBlocks is the most blocks in the charts: an hour of blocks that take five seconds.
	chartBlocks = 720
	// chartBars is the most bars of a chart, beside the one that has just begun.
	chartBars = 60
	// mostReads is the most blocks that one answer reads from the node. The charts of a page that has just started grow with each answer, until
	// they have chartBlocks.
	mostReads = 90
)

// blockRow is a block, with counts of what the protocol did in it.
type blockRow struct {
	header
	Proposer string `json:"proposer"`
	Events   int    `json:"events"`
	Opened   int    `json:"opened"` // tasks opened
	Drawn    int    `json:"drawn"`  // workers drawn
	work
}

// work counts tasks that ended, and what they took.
type work struct {
	Ended    int `json:"ended"` // accepted or not
	Accepted int `json:"accepted"`
	// Checked are the accepted tasks that workers ran, and Replicas is how many workers were drawn for these. Right of the replicas
	// gave the accepted answer.
	Checked  int `json:"checked"`
	Replicas int `json:"replicas"`
	Right    int `json:"right"`
	// Spent is what left the escrows of tasks and did not come back, in ucred: payments for answers, to courts too, and premiums.
	Spent big `json:"spent"`
}

func (w *work) add(o work) {
	w.Ended += o.Ended
	w.Accepted += o.Accepted
	w.Checked += o.Checked
	w.Replicas += o.Replicas
	w.Right += o.Right
	w.Spent += o.Spent
}

// activity is what the protocol did in the latest blocks.
type activity struct {
	From    int64         `json:"from"` // the first block that is counted, and
	To      int64         `json:"to"`   // the last one
	Seconds float64       `json:"seconds"`
	Bars    []activityBar `json:"bars"` // oldest first
	work
}

// activityBar counts the blocks of one bar. All bars have as many blocks, but for the newest one, which has those that exist.
type activityBar struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
	Time int64 `json:"time"` // of its last block, in milliseconds since 1970
	work
}

// readLatest returns the latest blocks, newest first: as many as are remembered or as one answer may read, and at most chartBlocks. It ends
// before a block that the node no longer has, or whose events the node no longer has.
func (c *chain) readLatest(ctx context.Context, tip int64) []blockRow {
	var rows []blockRow
	reads := 0
	for height := tip; height > max(0, tip-chartBlocks); height-- {
		row, ok := c.rows.Get(height)
		if !ok {
			if reads == mostReads {
				break
			}
			reads++
			if row, ok = c.readBlock(ctx, height); !ok {
				break
			}
			c.rows.Add(height, row)
		}
		rows = append(rows, row)
	}
	return rows
}

// readBlock counts from its events what the protocol did in a block. It returns false if the node does not have them.
func (c *chain) readBlock(ctx context.Context, height int64) (blockRow, bool) {
	h, err := c.readHeader(ctx, height)
	if err != nil {
		return blockRow{}, false
	}
	b, err := c.feed.Block(ctx, height)
	if err != nil || b.Missed {
		return blockRow{}, false
	}
	row := blockRow{header: h, Events: len(b.Events)}
	for _, e := range b.Events {
		switch m := e.Message.(type) {
		case *taskstypes.EventPhase:
			if m.Phase == taskstypes.PHASE_OPEN && m.Attempt <= 1 {
				row.Opened++
			}
		case *taskstypes.EventDrawn:
			if m.Wave > 0 {
				row.Drawn++
			}
		case *taskstypes.EventEnded:
			row.add(workOf(m))
		}
	}
	return row, true
}

// workOf counts one task that ended.
func workOf(e *taskstypes.EventEnded) work {
	w := work{Ended: 1}
	s := e.Settlement
	if s == nil {
		s = &taskstypes.Settlement{}
	}
	if e.Ending == taskstypes.ENDING_ACCEPTED {
		w.Accepted = 1
		if w.Replicas = len(s.Seats); w.Replicas > 0 {
			w.Checked = 1
		}
		for _, seat := range s.Seats {
			if seat.Right {
				w.Right++
			}
		}
	}
	w.Spent = big(s.Premium)
	for _, p := range s.Payments {
		if p.Source == "escrow" {
			w.Spent += big(p.Amount)
		}
	}
	return w
}

// activityOf puts blocks, newest first, into at most chartBars bars and the one that has just begun. Bars begin at multiples of their size, so
// that they stay the same when blocks come. Blocks that do not fill the oldest bar are left out.
func activityOf(rows []blockRow) activity {
	a := activity{Bars: []activityBar{}}
	if len(rows) == 0 {
		return a
	}
	size := int64((len(rows) + chartBars - 1) / chartBars)
	oldest := rows[len(rows)-1].Height
	first := (oldest + size - 2) / size * size // the bars begin behind it
	for i := len(rows) - 1; i >= 0; i-- {
		row := rows[i]
		if row.Height <= first {
			continue
		}
		if a.From == 0 {
			a.From, a.Seconds = row.Height, float64(rows[0].Time-row.Time)/1000
		}
		if last := len(a.Bars) - 1; last < 0 || row.Height > a.Bars[last].From+size-1 {
			a.Bars = append(a.Bars, activityBar{From: row.Height})
		}
		bar := &a.Bars[len(a.Bars)-1]
		bar.To, bar.Time = row.Height, row.Time
		bar.add(row.work)
		a.add(row.work)
		a.To = row.Height
	}
	return a
}
