package poco

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// totals returns what each replica has gained at the end of a task, less what it has lost.
func totals(s Settlement) map[string]int64 {
	has := map[string]int64{}
	for _, e := range s.Seats {
		has[e.Who] -= int64(e.Slash)
	}
	for _, p := range append(slices.Clone(s.FromEscrow), s.FromStake...) {
		if p.Party == PartyWorker {
			has[p.To] += int64(p.Amount)
		}
	}
	return has
}

// requireNoneRises demands that no replica has more than before, except the silenced one.
func requireNoneRises(t require.TestingT, before, after Settlement, silent string) {
	was := totals(before)
	for who, has := range totals(after) {
		if who != silent {
			require.LessOrEqual(t, has, was[who], "%s earns by the silence of %s", who, silent)
		}
	}
}

// silences are the ways to keep a replica from giving its right answer.
var silences = map[string]func(*Seat){
	"keeps silent":       func(s *Seat) { s.State, s.Outcome = SeatSilent, Outcome{} },
	"does not reveal":    func(s *Seat) { s.State, s.Outcome = SeatCommitted, Outcome{} },
	"opens late":         func(s *Seat) { s.Missed = 1 },
	"misses an input":    func(s *Seat) { s.Outcome = noInput },
	"has no time to run": func(s *Seat) { s.Outcome = abstain },
}

// TestNobodyEarnsByAnothersSilence: a replica may keep another from the chain, or keep an input from it. In any accepted task, a replica
// that was right now gives no answer. No other replica gains by that, whatever it did.
func TestNobodyEarnsByAnothersSilence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		task := anyEnded(t, EndAccepted)
		if rapid.Bool().Draw(t, "a lie, and something to share") {
			task.ByCourt, task.Terms.InformerBps = true, 2_000
			task.Terms.Stake, task.Terms.CourtFee = 1_000, rapid.Uint64Range(0, 150).Draw(t, "fee")
			task.Plan.StakeFloor, task.Court = 1, bench(task.Verdict, task.Verdict, task.Verdict, task.Verdict)
			others := rapid.SliceOfN(rapid.SampledFrom([]Outcome{task.Verdict, noInput, lie}), 0, 2).Draw(t, "others")
			task.Seats = faulted(1, rapid.SampledFrom([]uint64{0, LongRecord}).Draw(t, "score"), append(others, lie, task.Verdict, task.Verdict)...).Seats
		}
		before := task.settleEnding()
		for i, e := range before.Seats {
			if !e.Right {
				continue
			}
			for _, silence := range silences {
				silenced := task
				silenced.Seats = slices.Clone(task.Seats)
				silence(&silenced.Seats[i])
				after := silenced.settleEnding()
				checkSettlement(t, task.Terms, after)
				requireNoneRises(t, before, after, e.Who)
			}
		}
	})
}

// TestSilenceInEveryRow performs the same attack on the outcome table: on every life that ends with an accepted answer under the policy
// with a court. The task lives on after the silence. It may then need a court, which finds the answer that the silent replica would have
// given.
func TestSilenceInEveryRow(t *testing.T) {
	compared := 0
	for _, row := range readOutcomeTable(t) {
		_, vote := PolicyByName(row.how)
		if _, before := row.live(t); before.Ending == EndAccepted && !vote {
			for i, e := range before.Seats {
				if !e.Right {
					continue
				}
				for _, letter := range []string{"x", "i", "a", "-", strings.TrimSuffix(row.replicas[i], "*") + "*"} {
					if letter == "-" && i == 0 {
						continue // another worker is drawn in the place of a silent first worker
					}
					silenced := row
					silenced.replicas = slices.Clone(row.replicas)
					silenced.replicas[i] = letter
					if len(row.court) == 0 {
						silenced.court = slices.Repeat([]string{strings.TrimSuffix(row.replicas[i], "*")}, 4)
					}
					t.Run(fmt.Sprintf("line %d, %s says %s", row.line, e.Who, letter), func(t *testing.T) {
						_, after := silenced.live(t)
						requireNoneRises(t, before, after, e.Who)
						compared++
					})
				}
			}
		}
	}
	require.Greater(t, compared, 20)
}

// TestInformersPart: a lie costs 1,000, the court takes 40, and the workers who were right get a fifth.
func TestInformersPart(t *testing.T) {
	for _, tc := range []struct {
		name    string
		answers []Outcome
		score   uint64
		part    uint64
	}{
		{"alone", []Outcome{truth, lie}, 0, 192},
		{"two share", []Outcome{truth, truth, lie}, 0, 96},
		{"one of two had no input: its part is burnt", []Outcome{truth, noInput, lie}, 0, 96},
		{"two liars", []Outcome{lie, truth, lie}, 0, 392},
		{"a long record loses a quarter", []Outcome{truth, truth, lie}, LongRecord, 21},
		{"and counts as a quarter where it loses all, since one gave no answer", []Outcome{truth, noInput, lie}, LongRecord, 21},
	} {
		t.Run(tc.name, func(t *testing.T) {
			task := faulted(100, tc.score, tc.answers...)
			s := task.settleEnding()
			checkSettlement(t, task.Terms, s)
			for i, e := range s.Seats {
				var want uint64
				if tc.answers[i] == truth {
					want = tc.part
				}
				require.Equal(t, want, paid(s.FromStake, PartyWorker, e.Who, -1))
			}
		})
	}
}
