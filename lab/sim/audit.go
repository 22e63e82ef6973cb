package sim

import "fmt"

// Audit asks N workers, and a court when they disagree or, with a chance, all the same (Truebit, Verde, optimistic
// schemes with audits). Whoever the court finds wrong is banned. The N workers are public before they answer; N > 1 and
// no chance is unanimity.
type Audit struct {
	N      int
	Chance float64
}

func (s Audit) Name() string {
	if s.Chance == 0 {
		return fmt.Sprintf("unanimity of %d, court", s.N)
	}
	return fmt.Sprintf("%d replicas, %s audited", s.N, formatPercent(s.Chance))
}

func (s Audit) Run(t Trial) Tally { return runInTurn(t, s) }

func (s Audit) ExpectedError() float64 { return float64(s.N) }

func (s Audit) DecideTask(a *Ask) Verdict {
	seats := a.Batch(s.N)
	if answer, n, _ := countMost(seats); n == s.N && !a.dice.Flip(s.Chance) {
		return a.Verdict(answer)
	}
	return a.Court()
}

func (Audit) LearnVerdict(v *Verdict) []int {
	if !v.Court {
		return nil
	}
	return v.wrongWorkers()
}

func (Audit) ForgetWorker(int) {}
