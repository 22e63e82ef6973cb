package sim

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/lab/baseline"
)

// measured returns the means of a cell.
func measured(s Scheme, w World, p Population, seeds int) Row {
	return Cell{Scheme: s, World: w, Population: p, Seeds: seeds}.Measure(1)
}

// near checks that a measured mean equals an expected value, within five standard errors and a share for the effects that formulas leave
// out.
func near(t *testing.T, want float64, got Mean, share float64, what string) {
	t.Helper()
	require.InDelta(t, want, got.Mean, 5*got.Error+share*want, what)
}

// vote computes how often a vote between always lying colluders and honest workers goes wrong, and how many workers are asked, when no
// worker is asked twice. The published formulas draw with replacement.
func vote(colluding, all int, decided func(lies, truths int) bool) (wrong, results float64) {
	var play func(lies, truths int, chance float64)
	play = func(lies, truths int, chance float64) {
		switch {
		case chance == 0:
		case decided(lies, truths):
			results += chance * float64(lies+truths)
			if lies > truths {
				wrong += chance
			}
		default:
			p := float64(colluding-lies) / float64(all-lies-truths)
			play(lies+1, truths, chance*p)
			play(lies, truths+1, chance*(1-p))
		}
	}
	play(0, 0, 1)
	return wrong, results
}

func TestMFirstIsItsFormula(t *testing.T) {
	for _, m := range []int{2, 3} {
		wrong, results := vote(40, 200, func(lies, truths int) bool { return max(lies, truths) >= m })
		published, _, err := baseline.MFirst(big.NewRat(1, 5), m)
		require.NoError(t, err)
		v, _ := published.Float64()
		require.InEpsilon(t, v, wrong, 0.05)
		r := measured(MFirst{m}, Standard(100, 5_000), Static{Chance: 1}, 4)
		near(t, wrong, r.Rate, 0, "raw error")
		near(t, wrong, r.Likely, 0, "sampled error")
		near(t, results, r.Executions, 0, "executions")
	}
	require.Equal(t, MFirst{7}, MFirstFor(0.2, 100))
	require.Equal(t, MFirst{16}, MFirstFor(0.2, 10_000))
	require.Equal(t, MFirst{26}, MFirstFor(0.2, 1_000_000))
}

func TestIterativeIsItsFormula(t *testing.T) {
	wrong, results := vote(40, 200, func(lies, truths int) bool { return max(lies-truths, truths-lies) >= 3 || lies+truths > 20 })
	published, _, err := baseline.Iterative(big.NewRat(4, 5), 3)
	require.NoError(t, err)
	v, _ := published.Float64()
	require.InEpsilon(t, v, wrong, 0.2)
	r := measured(Iterative{3}, Standard(100, 5_000), Static{Chance: 1}, 4)
	near(t, wrong, r.Rate, 0.01, "raw error")
	near(t, wrong, r.Likely, 0.01, "sampled error")
	near(t, results, r.Executions, 0.01, "executions")
	require.Equal(t, Iterative{10}, IterativeFor(0.2, 1_000_000))
}

// Tilted dice find rare errors where counting finds none. Three colluders, each lying once in twenty, agree on a lie once in a million
// tasks.
func TestRareErrorsAreSampled(t *testing.T) {
	want := 40. / 200 * 39 / 199 * 38 / 198 / (20 * 20 * 20)
	w := Standard(100, 10_000)
	w.Strikes = 1 << 30 // no worker is banned, so that every task is equally likely to go wrong
	r := measured(Audit{N: 3}, w, Static{Chance: 0.05}, 4)
	require.Zero(t, r.Wrong)
	require.InDelta(t, 3/40_000.0, r.Upper, 1e-9)
	near(t, want, r.Likely, 0, "sampled error")
	require.Less(t, r.Likely.Error, want/4)
}

func TestCredibilityIsSarmentas(t *testing.T) {
	for _, blacklist := range []bool{true, false} {
		s := &credibility{Credibility: Credibility{Share: 0.2, Blacklist: blacklist}, world: Standard(1_000_000, 1), passed: []int{0, 3, 6, 100}}
		of := baseline.CrP
		if blacklist {
			of = baseline.CrPBlacklist
		}
		var groups [][]*big.Rat
		for i, k := range s.passed {
			c, err := of(big.NewRat(1, 5), int64(k))
			require.NoError(t, err)
			v, _ := c.Float64()
			require.InEpsilon(t, v/(1-v), s.oddsOf(i), 1e-9, "%d passed", k)
			groups = append(groups, []*big.Rat{c})
		}
		// Workers 2 and 3 agree against worker 1.
		all, err := baseline.CrG([][]*big.Rat{{groups[2][0], groups[3][0]}, {groups[1][0]}})
		require.NoError(t, err)
		g, _ := all[0].Float64()
		seats := []Seat{{2, right}, {3, right}, {1, lie}}
		for _, trust := range []uint64{uint64(1 / (1 - g)), uint64(1/(1-g)) + 1} {
			s.world.Trust = trust
			answer, ok := s.reachesTarget(seats)
			require.Equal(t, right, answer)
			require.Equal(t, 1-1/float64(trust) <= g, ok, "trust %d", trust)
		}
	}
}

func TestBOINCIsItsValidator(t *testing.T) {
	for _, valid := range []int64{0, 9, 10, 11, 50} {
		for _, random := range []float64{0, 0.05, 0.0999, 0.11, 0.5, 0.99} {
			require.Equal(t, baseline.Trusted(valid, new(big.Rat).SetFloat64(random)), isTrusted(valid, random))
		}
	}
	r := measured(BOINC{Adaptive: true}, Standard(100, 5_000), Informed{}, 2)
	require.InDelta(t, 0.16, r.Rate.Mean, 0.03, "one in five, once hosts are trusted")
}

// Newcomers reach a trust of iExec's after as many contributions as the contracts need.
func TestIExecNeedsItsContributions(t *testing.T) {
	for trust, n := range map[uint64]float64{2: 1, 3: 2, 100: 7, 10_000: 14, 1_000_000: 20} {
		r := measured(IExec{}, Standard(trust, 1), Peace{}, 1)
		require.Equal(t, n, r.Replicas.Mean, "trust %d", trust)
	}
}

// An informed coalition is never found out where all seats are public. An error is then as likely as a draw that gives the coalition all
// seats.
func TestInformedOwnsPublicSchemes(t *testing.T) {
	for n, want := range map[int]float64{2: 40. / 200 * 39 / 199, 3: 40. / 200 * 39 / 199 * 38 / 198} {
		r := measured(Audit{N: n}, Standard(100, 20_000), Informed{}, 4)
		near(t, want, r.Rate, 0, fmt.Sprintf("unanimity of %d", n))
		near(t, want, r.Likely, 0, "sampled")
		require.Zero(t, r.Convicted.Mean)
	}
	r := measured(Credibility{Share: 0.2, Blacklist: true}, Standard(1_000_000, 10_000), Informed{}, 2)
	require.InDelta(t, 0.02, r.Rate.Mean, 0.005, "against 1e-6 demanded")
	require.Zero(t, r.Convicted.Mean)
}

// With spot-checking and backtracking, the error rate is that of Sarmenta's formula for the number of works that each worker did.
func TestSpotCheckIsItsFormula(t *testing.T) {
	for _, lies := range []float64{0.05, 0.1, 0.5} {
		w := Standard(100, 10_000) // 50 for each worker
		r := measured(SpotCheck{Spot: 0.1}, w, Static{Chance: lies}, 12)
		// A check is one of ten assignments: each work brings 1/9 check.
		exact, err := baseline.SpotCheckError(big.NewRat(1, 9), 50, big.NewRat(1, 5), new(big.Rat).SetFloat64(lies))
		require.NoError(t, err)
		want, _ := exact.Float64()
		near(t, want, r.Rate, 0.12, fmt.Sprintf("lies %v", lies))
		require.Less(t, r.Executions.Mean, 1/((1-0.1)*(1-0.2))*1.01, "Sarmenta's bound of the slowdown")
		require.Greater(t, r.Executions.Mean, 1/(1-0.1)-0.01)
	}
}

// Unanimity and audits match their formulas exactly.
func TestAuditsAreTheirFormulas(t *testing.T) {
	for _, n := range []int{2, 3} {
		w := Standard(100, 20_000)
		w.Strikes = 1 << 30
		r := measured(Audit{N: n}, w, Static{Chance: 1}, 3)
		wrong, err := baseline.UnanimityError(40, 200, n)
		require.NoError(t, err)
		cost, err := baseline.UnanimityCost(40, 200, n, 7)
		require.NoError(t, err)
		v, _ := wrong.Float64()
		near(t, v, r.Rate, 0, "error")
		near(t, v, r.Likely, 0, "error, sampled")
		v, _ = cost.Float64()
		near(t, v, r.Executions, 0, "executions")
	}
	for _, percent := range []int64{10, 30} {
		for _, p := range []Population{Static{Chance: 1}, Static{Chance: 0.3}} {
			r := measured(Audit{N: 1, Chance: float64(percent) / 100}, Standard(100, 60_000), p, 5)
			lies, err := baseline.AuditedLies(big.NewRat(percent, 100))
			require.NoError(t, err)
			v, _ := lies.Float64()
			near(t, 40*v, r.Lifetime, 0.02, "lies that pass until the last colluder is banned")
			require.InDelta(t, 40, r.Convicted.Mean, 0.3)
		}
	}
	// A coalition whose stake is the one that the audits need neither gains nor loses.
	stake, err := baseline.AuditStake(big.NewRat(1, 10), big.NewRat(1_000, 1), big.NewRat(8, 1), big.NewRat(10, 1))
	require.NoError(t, err)
	require.Equal(t, "9070", stake.RatString())
	p, g, s := 0.1, 1_000.0, 9070.0
	require.InDelta(t, 10-8, (1-p)*(g+10)-p*s, 1e-9)
}
