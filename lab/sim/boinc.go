package sim

import "github.com/credence-chain/credence/lab/baseline"

// BOINC is BOINC's validator with a quorum of two. With adaptive replication, a host with ten valid results in a row mostly runs
// alone. A host that is found wrong loses only its count.
type BOINC struct{ Adaptive bool }

func (s BOINC) Name() string {
	if s.Adaptive {
		return "BOINC adaptive replication"
	}
	return "BOINC quorum 2"
}

func (s BOINC) Run(t Trial) Tally {
	return runInTurn(t, &boinc{BOINC: s, valid: make([]int64, len(newCrowd(t.World, NewDice(0, 0)).collude))})
}

type boinc struct {
	BOINC
	valid []int64 // valid replicated results in a row
}

// isTrusted is baseline.Trusted with a float.
func isTrusted(valid int64, random float64) bool {
	return valid >= baseline.TrustedFrom && random > 1/float64(valid)
}

func (s *boinc) ExpectedError() float64 {
	if !s.Adaptive {
		return 2
	}
	alone := 0
	for _, v := range s.valid {
		if v >= baseline.TrustedFrom {
			alone++
		}
	}
	return 2 - float64(alone)/float64(len(s.valid))
}

func (s *boinc) DecideTask(a *Ask) Verdict {
	alone := false
	seats := a.BatchWhile(func(w int) bool {
		if len(a.seats) == 1 {
			alone = s.Adaptive && isTrusted(s.valid[w], a.dice.Float64())
			return !alone
		}
		return false
	})
	for {
		answer, n, _ := countMost(seats)
		if n >= 2 || alone && n == 1 {
			return a.Verdict(answer)
		}
		before := len(seats)
		if seats = a.Batch(1); before >= enough || len(seats) == before {
			return a.Verdict(none)
		}
	}
}

func (s *boinc) LearnVerdict(v *Verdict) []int {
	if v.Accepted == none {
		return nil
	}
	for _, seat := range v.Seats {
		event := baseline.ValidUnreplicated
		switch {
		case seat.Answer == none:
			event = baseline.TimedOut
		case seat.Answer != v.Accepted:
			event = baseline.Invalid
		case len(v.Seats) > 1:
			event = baseline.ValidReplicated
		}
		s.valid[seat.Worker] = baseline.Consecutive(s.valid[seat.Worker], event)
	}
	return nil
}

func (s *boinc) ForgetWorker(worker int) { s.valid[worker] = 0 }
