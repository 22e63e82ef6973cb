package sim

import (
	"math/big"

	"github.com/credence-chain/credence/poco/iexec"
)

// IExec is iExec's Proof of Contribution with the contracts' own weights, test of consensus and scores (poco/iexec).
// Workers contribute one after the other until the trust is reached; nobody is banned.
type IExec struct{}

func (IExec) Name() string { return "iExec PoCo" }

func (IExec) Run(t Trial) Tally {
	return runInTurn(t, &contracts{trust: new(big.Int).SetUint64(t.World.Trust), score: make([]uint64, len(newCrowd(t.World, NewDice(0, 0)).collude))})
}

// contracts is a trial's state of the contracts.
type contracts struct {
	trust *big.Int
	score []uint64
}

func (s *contracts) ExpectedError() float64 {
	n, c := 0.0, iexec.NewConsensus()
	for i := 0; i < len(s.score); i++ {
		n++
		c, _ = c.Add(iexec.Digest{}, iexec.Weight(s.score[i]))
		if ok, err := c.Reached(iexec.Digest{}, s.trust); ok || err != nil {
			break
		}
	}
	return n
}

// hashAnswer names an answer.
func hashAnswer(answer int) iexec.Digest {
	var d iexec.Digest
	d[0], d[1], d[2] = 1, byte(answer), byte(answer>>8)
	return d
}

func (s *contracts) DecideTask(a *Ask) Verdict {
	// Who contributes is known before anybody does: as many as would agree on the trust.
	unanimous := iexec.NewConsensus()
	seats := a.BatchWhile(func(w int) bool {
		var err error
		if unanimous, err = unanimous.Add(iexec.Digest{}, iexec.Weight(s.score[w])); err != nil {
			return false
		}
		ok, err := unanimous.Reached(iexec.Digest{}, s.trust)
		return !ok && err == nil
	})
	tally := iexec.NewConsensus()
	for at := 0; ; {
		for ; at < len(seats); at++ {
			seat := seats[at]
			if seat.Answer == none {
				continue
			}
			next, err := tally.Add(hashAnswer(seat.Answer), iexec.Weight(s.score[seat.Worker]))
			if err != nil {
				return a.Verdict(none) // the contract refuses the contribution, and every later one
			}
			tally = next
			if ok, err := tally.Reached(hashAnswer(seat.Answer), s.trust); err != nil {
				return a.Verdict(none)
			} else if ok {
				a.seats = seats[:at+1]
				return a.Verdict(seat.Answer)
			}
		}
		before := len(seats)
		if seats = a.Batch(1); before >= enough || len(seats) == before {
			return a.Verdict(none)
		}
	}
}

func (s *contracts) LearnVerdict(v *Verdict) []int {
	if v.Accepted == none {
		return nil
	}
	for _, seat := range v.Seats {
		event := iexec.Accurate
		switch {
		case seat.Answer == none:
			continue // it contributed nothing
		case seat.Answer != v.Accepted:
			event = iexec.Faulty
		case len(v.Seats) == 1:
			event = iexec.Alone
		}
		s.score[seat.Worker] = iexec.Score(s.score[seat.Worker], event)
	}
	return nil
}

func (s *contracts) ForgetWorker(worker int) { s.score[worker] = 0 }
