package poco

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// faulted returns a task of three replicas, some of them wrong, that the court has judged.
func faulted(floor, score uint64, answers ...Outcome) Task {
	terms := testTerms()
	task := Task{
		Terms: terms, Ending: EndAccepted, ByCourt: true, Verdict: truth, Planned: true, Seated: true,
		Plan: Plan{Replicas: 3, StakeFloor: floor}, Court: bench(truth, truth, truth, truth),
	}
	for i, o := range answers {
		s := revealedSeat("w"+string(rune('1'+i)), o)
		s.Wave, s.Score = uint32(min(i, 1)+1), score
		task.Seats = append(task.Seats, s)
	}
	return task
}

// TestTheFirstFaultOfALongRecord: the stake is 1,000 and the court costs 40. A worker with a long record that is wrong alone loses what the
// plan needs, and a quarter at least. In all other cases it loses everything.
func TestTheFirstFaultOfALongRecord(t *testing.T) {
	for _, tc := range []struct {
		name    string
		task    Task
		slashes []uint64
	}{
		{"a quarter", faulted(100, LongRecord, lie, truth, truth), []uint64{250, 0, 0}},
		{"in wave 2", faulted(100, LongRecord, truth, lie, truth), []uint64{0, 250, 0}},
		{"what the plan needs", faulted(700, LongRecord, lie, truth, truth), []uint64{700, 0, 0}},
		{"a record that is not long", faulted(100, LongRecord-1, lie, truth, truth), []uint64{1_000, 0, 0}},
		{"two are wrong alike", faulted(100, LongRecord, lie, lie, truth), []uint64{1_000, 1_000, 0}},
		{"two are wrong", faulted(100, LongRecord, lie, failing, truth), []uint64{1_000, 1_000, 0}},
		{"another has no answer", faulted(100, LongRecord, lie, truth, abstain), []uint64{1_000, 0, 40}},
		{"nobody confirms the others", faulted(100, LongRecord, lie), []uint64{1_000}},
		{"a plan that weighed nothing", faulted(0, LongRecord, lie, truth, truth), []uint64{1_000, 0, 0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := tc.task.settleEnding()
			var got []uint64
			for _, e := range s.Seats {
				got = append(got, e.Slash)
			}
			require.Equal(t, tc.slashes, got)
			checkSettlement(t, tc.task.Terms, s)
		})
	}
	task := faulted(100, LongRecord, lie, truth, truth)
	task.Seats[0] = Seat{Who: "w1", Wave: 1, State: SeatCommitted, Score: LongRecord}
	require.EqualValues(t, 1_000, task.settleEnding().Seats[0].Slash, "who withholds has no excuse")
}

// TestAFarmedRecordIsNoLicence: the first fault of a long record costs least. Lying still pays no better than the truth for a coalition
// that succeeds with the plan's chance x: x (G + r) - (1-x) cost - c <= r - c, the inequality of the stake. It is exact for all x, values
// and prices.
func TestAFarmedRecordIsNoLicence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := Q64{Lo: rapid.Uint64Range(0, 1<<63).Draw(t, "x")}
		terms := testTerms()
		terms.Price = rapid.Uint64Range(0, 1_000).Draw(t, "price")
		terms.Value = rapid.Uint64Range(0, 1<<40).Draw(t, "value")
		terms.CourtFee = max(terms.Price, 10)
		terms.Stake = rapid.Uint64Range(0, 1<<50).Draw(t, "stake")
		floor, ok := StakeNeeded(x, terms.Exposure(4))
		if !ok || floor > terms.Stake {
			return // no such plan is made
		}
		task := faulted(floor, LongRecord, lie, truth, truth)
		task.Terms = terms
		cost := new(big.Int).SetUint64(task.wrongCost(task.Seats[0]))
		unit := new(big.Int).Lsh(big.NewInt(1), 64)
		// A liar that does not run the task saves c, which is r. Lying gains x (G + r) - (1-x) cost, and the truth gains r - c = 0.
		gain := new(big.Int).Mul(x.Big(), new(big.Int).SetUint64(terms.Value))
		loss := new(big.Int).Mul(new(big.Int).Sub(unit, x.Big()), new(big.Int).Add(cost, new(big.Int).SetUint64(terms.Reward())))
		loss.Sub(loss, new(big.Int).Mul(unit, new(big.Int).SetUint64(terms.Reward())))
		require.LessOrEqual(t, gain.Cmp(loss), 0, "S >= (x G + c)/(1-x) - r with the cost in place of S")
		require.GreaterOrEqual(t, task.wrongCost(task.Seats[0]), min(terms.Stake, 4*terms.CourtFee), "it pays the court")
	})
}
