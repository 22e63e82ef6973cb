package sim

import (
	"flag"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// `make adversaries` plays 100,000 tasks for each coalition and keeps the table in lab/results. Without these arguments the test is a smoke
// test of a few seconds.
var (
	adversaryTasks  = flag.Int("adversaries.tasks", 1_000, "tasks for each coalition")
	adversarySeeds  = flag.Int("adversaries.seeds", 3, "trials of each")
	adversarySeed   = flag.Uint64("adversaries.seed", 1, "seed of the first trial")
	adversaryOut    = flag.String("adversaries.out", "", "file for the table")
	adversaryCommit = flag.String("adversaries.commit", "unknown", "commit that is measured, for the table")
)

// TestAdversaries plays informed and patient coalitions of a fifth of the organisations against the transitions and ledgers of the chain.
// In the mean over the seeds, each ledger lets through no more wrong results than it was charged for, and no more than its bound.
func TestAdversaries(t *testing.T) {
	var rows []Standing
	trusts := []uint64{100, 10_000}
	if *adversaryOut == "" {
		trusts = trusts[:1]
	}
	for _, trust := range trusts {
		for _, c := range Adversaries(trust, *adversaryTasks, *adversarySeeds) {
			s := MeasureStanding(c, *adversarySeed)
			rows = append(rows, s)
			name := fmt.Sprintf("%s at trust %d", s.Population, trust)
			// Errors scatter as counts do. Charges scatter too, in steps as large as the largest: a lie that a lottery found once is
			// charged for all those that it did not find. A sum of independent steps up to m whose mean is D has a variance of at most m D.
			// The scatter is four standard deviations.
			scatter := func(expected float64) float64 {
				return 4 * math.Sqrt((1+s.Largest)*max(1, expected)/float64(*adversarySeeds))
			}
			require.LessOrEqual(t, s.Wrong.Mean, s.Debt.Mean+scatter(s.Debt.Mean), "%s: errors against charges", name)
			require.LessOrEqual(t, s.Wrong.Mean, s.Bound+scatter(s.Bound), "%s: errors against the bound", name)
			require.LessOrEqual(t, s.Debt.Mean, s.Bound, "%s: the debt is within its budget", name)
			require.LessOrEqual(t, s.VictimDebt.Mean, s.VictimBound, "%s: so is the victim's", name)
			require.LessOrEqual(t, s.VictimWrong.Mean, s.VictimBound+scatter(s.VictimBound), "%s: the victim's errors", name)
		}
	}
	table := fmt.Sprintf("# %d tasks for each coalition, half of them the coalition's own; 200 organisations, 40 of them collude and come back at once;\n# %d seeds from %d; commit %s\n\n%s",
		*adversaryTasks, *adversarySeeds, *adversarySeed, *adversaryCommit, StandingTable(rows))
	t.Log("\n" + table)
	if *adversaryOut != "" {
		require.NoError(t, os.WriteFile(*adversaryOut, []byte(table), 0o644))
	}
}
