package sim

import "fmt"

// Audit asks N workers. It asks a court when they disagree and, with a chance, also when they agree (Truebit, Verde, optimistic
// schemes with audits). A worker that the court finds wrong is banned. The names of the N workers are public before they answer. N
// > 1 and chance 0 is unanimity.
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
