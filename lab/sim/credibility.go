package sim

import (
	"fmt"
	"math"
)

// Credibility is Sarmenta's credibility-based voting. A worker's credibility follows from the checks that it passed, and equal
// answers multiply theirs. An answer is accepted when its group's credibility reaches 1 - 1/trust. Votes count as checks.
type Credibility struct {
	Share     float64 // f, the assumed share of bad workers
	Blacklist bool    // losers of a vote, and whoever fails a spot-check, are banned; otherwise they begin anew
	Spot      float64 // share of assignments that are spot-checks
}

func (s Credibility) Name() string {
	name := "credibility, no blacklist"
	if s.Blacklist {
		name = "credibility, blacklist"
	}
	if s.Spot > 0 {
		name += fmt.Sprintf(", %s spot-checks", formatPercent(s.Spot))
	}
	return name
}

func (s Credibility) Run(t Trial) Tally {
	return runInTurn(t, &credibility{Credibility: s, world: t.World, passed: make([]int, len(newCrowd(t.World, NewDice(0, 0)).collude))})
}

type credibility struct {
	Credibility
	world  World
	passed []int
}

// oddsOf returns the odds that a worker's answer is right: CrP/(1-CrP) of lab/baseline.
func (s *credibility) oddsOf(worker int) float64 {
	k := float64(s.passed[worker])
	bad := s.Share
	switch {
	case k == 0:
	case s.Blacklist:
		bad = s.Share / ((1 - s.Share) * k * math.E)
	default:
		bad = s.Share / k
	}
	return (1 - bad) / bad
}

// reachesTarget says whether the best group of answers is credible enough: CrG = O_a/(1 + sum of O) >= 1 - 1/trust.
func (s *credibility) reachesTarget(seats []Seat) (answer int, ok bool) {
	answer, best, total := none, 0.0, 1.0
	for i, seat := range seats {
		if seat.Answer == none || hasAnswer(seats[:i], seat.Answer) {
			continue
		}
		odds := 1.0
		for _, o := range seats[i:] {
			if o.Answer == seat.Answer {
				odds *= s.oddsOf(o.Worker)
			}
		}
		total += odds
		if odds > best {
			answer, best = seat.Answer, odds
		}
	}
	return answer, best >= float64(s.world.Trust-1)*(total-best)
}

func (s *credibility) ExpectedError() float64 {
	odds, n, mean := float64(s.world.Trust-1), 0.0, 0.0
	for i := range s.passed {
		mean += math.Log(s.oddsOf(i)) / float64(len(s.passed))
	}
	for n = 1; n*mean < math.Log(odds); n++ {
	}
	return n
}

func (s *credibility) DecideTask(a *Ask) Verdict {
	odds := 1.0
	seats := a.BatchWhile(func(w int) bool { odds *= s.oddsOf(w); return odds < float64(s.world.Trust-1) })
	for {
		answer, ok := s.reachesTarget(seats)
		if ok || len(seats) >= enough {
			v := a.Verdict(answer)
			if !ok {
				v.Accepted = none
			}
			s.spotCheck(a, &v)
			return v
		}
		before := len(seats)
		if seats = a.Batch(1); len(seats) == before {
			return a.Verdict(none)
		}
	}
}

// spotCheck gives workers of a task work with a known answer, so that a share Spot of all assignments are checks.
func (s *credibility) spotCheck(a *Ask, v *Verdict) {
	if s.Spot == 0 {
		return
	}
	for _, seat := range v.Seats {
		if !a.dice.Flip(s.Spot / (1 - s.Spot)) {
			continue
		}
		v.Audits++
		if a.Check(seat.Worker) {
			v.Passed = append(v.Passed, seat.Worker)
		} else {
			v.Failed = append(v.Failed, seat.Worker)
		}
	}
}

func (s *credibility) LearnVerdict(v *Verdict) (convicted []int) {
	for _, seat := range v.Seats {
		if v.Accepted != none && seat.Answer == v.Accepted {
			s.passed[seat.Worker]++
		}
	}
	for _, w := range v.Passed {
		s.passed[w]++
	}
	caught := append(v.wrongWorkers(), v.Failed...)
	for _, w := range caught {
		s.passed[w] = 0
	}
	if s.Blacklist {
		return caught
	}
	return nil
}

func (s *credibility) ForgetWorker(worker int) { s.passed[worker] = 0 }
