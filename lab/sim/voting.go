package sim

import (
	"fmt"
	"math"
	"math/big"

	"github.com/credence-chain/credence/lab/baseline"
)

// enough bounds the replicas that a vote asks for before it gives up the task.
const enough = 150

// MFirst is majority voting: the first answer with M copies is accepted (Sarmenta). Nobody is banned: the losers of a
// vote are not proven wrong.
type MFirst struct{ M int }

func (s MFirst) Name() string { return fmt.Sprintf("%d-first voting", s.M) }

func (s MFirst) Run(t Trial) Tally { return runInTurn(t, s) }

func (s MFirst) ExpectedError() float64 { return float64(s.M) }

func (s MFirst) DecideTask(a *Ask) Verdict {
	for seats := a.Batch(s.M); ; seats = a.Batch(1) {
		before := len(seats)
		if answer, n, _ := countMost(seats); n >= s.M {
			return a.Verdict(answer)
		}
		if before >= enough || before == len(a.crowd.collude) {
			return a.Verdict(none)
		}
	}
}

func (MFirst) LearnVerdict(*Verdict) []int { return nil }
func (MFirst) ForgetWorker(int)            {}

// MFirstFor returns the least M whose error is at most one in trust, if the given share of all answers is the coalition's lie.
func MFirstFor(share float64, trust uint64) MFirst {
	phi := new(big.Rat).SetFloat64(share)
	m, err := baseline.MinVotes(phi, new(big.Rat).SetFrac64(1, int64(trust)))
	if err != nil {
		panic(fmt.Sprintf("sim: votes for a share of %v and trust %d: %v", share, trust, err))
	}
	return MFirst{m}
}

// Iterative is iterative redundancy: an answer is accepted when it leads every other by Lead copies (Brun et al. 2011).
type Iterative struct{ Lead int }

func (s Iterative) Name() string { return fmt.Sprintf("iterative redundancy, lead %d", s.Lead) }

func (s Iterative) Run(t Trial) Tally { return runInTurn(t, s) }

func (s Iterative) ExpectedError() float64 { return float64(s.Lead) }

func (s Iterative) DecideTask(a *Ask) Verdict {
	for seats := a.Batch(s.Lead); ; {
		answer, first, second := countMost(seats)
		if first-second >= s.Lead {
			return a.Verdict(answer)
		}
		if len(seats) >= enough || len(seats) == len(a.crowd.collude) {
			return a.Verdict(none)
		}
		seats = a.Batch(s.Lead - (first - second)) // as many as could decide it
	}
}

func (Iterative) LearnVerdict(*Verdict) []int { return nil }
func (Iterative) ForgetWorker(int)            {}

// IterativeFor returns the least lead that is wrong at most once in trust, if the given share of all answers is the coalition's
// lie.
func IterativeFor(share float64, trust uint64) Iterative {
	return Iterative{int(math.Ceil(math.Log(float64(trust-1)) / math.Log((1-share)/share)))}
}
