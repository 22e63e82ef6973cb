// Package pools measures busy pools: how often draws of wave 2 are refused, and what tasks lose by that.
package pools

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var (
	blocks = flag.Int("pools.blocks", 0, "blocks that are measured in each cell; 0: a smoke of two cells")
	only   = flag.String("pools.only", "", "the cells that are measured, as WORKERS/SEATS/LOAD, parted by blanks; all unless said")
	out    = flag.String("pools.out", "", "write the table to this file as well")
	commit = flag.String("pools.commit", "unknown", "what the table says of the commit")
)

// cell is one chain with one pool.
type cell struct {
	seats, workers int
	load           float64 // the share of all slots that should be taken
}

var slots = flag.Int("pools.slots", 4, "slots of each worker")

const (
	execution = 6  // the average number of blocks in which a worker runs a task; between 3 and 9
	life      = 14 // the approximate number of blocks that a slot is taken
	warmUp    = 40
)

// tally counts the events in a cell.
type tally struct {
	ended, accepted, byCourt, refunded int
	plans, refused, hit                int // hit: ended tasks with a refused draw
	latency, busy                      int
	seats                              int
}

// TestRefusedDraws counts refused draws in pools of several sizes under load, on the whole application. All workers are honest. Each
// organisation has one worker, and a task takes three to nine blocks to run. Requests come evenly, while fewer slots are taken than the
// load asks for.
func TestRefusedDraws(t *testing.T) {
	cells := []cell{{4, 10, 0.5}, {7, 10, 0.9}}
	measured := *blocks
	if measured == 0 {
		measured = 40
	} else {
		cells = nil
		for _, workers := range []int{10, 30, 200} {
			for _, seats := range []int{4, 7, 20} {
				for _, load := range []float64{0.1, 0.5, 0.9} {
					if c := (cell{seats, workers, load}); *only == "" || strings.Contains(" "+*only+" ", fmt.Sprintf(" %d/%d/%.1f ", workers, seats, load)) {
						cells = append(cells, c)
					}
				}
			}
		}
	}
	var table bytes.Buffer
	fmt.Fprintf(&table, "Refused draws: go test ./test/pools -run TestRefusedDraws -v -args -pools.blocks=%d\nCommit %s. Trust 10,000, %d slots for each worker, %d blocks on average to run a task.\n\n", *blocks, *commit, *slots, execution)
	fmt.Fprintln(&table, "| workers | seats | load asked | load | tasks ended | plans | draws refused | of the plans | tasks with one | by court | refunded | replicas | blocks from opening to end |")
	fmt.Fprintln(&table, "|---|---|---|---|---|---|---|---|---|---|---|---|---|")
	for _, c := range cells {
		measured := max(30, measured*10/c.workers) // a large pool ends as many tasks in fewer blocks
		y := c.measure(t, measured)
		require.Positive(t, y.ended, "%+v", c)
		if c.seats < 7 {
			require.Zero(t, y.refused, "with fewer than seven seats no block lies between a plan and its draw")
		}
		per := func(n, of int) string { return fmt.Sprintf("%.3f", float64(n)/float64(max(1, of))) }
		fmt.Fprintf(&table, "| %d | %d | %.0f %% | %.0f %% | %d | %d | %d | %s | %s | %s | %s | %.2f | %.1f |\n", c.workers, c.seats, 100*c.load,
			100*float64(y.busy)/float64(measured*c.workers**slots), y.ended, y.plans, y.refused, per(y.refused, y.plans), per(y.hit, y.ended),
			per(y.byCourt, y.ended), per(y.refunded, y.ended), float64(y.seats)/float64(max(1, y.ended)), float64(y.latency)/float64(max(1, y.ended)))
		if *out != "" { // after each cell, because a large pool takes long
			require.NoError(t, os.WriteFile(*out, table.Bytes(), 0o600))
		}
	}
	t.Log("\n" + table.String())
}

// measure runs a cell for the given number of blocks after the warm-up.
func (c cell) measure(t *testing.T, measured int) (y tally) {
	s := testutil.NewCompute(t, testutil.ComputeOptions{Seats: c.seats, Workers: c.workers, Slots: uint32(*slots)})
	since, planned, hit := map[string]int64{}, map[string]bool{}, map[string]bool{}
	open, share := map[string]bool{}, 0.0
	answer := func(task taskstypes.Task, seat taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool) {
		key := fmt.Sprint(task.Id, seat.Who, bench, task.Recalls)
		if since[key] == 0 {
			since[key] = s.Height()
		}
		return testutil.Truth, s.Height() >= since[key]+takes(key)-2 // the commitment is in the next block
	}
	for block := range warmUp + measured {
		counts := block >= warmUp
		busy, coming := 0, 0
		for id := range open {
			if !s.HasTask(id) {
				coming++
				continue
			}
			task := s.Task(id)
			if task.Final() || task.Phase == taskstypes.PHASE_DONE {
				delete(open, id)
				if counts {
					y.add(task, hit[id])
				}
				continue
			}
			if task.Plan != nil && !task.Plan.Court && !planned[id] {
				planned[id] = true
				if counts {
					y.plans++
				}
			}
			for range task.Seats {
				busy++
			}
			s.QueueWork(id, answer)
		}
		if counts {
			y.busy += busy
		}
		// Requests come evenly: each block gets its share of the load. If all came at once, they would always be planned and drawn at once.
		target := c.load * float64(c.workers**slots)
		share += target / life
		for want := target - float64(busy+coming); want >= 1 && share >= 1; want-- {
			open[s.QueueSubmit(s.Job())[0]] = true
			share--
		}
		share = min(share, 2)
		res := s.Next()
		for _, e := range res.Events {
			if !strings.HasSuffix(e.Type, "EventDrawRefused") {
				continue
			}
			for _, a := range e.Attributes {
				if id := strings.Trim(a.Value, `"`); a.Key == "task" {
					hit[id] = true
					delete(planned, id)
				}
			}
			if counts {
				y.refused++
			}
		}
	}
	s.CheckBooks()
	return y
}

// takes returns the number of blocks in which a worker runs a task: between 3 and 9, by the hash of the key.
func takes(key string) int64 {
	h := sha256.Sum256([]byte(key))
	return execution - 3 + int64(h[0]%7)
}

// add counts a task that has ended.
func (y *tally) add(task taskstypes.Task, hit bool) {
	y.ended++
	y.latency += int(task.Done - task.Opened)
	y.seats += len(task.Seats)
	switch {
	case task.Ending != taskstypes.ENDING_ACCEPTED:
		y.refunded++
	case task.ByCourt:
		y.accepted, y.byCourt = y.accepted+1, y.byCourt+1
	default:
		y.accepted++
	}
	if hit {
		y.hit++
	}
}
