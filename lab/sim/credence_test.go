package sim

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/lab/plain"
	"github.com/credence-chain/credence/poco"
)

func BenchmarkCredencePeace(b *testing.B) {
	w := Standard(1_000_000, b.N)
	Credence{}.Run(Trial{World: w, Population: Peace{}, Seed: 1})
}

func BenchmarkCredenceInformed(b *testing.B) {
	w := Standard(10_000, b.N)
	w.ReEntry = true
	Credence{}.Run(Trial{World: w, Population: Informed{}, Seed: 1})
}

// An informed coalition has the same plan for every task and loses a member for each failed attack. In its life it passes as many wrong
// results as the formula says.
func TestLifetimeIsItsFormula(t *testing.T) {
	for n, want := range map[uint32]float64{2: 4.875, 3: 0.568} {
		exact, err := plain.LifetimeErrors(40, 200, int(n))
		require.NoError(t, err)
		v, _ := exact.Float64()
		require.InDelta(t, want, v, 0.001)
		r := measured(Credence{Replicas: n}, Standard(100, 3_000), Informed{}, 24)
		near(t, want, r.Lifetime, 0, "raw")
		sampled := r.Likely
		sampled.Mean *= 3_000
		sampled.Error *= 3_000
		near(t, want, sampled, 0, "sampled")
		require.InDelta(t, 40, r.Convicted.Mean, 0.5, "the coalition is burnt")
	}
}

// Against every population, the mean number of errors stays within the promise and within the debt of the ledger.
func TestPromiseHoldsAgainstEveryPopulation(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range adversaryCells(Size{Tasks: 1_500, Seeds: 6}) {
		if c.World.Trust != 100 && c.World.Trust != 10_000 {
			continue
		}
		r := c.Measure(1)
		seen[r.Population] = true
		require.LessOrEqual(t, r.Likely.Mean, r.Promise+4*r.Likely.Error, "%s (%s), trust %d", r.Population, r.Note, r.Trust)
		slack := 4 * (r.Likely.Error + r.Certificate.Error)
		require.LessOrEqual(t, r.Likely.Mean, r.Certificate.Mean+slack, "%s (%s), trust %d: D", r.Population, r.Note, r.Trust)
		require.LessOrEqual(t, r.Spent, 1.0, "%s (%s): D never exceeds the budget", r.Population, r.Note)
		require.Zero(t, r.Unlucky.Mean, "no honest worker is convicted")
	}
	require.Greater(t, len(seen), 17)
}

// Broken assumptions break the promise in the measurement, so the measurement can fail.
func TestBrokenAssumptionsAreSeen(t *testing.T) {
	w := Standard(10_000, 2_000)
	w.ReEntry = true
	r := measured(Credence{}, w, Briber{Chance: 1}, 4)
	require.Greater(t, r.Likely.Mean-4*r.Likely.Error, r.Promise, "every checker is bribed")
	w.Colluding = 80
	r = measured(Credence{}, w, Informed{}, 4)
	require.Greater(t, r.Likely.Mean-4*r.Likely.Error, r.Promise, "twice as many collude as were assumed")
}

// With many tasks in flight every turn comes, in any order in which tasks finish. The debt stays within its budget.
func TestTasksInFlight(t *testing.T) {
	waits := 0.0
	for _, depth := range []int{20, 400} {
		w := Standard(10_000, 2_000)
		w.InFlight, w.LongShare, w.ReEntry = depth, 0.05, true
		r := measured(Credence{}, w, Sleeper{0.5, Informed{}}, 2)
		require.LessOrEqual(t, r.Spent, 1.0)
		require.Zero(t, r.Open.Mean)
		require.LessOrEqual(t, r.Likely.Mean, r.Promise+4*r.Likely.Error)
		waits = max(waits, r.Wait.Mean)
	}
	require.Positive(t, waits, "some turn had to wait")
}

// In an honest world almost no task stays open: the court answers silence, fewer organisations are drawn under absence, and faults lead to
// convictions.
func TestHonestWorlds(t *testing.T) {
	w := Standard(10_000, 5_000)
	w.Colluding, w.Strikes, w.Cooling = 0, 2, 100
	w.FaultRate, w.Outage = 0.001, 0.01
	w.AbsentShare, w.AbsentLength = 0.3, 1_000
	w.StormEvery, w.StormLength, w.StormShare = 1_000, 50, 0.2
	r := measured(Credence{}, w, Peace{}, 2)
	require.Positive(t, r.Unlucky.Mean)
	require.Positive(t, r.Courts.Mean)
	require.Positive(t, r.Lost.Mean)
	require.Less(t, r.Open.Mean, 0.001)
	require.LessOrEqual(t, r.Likely.Mean, r.Promise+4*r.Likely.Error)
}

// A coalition loses by attacking when the stake is a fifth above what the inequality demands.
func TestAttacksDoNotPay(t *testing.T) {
	for _, c := range moneyCells(Size{Lives: 24}) {
		r := c.Measure(1)
		if c.World.Stake == 0 || r.Note != "1.2 of the stake" {
			continue
		}
		require.Negative(t, r.Booty.Mean+2*r.Booty.Error, "%s at stake %d", r.Scheme, c.World.Stake)
	}
}

// The factor of the beacon pays for a proposer's choice among draws.
func TestProposersChoiceIsPaidFor(t *testing.T) {
	w := Standard(10_000, 2_000)
	w.ReEntry = true
	open := measured(Credence{}, w, Proposer{Proposers: 2}, 6)
	closed := measured(Credence{Factor: poco.ProposerChoices(2)}, w, Proposer{Proposers: 2}, 6)
	require.Greater(t, open.Likely.Mean, open.Certificate.Mean, "without the factor the debt is too small")
	require.LessOrEqual(t, closed.Likely.Mean, closed.Certificate.Mean+4*(closed.Likely.Error+closed.Certificate.Error))
}

// A coalition that can refuse unsuitable draws gains nothing, because each look at another seed is counted.
func TestRefusedDrawsArePaidFor(t *testing.T) {
	w := Standard(10_000, 2_000)
	w.ReEntry = true
	free := measured(Credence{FreeRefusals: true}, w, Refuser{Refusals: 3}, 3)
	counted := measured(Credence{}, w, Refuser{Refusals: 3}, 3)
	require.Greater(t, free.Likely.Mean, free.Certificate.Mean+4*free.Certificate.Error, "were refusals free, the debt would be too small")
	require.LessOrEqual(t, counted.Likely.Mean, counted.Certificate.Mean+4*(counted.Likely.Error+counted.Certificate.Error))
	require.LessOrEqual(t, counted.Likely.Mean, counted.Promise+4*counted.Likely.Error)
}

// TestPausingProposersArePaidFor: two proposers in a row choose among seeds, and where none suits them, their friends pause and they choose
// again for the next draw. A plan that leaves out the seeds or the refusals puts too little on the ledger; the chain's counts both.
func TestPausingProposersArePaidFor(t *testing.T) {
	p := PausingProposer{Proposer{Proposers: 2}, 3}
	factor := poco.ProposerChoices(p.Proposers)
	for _, trust := range []uint64{100, 10_000} {
		w := Standard(trust, 2_000)
		w.ReEntry = true
		r := measured(Credence{Factor: factor}, w, p, 6)
		require.LessOrEqual(t, r.Likely.Mean, r.Promise+4*r.Likely.Error, "trust %d", trust)
		require.LessOrEqual(t, r.Rate.Mean, r.Promise+4*r.Rate.Error+3/float64(r.Tasks*r.Seeds), "trust %d", trust)
		require.LessOrEqual(t, r.Likely.Mean, r.Certificate.Mean+4*(r.Likely.Error+r.Certificate.Error), "trust %d", trust)
		require.LessOrEqual(t, r.Spent, 1.0)
		for _, broken := range []Credence{{}, {Factor: factor, FreeRefusals: true}} {
			b := measured(broken, w, p, 6)
			require.Greater(t, b.Likely.Mean, b.Certificate.Mean+4*b.Certificate.Error, "%s, trust %d: the debt is too small", broken.Name(), trust)
		}
	}
	require.Equal(t, "2 proposers in a row, 4 seeds to choose from, refuses a draw 3 times", p.Name())
}

func TestTurnsKeepWhatLedgersNeed(t *testing.T) {
	turns, l := newTurns(), poco.Ledger{Trust: 100}
	for i := range uint64(5_000) {
		turn, err := l.Enter(turns, poco.Entry{Charge: poco.QuarterQ64, Value: 10, Premium: 1}, 1, windowBlocks)
		require.NoError(t, err)
		require.Equal(t, i, turn)
		require.NoError(t, l.Settle(turns, turn, poco.Q64{}, true, 1, windowBlocks))
	}
	kept := len(turns.records.values)
	for _, level := range turns.spans {
		kept += len(level.values)
	}
	require.Less(t, kept, 100, "what is settled is forgotten")
	require.Equal(t, big.NewInt(0), l.D.Big())
}

// A quiet run that is counted by its plans gives the result of playing it: the same debt, and the same executions except for the luck of
// the lottery.
func TestQuietRunsAreCountedByPlans(t *testing.T) {
	for _, p := range []Population{Peace{}, Static{Chance: 1}} {
		for _, trust := range []uint64{100, 10_000, 1_000_000} {
			w := Standard(trust, 20_000)
			played, counted := measured(Credence{}, w, p, 4), measured(Credence{Quick: true}, w, p, 4)
			require.Equal(t, played.Certificate, counted.Certificate, "%s, trust %d: D/N", p.Name(), trust)
			require.Equal(t, played.Wrong, counted.Wrong)
			require.Equal(t, played.Convicted, counted.Convicted)
			require.InDelta(t, played.Executions.Mean, counted.Executions.Mean, 0.01, "%s, trust %d", p.Name(), trust)
			require.InDelta(t, played.Waves.Mean, counted.Waves.Mean, 0.01, "%s, trust %d", p.Name(), trust)
		}
	}
	// A variant that plans from the load of the last windows finds it as it would be.
	w := Standard(10_000, 20_000)
	played, counted := measured(Credence{Variant: takeAll}, w, Static{Chance: 1}, 4), measured(Credence{Variant: takeAll, Quick: true}, w, Static{Chance: 1}, 4)
	require.Equal(t, played.Certificate, counted.Certificate)
	require.InDelta(t, played.Executions.Mean, counted.Executions.Mean, 0.01)
}
