package sim

import (
	"fmt"
	"strconv"
	"strings"
)

// Tally holds the counts of a trial.
type Tally struct {
	Tasks     int
	Wrong     int     // accepted answers that are not right
	Likely    float64 // the same, estimated from rehearsals: weighted wrong answers
	AtRisk    float64 // what all tasks put at risk, in a world of dear and cheap ones
	LostValue float64 // of it, that of wrong results
	// LikelyValue is LostValue, estimated as Likely is.
	LikelyValue float64
	Open        int // tasks that ended without an answer
	Replicas    int // executions by workers
	Audits      int // executions beside them: spot-checks, audits, courts
	Courts      int
	Waves       int // executions that had to wait for one another, over all tasks
	Wait        float64
	Convicted   int // colluders' proven wrong answers
	Unlucky     int // honest workers' proven wrong answers
	Left        int // colluders that can still be drawn at the end
	Jailed      int // honest workers that are banned at the end

	VictimTasks, VictimWrong int
	VictimLikely             float64 // VictimWrong, estimated as Likely is

	Debt, Budget float64 // the class's ledger at the end: D and B (Credence)
	Spent        float64 // the largest D/B that was seen

	Counted       uint64 // N of the class's ledger (Credence)
	VictimCounted uint64 // N and D of the victim's own
	VictimDebt    float64
	LargestCharge float64 // that one task brought either of its ledgers

	Profit   float64 // of the coalition: what it was paid and gained, less what it lost and what executing cost it
	Slashed  float64 // of honest workers' stake
	Honest   int     // executions by honest workers
	Late     int     // of them, those whose commitment was opened late
	Attacks  int     // tasks in which a first worker lied
	Booty    float64 // the part of Profit that such tasks brought
	Curve    []Point // errors and debt while the run went on
	victimAt int
}

// Point is a moment of a run, or of the mean over runs.
type Point struct {
	Tasks int     `json:"tasks"`
	Wrong float64 `json:"wrong"`
	Debt  float64 `json:"debt"`
}

// curvePoints is how many points of a run are kept.
const curvePoints = 32

func newTally(t Trial) Tally { return Tally{Tasks: t.World.Tasks, victimAt: t.World.FarmTasks} }

// addVerdict counts a task of a scheme that decides in turn.
func (y *Tally) addVerdict(task int, v Verdict, c *crowd) {
	y.countAccepted(task, v.Accepted)
	y.Replicas += len(v.Seats)
	y.Audits += v.Audits
	y.Waves += v.Waves
	if v.Court {
		y.Courts++
	}
	if len(v.Seats) > 0 && v.Seats[0].Answer == lie {
		y.Attacks++
	}
	for _, s := range v.Seats {
		if !c.collude[s.Worker] {
			y.Honest++
			continue
		}
		y.Profit -= float64(c.world.Cost)
		if v.Accepted != none && s.Answer == v.Accepted {
			y.Profit += float64(c.world.Price)
		}
	}
	if v.Accepted > right {
		y.Profit += float64(c.world.Value)
	}
	y.markHorizon(task)
}

func (y *Tally) countAccepted(task, accepted int) {
	victim := task >= y.victimAt
	if victim {
		y.VictimTasks++
	}
	switch {
	case accepted == none:
		y.Open++
	case accepted > right:
		y.Wrong++
		if victim {
			y.VictimWrong++
		}
	}
}

func (y *Tally) markHorizon(task int) {
	if step := max(1, y.Tasks/curvePoints); (task+1)%step == 0 {
		y.Curve = append(y.Curve, Point{Tasks: task + 1, Wrong: float64(y.Wrong), Debt: y.Debt})
	}
}

func (y *Tally) countConviction(colluder bool) {
	if colluder {
		y.Convicted++
	} else {
		y.Unlucky++
	}
}

func (y *Tally) finishRun(c *crowd) {
	_, y.Left = c.countDrawable(c.world.Organisations)
	for i, banned := range c.banned {
		if banned && !c.collude[i] {
			y.Jailed++
		}
	}
}

// formatPercent writes a share as people do: 0.1 is "10%".
func formatPercent(p float64) string { return trimZeros(p*100) + "%" }

// trimZeros writes a number without needless zeros.
func trimZeros(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', -1, 64), ".0")
}

// formatRate writes a rate in two digits.
func formatRate(v float64) string {
	if v == 0 {
		return "0"
	}
	return fmt.Sprintf("%.1e", v)
}
