package poco

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The tests of this file hold each rule that excuses somebody from a strike or a cost against two parties: one that was really out, which
// the rule must excuse, and one that works on and only says that it was out, which the rule must not excuse.

// strikesOf counts the strikes of missed reveals in the order in which they are told.
func strikesOf(missed []Outage) (strikes int) {
	var record Outage
	for _, m := range missed {
		next, strike := record.Strike(m)
		if record = next; strike {
			strikes++
		}
	}
	return strikes
}

// TestPretendedOutages: a worker that is out from one height on has committed to any number of tasks before, and misses all of these reveals
// at that height or later. It has one strike, in whatever order the tasks end. Another worker withholds the reveals of its lies one at a time, and
// takes new tasks in between. Each of its misses is a strike, since its commitments say that it is at work.
func TestPretendedOutages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.Int64Range(2, 1_000).Draw(t, "out from")
		var out, pretended []Outage
		height := from
		for range rapid.IntRange(1, 8).Draw(t, "reveals") {
			out = append(out, Outage{
				Committed: rapid.Int64Range(1, from-1).Draw(t, "committed"), Missed: from + rapid.Int64Range(0, 100).Draw(t, "missed"),
			})
			committed := height + rapid.Int64Range(0, 50).Draw(t, "works again")
			height = committed + rapid.Int64Range(1, 100).Draw(t, "misses again")
			pretended = append(pretended, Outage{committed, height})
		}
		require.Equal(t, 1, strikesOf(rapid.Permutation(out).Draw(t, "order")))
		require.Equal(t, len(pretended), strikesOf(rapid.Permutation(pretended).Draw(t, "order of the pretended")))
	})
}

// TestPretendedSilences: a court seat is out for a time in which any number of courts are in session: it has one fault. Another seat is
// silent where it likes and answers in other courts in between. Each court that was called after its last silence was counted is a fault, so that
// it is jailed at the last of the faults that the rule allows, however many answers it gave.
func TestPretendedSilences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := CourtStrikes{Most: rapid.Uint32Range(2, 6).Draw(t, "most"), Window: 1_000}
		length := rapid.Int64Range(1, 100).Draw(t, "length of a court")
		height := rapid.Int64Range(length, 500).Draw(t, "counted")
		record := CourtRecord{Since: height}
		var jail bool
		for i := range rapid.IntRange(1, 10).Draw(t, "courts at once") {
			record, jail = record.Note(true, height-rapid.Int64Range(1, length).Draw(t, "called before"), height+int64(i), rule)
			require.False(t, jail)
			require.EqualValues(t, 1, record.Count, "it was out once")
		}

		record = CourtRecord{Since: height}
		for n := uint32(1); n <= rule.Most; n++ {
			called := height + rapid.Int64Range(0, 100/int64(rule.Most)).Draw(t, "answers in between") // its answers leave no trace in the record
			height = called + length
			record, jail = record.Note(true, called, height, rule)
			require.Equal(t, n == rule.Most, jail)
		}
	})
}

// TestPretendedAbsences: all workers of an organisation fall silent in one outage, within a cooling: one absence. An organisation whose
// workers decline, or whose silences are further apart, is counted each time, and beyond its quota it cools longer each time.
func TestPretendedAbsences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := AbsenceRule{Quota: rapid.Uint32Range(0, 5).Draw(t, "quota"), Window: 100_000, Cooling: rapid.Int64Range(1, 50).Draw(t, "cooling")}
		height := rapid.Int64Range(1, 100).Draw(t, "from")
		var out Absences
		for range rapid.IntRange(1, 50).Draw(t, "workers") {
			out, _ = out.Note(true, height+rapid.Int64Range(0, rule.Cooling-1).Draw(t, "within"), rule)
			require.EqualValues(t, 1, out.Count)
		}
		declined, _ := out.Note(false, height, rule)
		require.EqualValues(t, 2, declined.Count, "whoever declines was there")
		var pretends Absences
		last := int64(0)
		for i := range rapid.Uint32Range(1, 12).Draw(t, "absences") {
			var cooling int64
			height += rule.Cooling + rapid.Int64Range(0, 100).Draw(t, "apart")
			pretends, cooling = pretends.Note(rapid.Bool().Draw(t, "silent or declines"), height, rule)
			require.Equal(t, i+1, pretends.Count)
			require.Equal(t, i+1 > rule.Quota, cooling > 0)
			require.True(t, cooling == 0 || cooling > last || i+1 > rule.Quota+maxDoublings)
			last = cooling
		}
	})
}

// TestExcusedEndings goes through all endings. A seat that was silent or withheld its reveal is excused in those in which nobody was asked to
// reveal, and in no other: a party that can choose how its task ends cannot choose to be excused. What it costs is the same in all others.
func TestExcusedEndings(t *testing.T) {
	excused := []Ending{EndBroken, EndCancelled, EndTooFew, EndEvidenceStopped, EndCourtUnpaid}
	seen := 0
	for e := EndNone + 1; e <= EndEvidenceStopped; e++ {
		withheld, silent, first := revealedSeat("w3", Outcome{}), revealedSeat("w2", Outcome{}), revealedSeat("w1", truth)
		withheld.State, withheld.Wave, silent.State, silent.Wave, first.Wave = SeatCommitted, 2, SeatSilent, 2, 1
		task := Task{Terms: testTerms(), Ending: e, Seats: []Seat{first, silent, withheld}, Court: bench(truth, truth, truth, truth)}
		if e == EndAccepted {
			task.ByCourt, task.Verdict = true, truth
		}
		s := task.settleEnding()
		require.Zero(t, s.Seats[0].Slash, "%s: it answered", e)
		if slices.Contains(excused, e) {
			seen++
			require.Equal(t, []Fault{FaultNone, FaultNone}, []Fault{s.Seats[1].Fault, s.Seats[2].Fault}, "%s", e)
			require.Zero(t, slashes(s.Seats), "%s", e)
			continue
		}
		require.Equal(t, []Fault{FaultSilent, FaultUnrevealed}, []Fault{s.Seats[1].Fault, s.Seats[2].Fault}, "%s", e)
		require.Equal(t, []uint64{40, 1_000}, []uint64{s.Seats[1].Slash, s.Seats[2].Slash}, "%s", e)
	}
	require.Len(t, excused, seen)
}
