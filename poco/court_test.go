package poco

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCourtCapacity(t *testing.T) {
	capacity := CourtCapacity{Slots: 3, FuelPerBlock: 100}
	for _, c := range []struct {
		name string
		load CourtLoad
		pace uint64
		exp  bool
	}{
		{"nothing on", CourtLoad{}, 1, true},
		{"nothing on, and it asks for more than there is", CourtLoad{}, 1 << 63, true},
		{"room", CourtLoad{2, 60}, 40, true},
		{"no fuel", CourtLoad{2, 60}, 41, false},
		{"no slot", CourtLoad{3, 3}, 1, false},
		{"more on than there is", CourtLoad{1, 1 << 63}, 1, false},
		{"no sum exceeds 64 bits", CourtLoad{1, 100}, ^uint64(0), false},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.exp, capacity.Admits(c.load, c.pace)) })
	}
}

func TestCourtPace(t *testing.T) {
	task := Task{Terms: Terms{CourtBlocks: 10, FuelLimit: 1_000}}
	require.EqualValues(t, 100, task.CourtPace())
	task.Terms.FuelLimit++
	require.EqualValues(t, 101, task.CourtPace(), "rounded up")
	task.Took = 100
	require.EqualValues(t, 4, task.CourtPace(), "over the window that it has")
	task.Terms.FuelLimit = 0
	require.EqualValues(t, 1, task.CourtPace(), "never for nothing")
}

// TestNobodysFloodDelaysAnother: requesters put any number of tasks into the court's line at any time. Whenever there is room, the court
// takes the first task of the line. No task waits behind more calls than CourtBound says. Of the tasks of one requester, the older one is
// called first.
func TestNobodysFloodDelaysAnother(t *testing.T) {
	type place struct {
		round, since uint64
		who          int
		called       int // calls before it entered
		own          int // tasks of its requester in the line, this one included
		others       map[int]bool
		first        int // requesters with places when it entered, its own included
	}
	rapid.Check(t, func(t *rapid.T) {
		var line []*place
		now, calls := uint64(0), 0 // the round that was called last; the number of calls so far
		lastOf := map[int]uint64{} // since of the requester's last called
		enter := func(who int, since uint64) {
			p := &place{since: since, who: who, called: calls, own: 1, others: map[int]bool{}}
			last := uint64(0)
			for _, o := range line {
				if o.who == who {
					p.own++
					last = max(last, o.round)
				} else {
					p.others[o.who] = true
					o.others[who] = true
				}
			}
			for _, o := range line {
				if o.who != who {
					o.others[who] = true
				}
			}
			p.first = 1 + len(p.others)
			p.round = CourtRound(now, last)
			line = append(line, p)
			slices.SortStableFunc(line, func(a, b *place) int {
				return cmp.Or(cmp.Compare(a.round, b.round), cmp.Compare(a.since, b.since))
			})
		}
		call := func() {
			p := line[0]
			line = line[1:]
			k := uint64(1 + len(p.others))
			if p.own == 1 {
				k = uint64(p.first)
			}
			require.LessOrEqual(t, uint64(calls-p.called), CourtBound(uint64(p.own), k), "requester %d, its %d. of %d requesters", p.who, p.own, k)
			require.GreaterOrEqual(t, p.round, now, "rounds are called in their order")
			require.GreaterOrEqual(t, p.since, lastOf[p.who], "oldest first")
			now, lastOf[p.who] = p.round, p.since
			calls++
		}
		for step := range uint64(rapid.IntRange(1, 40).Draw(t, "steps")) {
			who := rapid.IntRange(0, 4).Draw(t, "requester")
			for range rapid.SampledFrom([]int{0, 1, 1, 2, 30}).Draw(t, "tasks") {
				enter(who, step)
			}
			for range min(len(line), rapid.IntRange(0, 4).Draw(t, "called")) {
				call()
			}
		}
		for len(line) > 0 {
			call()
		}
	})
}

// TestSilentSeatsAreAwaitedAnew: too few answers leave a court without a verdict, and it is called again. A seat that has answered has done
// its work. A seat that has not answered runs the task now. A commitment of the earlier session opens nothing.
func TestSilentSeatsAreAwaitedAnew(t *testing.T) {
	p := newPlay(t, testTerms())
	p.recalls = 2
	p.toReveal(truth, lie, truth)
	p.revealAll(BenchWorkers)
	require.NoError(t, p.commit(BenchCourt, "v1", truth))
	require.NoError(t, p.commit(BenchCourt, "v2", truth))
	require.NoError(t, p.commit(BenchCourt, "v3", lie))
	p.due(p.task.Deadline)
	require.NoError(t, p.reveal(BenchCourt, "v1"))
	require.NoError(t, p.reveal(BenchCourt, "v2"))
	p.due(p.task.Deadline) // v3 withholds, v4 is silent

	require.Equal(t, PhaseCourtCommit, p.task.Phase)
	require.EqualValues(t, 1, p.task.Recalls)
	require.EqualValues(t, 1, p.task.AttemptOn(BenchWorkers))
	require.EqualValues(t, 2, p.task.AttemptOn(BenchCourt))
	require.Equal(t, p.height, p.task.CourtCalled)
	require.Equal(t, []SeatState{SeatRevealed, SeatRevealed, SeatDrawn, SeatDrawn}, states(p.task.Court))
	require.ErrorIs(t, p.commit(BenchCourt, "v1", lie), ErrAlready)
	require.NoError(t, p.commit(BenchCourt, "v3", truth))
	p.due(p.task.Deadline)
	require.NoError(t, p.reveal(BenchCourt, "v3"))
	p.due(p.task.Deadline)
	require.True(t, p.task.ByCourt)
	require.Equal(t, truth, p.task.Verdict)
	p.checkEnd()
	require.Equal(t, []Dispute{DisputeWon, DisputeNone, DisputeWon}, disputes(*p.end))
	require.Equal(t, FaultWrong, p.end.Seats[1].Fault)
}

// TestACourtOfThoseWhoAnswered: the silent seats have left when the court is called again. The court then awaits no seat.
func TestACourtOfThoseWhoAnswered(t *testing.T) {
	p := newPlay(t, testTerms())
	p.recalls = 1
	p.toReveal(truth, lie, truth)
	p.revealAll(BenchWorkers)
	two := p.court()[:2]
	p.courtSays2(func() { p.court = func() []Seat { return two } }, truth, truth)
	require.Equal(t, PhaseCourtCommit, p.task.Phase)
	require.Equal(t, p.height, p.task.Deadline)
	p.due(p.height)
	require.Equal(t, EndAccepted, p.task.Ending)
	p.checkEnd()
}

// courtSays2 is courtSays, but calls a function before the court is judged.
func (p *play) courtSays2(before func(), answers ...Outcome) {
	for i, o := range answers {
		require.NoError(p.t, p.commit(BenchCourt, p.task.Court[i].Who, o))
	}
	p.due(p.task.Deadline)
	for i := range answers {
		require.NoError(p.t, p.reveal(BenchCourt, p.task.Court[i].Who))
	}
	before()
	p.due(p.task.Deadline)
}

// TestSilenceIsNoJudgement: the court stays silent. The task is refunded, and a dispute between workers stays open. A worker that was
// silent, or said that it has no answer, is in no dispute.
func TestSilenceIsNoJudgement(t *testing.T) {
	for _, c := range []struct {
		answers []Outcome
		exp     []Dispute
	}{
		{[]Outcome{truth, lie, truth}, []Dispute{DisputeUndecided, DisputeUndecided, DisputeUndecided}},
		{[]Outcome{lie, noInput, truth}, []Dispute{DisputeUndecided, DisputeNone, DisputeUndecided}},
		{[]Outcome{truth, noInput, noInput}, []Dispute{DisputeUndecided, DisputeNone, DisputeNone}},
		{[]Outcome{noInput, abstain, truth}, []Dispute{DisputeNone, DisputeNone, DisputeUndecided}},
	} {
		t.Run(fmt.Sprint(c.answers[0].Kind, c.answers[1].Kind, c.answers[2].Kind), func(t *testing.T) {
			p := newPlay(t, testTerms())
			p.recalls = 2
			p.toReveal(c.answers[0], c.answers[1:]...)
			p.revealAll(BenchWorkers)
			for range 3 {
				require.Equal(t, PhaseCourtCommit, p.task.Phase)
				p.due(p.task.Deadline)
			}
			require.Equal(t, EndCourtSilent, p.task.Ending)
			require.EqualValues(t, 3, p.task.Recalls)
			p.checkEnd()
			require.Equal(t, c.exp, disputes(*p.end))
		})
	}
	p := newPlay(t, testTerms())
	p.gate = func() Gate { return GateShut } // the court is called without a dispute
	p.toReveal(truth, truth, truth)
	p.revealAll(BenchWorkers)
	p.courtSays()
	require.Equal(t, []Dispute{DisputeNone, DisputeNone, DisputeNone}, disputes(*p.end))
}

// TestWhileItWaitsNothingIsLate: while a task waits in the court's line, no window runs and no answer is taken.
func TestWhileItWaitsNothingIsLate(t *testing.T) {
	p := newPlay(t, testTerms())
	p.toReveal(truth, lie, truth)
	for _, s := range p.task.Seats {
		require.NoError(t, p.reveal(BenchWorkers, s.Who))
	}
	next, effects, err := p.task.Apply(Due{p.task.Deadline})
	require.NoError(t, err)
	require.Equal(t, []Effect{OpenCourt{}}, effects)
	require.Zero(t, next.Deadline)
	_, _, err = next.Apply(Committed{Height: p.height, Bench: BenchCourt, Who: "v1", Attempt: 1})
	require.Error(t, err)
	late := p.height + 1_000_000
	opened, _, err := next.Apply(CourtOpened{late, p.court()})
	require.NoError(t, err)
	require.Equal(t, late+p.task.Terms.CourtBlocks, opened.Deadline)
	_, _, err = next.Apply(CourtGivenUp{late})
	require.NoError(t, err)
	_, _, err = opened.Apply(CourtGivenUp{late})
	require.ErrorIs(t, err, ErrWrongPhase)
}

func states(seats []Seat) (out []SeatState) {
	for _, s := range seats {
		out = append(out, s.State)
	}
	return out
}

func disputes(s Settlement) (out []Dispute) {
	for _, e := range s.Seats {
		out = append(out, e.Dispute)
	}
	return out
}
