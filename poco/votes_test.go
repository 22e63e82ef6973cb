package poco

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// votePlay returns a task under a voting policy, with the given number of planned seats.
func votePlay(t require.TestingT, policy string, trust uint64, planned, most uint32) *play {
	terms := testTerms()
	terms.Policy, terms.Trust, terms.MaxSeats, terms.CourtFee = policy, trust, most, 0
	p := newPlay(t, terms)
	p.second = func(Seat) (Plan, []Seat, bool) {
		var seats []Seat
		for i := uint32(1); i < planned; i++ {
			seats = append(seats, Seat{Who: fmt.Sprintf("x%d", i), Org: fmt.Sprintf("p%d", i)})
		}
		return Plan{Replicas: planned, Bound: BoundPolicy}, seats, true
	}
	return p
}

// wave has the seats of the last draw commit and reveal. An empty outcome is silence.
func (p *play) wave(outcomes ...Outcome) {
	if p.task.Phase == PhaseLocked {
		p.due(p.task.Deadline)
	}
	seats := p.task.Seats[len(p.task.Seats)-len(outcomes):]
	for i, o := range outcomes {
		require.Equal(p.t, SeatDrawn, seats[i].State)
		if o != (Outcome{}) {
			require.NoError(p.t, p.commit(BenchWorkers, seats[i].Who, o))
		}
	}
	if p.task.Phase == PhaseSecond {
		p.due(p.task.Deadline)
	}
	p.due(max(p.height, p.task.From)) // where no seat committed, this judges
	if p.task.Phase == PhaseReveal {
		p.revealAll(BenchWorkers)
	}
}

func votesOf(s *Settlement) (marks []VoteMark, confirmed []bool) {
	for _, e := range s.Seats {
		marks, confirmed = append(marks, e.Vote), append(confirmed, e.Confirmed)
	}
	return marks, confirmed
}

// TestAVoteMovesRecordsAndNoStake plays a jury and an iExec vote that a liar disturbs. More organisations are drawn. The liar's record
// falls, but its stake does not. A worker that was drawn after the first reveals confirms nothing.
func TestAVoteMovesRecordsAndNoStake(t *testing.T) {
	p := votePlay(t, PolicyJury, 100, 4, 9)
	p.toReveal(truth, truth, truth, lie)
	p.revealAll(BenchWorkers)
	require.Equal(t, PhaseLocked, p.task.Phase)
	p.wave(truth, truth)
	require.Equal(t, EndAccepted, p.task.Ending)
	marks, confirmed := votesOf(p.end)
	require.Equal(t, []VoteMark{MarkNone, MarkNone, MarkNone, MarkOutvoted, MarkNone, MarkNone}, marks)
	require.Equal(t, []bool{true, true, true, false, false, false}, confirmed)
	require.EqualValues(t, (9-5)*10, p.end.Refund, "what no seat was drawn for, and the liar's price, come back")
	p.checkEnd()

	p = votePlay(t, PolicyIExec, 4, 2, 9)
	p.toReveal(truth, lie)
	p.revealAll(BenchWorkers)
	p.wave(truth, truth, truth)
	require.Equal(t, EndAccepted, p.task.Ending)
	marks, confirmed = votesOf(p.end)
	require.Equal(t, []VoteMark{MarkAccurate, MarkFaulty, MarkAccurate, MarkAccurate, MarkAccurate}, marks)
	require.Equal(t, []bool{false, false, false, false, false}, confirmed)
	require.Zero(t, p.end.Burn)
	p.checkEnd()
}

// TestVotesEndWhereThereIsNoRoom: a vote that runs out of seats or waves is refunded and changes no record.
func TestVotesEndWhereThereIsNoRoom(t *testing.T) {
	for _, c := range []struct {
		policy  string
		trust   uint64
		planned uint32
	}{{PolicyJury, 100, 4}, {PolicyIExec, 8, 3}} {
		p := votePlay(t, c.policy, c.trust, c.planned, c.planned)
		others := make([]Outcome, c.planned-1)
		for i := range others {
			others[i] = truth
		}
		others[0] = lie
		p.toReveal(truth, others...)
		p.revealAll(BenchWorkers)
		require.Equal(t, EndUndecided, p.task.Ending, "the escrow pays for no other seat")
		marks, _ := votesOf(p.end)
		for _, m := range marks {
			require.Equal(t, MarkNone, m)
		}
		require.EqualValues(t, 50+10*c.planned, p.end.Refund)
		p.checkEnd()

		p = votePlay(t, c.policy, c.trust, c.planned, MaxReplicas)
		p.toReveal(truth, others...)
		p.revealAll(BenchWorkers)
		waves := uint32(1) // the planned wave
		for ; p.task.Phase == PhaseLocked; waves++ {
			p.due(p.task.Deadline)
			silent := make([]Outcome, len(p.task.Seats)-countSeats(p.task.Seats, func(s Seat) bool { return s.State != SeatDrawn }))
			p.wave(silent...)
		}
		require.Equal(t, p.task.Terms.MaxAttempts, waves)
		require.Equal(t, EndUndecided, p.task.Ending)
		p.checkEnd()
	}
}

func TestMarksApply(t *testing.T) {
	for _, c := range []struct {
		mark                 VoteMark
		confirmations, score uint64
	}{{MarkNone, 7, 10}, {MarkOutvoted, 0, 10}, {MarkAccurate, 7, 11}, {MarkFaulty, 7, 6}} {
		confirmations, score := c.mark.Apply(7, 10)
		require.Equal(t, []uint64{c.confirmations, c.score}, []uint64{confirmations, score}, "mark %d", c.mark)
	}
	for policy, want := range map[string]uint64{PolicyCredence: 7, PolicyJury: 7, PolicyQuorum: 7, PolicyIExec: 10, "none": 7} {
		require.Equal(t, want, ScoreUnder(policy, 7, 10), policy)
	}
}

// TestAVoteConvictsNobody: a task under a voting policy ends in any way. Only workers that did not reveal their commitment lose stake. A
// worker that gave the accepted answer loses neither stake nor record. All money is accounted for.
func TestAVoteConvictsNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy := rapid.SampledFrom([]Policy{Quorum{}, Jury{}, IExec{}}).Draw(t, "policy")
		p := votePlay(t, policy.Name(), rapid.SampledFrom([]uint64{2, 5, 100}).Draw(t, "trust"), rapid.Uint32Range(1, 7).Draw(t, "planned"), 12)
		random := rapid.SampledFrom([]Outcome{truth, truth, truth, lie, failing, noInput, abstain, {}})
		withheld := map[string]bool{}
		for range 200 {
			if p.task.Phase == PhaseDone {
				break
			}
			for _, s := range p.task.Seats {
				switch {
				case s.State == SeatDrawn:
					if o := random.Draw(t, "answer"); o != (Outcome{}) && p.commit(BenchWorkers, s.Who, o) == nil {
						withheld[s.Who] = rapid.IntRange(0, 5).Draw(t, "withholds") == 5
					}
				case hasCommitted(s) && !withheld[s.Who]:
					_ = p.reveal(BenchWorkers, s.Who)
				}
			}
			p.due(max(p.height+1, p.task.From))
			if p.task.Phase != PhaseReveal && p.task.Deadline > 0 {
				p.due(max(p.height, p.task.Deadline))
			}
		}
		p.checkEnd()
		for i, e := range p.end.Seats {
			require.Equal(t, e.Fault == FaultUnrevealed, e.Slash > 0, "%s: %s", e.Who, e.Fault)
			if e.Right {
				require.NotContains(t, []VoteMark{MarkOutvoted, MarkFaulty}, e.Vote)
			}
			if e.Confirmed {
				require.LessOrEqual(t, p.task.Seats[i].Wave, uint32(2))
			}
		}
	})
}

// TestFreeWorkMovesNoRecord: a coalition outvotes an honest worker in a free task. The worker's record stays the same.
func TestFreeWorkMovesNoRecord(t *testing.T) {
	for _, policy := range []string{PolicyJury, PolicyIExec} {
		for _, price := range []uint64{0, 10} {
			p := votePlay(t, policy, 2, 4, 9)
			p.task.Terms.Price = price
			p.toReveal(lie, lie, lie, truth)
			p.revealAll(BenchWorkers)
			require.Equal(t, EndAccepted, p.task.Ending, policy)
			marks, _ := votesOf(p.end)
			require.Equal(t, price > 0, marks[3] != MarkNone, "%s at price %d", policy, price)
			require.Equal(t, price > 0 && policy == PolicyIExec, marks[0] != MarkNone, "%s at price %d", policy, price)
			p.checkEnd()
		}
	}
}
