package sim

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
)

// All members lie in all their tasks at the same moment. The first convictions lead the court back to the other answers.
func TestMassAttackIsLedBackTo(t *testing.T) {
	w := Standard(100, 1_200)
	w.InFlight = 500
	alone := measured(Credence{}, w, Sleeper{0.3, Informed{}}, 3)
	w.AuditTasks = 2 * w.InFlight
	led := measured(Credence{}, w, Sleeper{0.3, Informed{}}, 3)
	require.Greater(t, alone.Lifetime.Mean, 2.0, "many wrong results pass")
	require.Less(t, led.Lifetime.Mean, alone.Lifetime.Mean/4)
	require.Greater(t, led.Courts.Mean, alone.Courts.Mean)
	require.Zero(t, led.Unlucky.Mean, "no honest worker is convicted")
	require.InDelta(t, 1, led.Rate.Mean+1, 1, "every task is counted once")
	require.Zero(t, led.Open.Mean)
}

// Workers that a coalition registers in addition to its own count where workers are drawn. They do not count where organisations are drawn.
func TestSybils(t *testing.T) {
	w := Standard(10_000, 4_000)
	many := w
	many.Sybils = 5
	require.Equal(t, measured(Credence{}, w, Informed{}, 2).Likely, measured(Credence{}, many, Informed{}, 2).Likely)
	few, more := measured(BOINC{}, w, Static{Chance: 0.3}, 2), measured(BOINC{}, many, Static{Chance: 0.3}, 2)
	require.Greater(t, more.Likely.Mean, 4*few.Likely.Mean)
}

// The promise does not cover an attacker who buys seats of wave 2 after the draw. The more it buys, the more lies pass.
func TestBribesStayOpen(t *testing.T) {
	w := Standard(10_000, 1_500)
	w.ReEntry = true
	last := 0.0
	for _, chance := range []float64{0.1, 0.5, 1} {
		r := measured(Credence{}, w, Briber{Chance: chance}, 3)
		require.Greater(t, r.Likely.Mean, last, "%v bribed", chance)
		last = r.Likely.Mean
	}
	require.Greater(t, last, 100/10_000.0)
}

// Each honest world costs what it should, and no more. No world loses an answer or has an error beyond the promise.
func TestEachHonestWorld(t *testing.T) {
	rows := map[string]Row{}
	var cells []Cell
	for _, c := range honestWorlds(Size{Tasks: 600, Seeds: 8}) {
		if c.World.Trust == 10_000 {
			cells = append(cells, c)
		}
	}
	for _, r := range MeasureCells(cells, 1, nil) {
		rows[r.Note] = r
		require.LessOrEqual(t, r.Likely.Mean, r.Promise+4*r.Likely.Error, r.Note)
		require.Less(t, r.Open.Mean, 0.002, r.Note)
	}
	calm := rows["nothing goes wrong"]
	require.Zero(t, calm.Lost.Mean)
	require.Zero(t, calm.Courts.Mean)
	for _, note := range []string{"hardware fault rate 1.0e-07", "hardware fault rate 1.0e-06", "hardware fault rate 1.0e-05", "hardware fault rate 1.0e-04"} {
		require.Contains(t, rows, note)
	}
	require.Positive(t, rows["hardware fault rate 1.0e-04"].Unlucky.Mean)
	silent, storm := rows["0.1% of seats never answer"], rows["storms: 10% silent for 100 of every 5000"]
	for _, r := range []Row{silent, storm} {
		require.Positive(t, r.Courts.Mean, r.Note)
		require.Positive(t, r.Lost.Mean, "who is silent pays the court: %s", r.Note)
		require.Less(t, r.Lost.Mean, r.Courts.Mean, "and not its stake: %s", r.Note)
		require.Zero(t, r.Unlucky.Mean, "silence is no wrong answer: %s", r.Note)
	}
	require.Greater(t, rows["30% absent, coming and going"].Executions.Mean, calm.Executions.Mean, "fewer organisations, more replicas")
	load := rows["load: 40 tasks in flight, a slot each"]
	require.Greater(t, load.Executions.Mean, calm.Executions.Mean, "busy workers cannot be drawn")
	full := rows["load: 150 tasks in flight, a slot each"]
	require.Greater(t, full.Courts.Mean, 0.1, "where too few are free, the court decides")
	require.Zero(t, full.Wrong)
}

// A worker is out when it should reveal. It loses the stake of that task and gets one strike for each outage. One outage a month does not
// jail it.
func TestYearOfOutages(t *testing.T) {
	w := Standard(10_000, 12_000)
	w.Colluding, w.InFlight = 0, 4
	w.Strikes, w.Cooling, w.Forgiveness = 2, 100, 20
	w.Price, w.Cost = 10_000, 8_000
	require.Equal(t, 1.0, measured(Credence{}, w, Peace{}, 1).Kept.Mean)
	w.OutageEvery, w.OutageLength = 1_000, 3
	r := measured(Credence{}, w, Peace{}, 2)
	require.Less(t, r.Kept.Mean, 1.0)
	require.Positive(t, r.Unlucky.Mean, "some reveals were missed")
	require.Zero(t, r.Jailed.Mean)
	require.Zero(t, r.Wrong)
	// Each missed reveal loses at most the whole stake, and each silence costs at most the court.
	require.LessOrEqual(t, (1-r.Kept.Mean)*200, r.Unlucky.Mean+float64(r.Tasks)*r.Courts.Mean*0.08)

	w.Forgiveness = 0 // strikes are never forgiven: the second outage jails
	require.Positive(t, measured(Credence{}, w, Peace{}, 2).Jailed.Mean)
}

// TestYearOfLateOpenings: whoever is back before the court reveals opens its commitment then, and loses what the court costs and no
// stake. Whoever is not back loses its stake.
func TestYearOfLateOpenings(t *testing.T) {
	w := Standard(10_000, 12_000)
	w.Colluding, w.InFlight = 0, 4
	w.Strikes, w.Cooling, w.Forgiveness = 2, 100, 20
	w.Price, w.Cost = 10_000, 8_000
	w.OutageEvery, w.OutageLength = 1_000, 3
	never := measured(Credence{}, w, Peace{}, 2)
	require.Zero(t, never.Late.Mean)
	w.LateTasks = 3
	late := measured(Credence{}, w, Peace{}, 2)
	require.Positive(t, late.Late.Mean)
	require.Less(t, 1-late.Kept.Mean, (1-never.Kept.Mean)/2)
	require.Zero(t, late.Jailed.Mean, "an outage is one strike")
	// Each late opening costs a court, and so does each silence; nothing costs more.
	require.LessOrEqual(t, (1-late.Kept.Mean)*200, float64(late.Tasks)*late.Courts.Mean*0.08)
	require.Positive(t, 1-late.Kept.Mean)
	w.LateTasks = 1 // of outages of three
	some := measured(Credence{}, w, Peace{}, 2)
	require.Less(t, some.Kept.Mean, late.Kept.Mean)
	require.Greater(t, some.Kept.Mean, never.Kept.Mean)
}

// TestOpeningLateIsNoOption: a coalition opens everything late, when it has seen the others' answers, and never a lie that failed. It has
// the same wrong results and the same debt as one that opens in time, and earns less: it pays for every court that it calls.
func TestOpeningLateIsNoOption(t *testing.T) {
	w := Standard(100, 3_000)
	w.ReEntry = true
	withheld, late := measured(Credence{}, w, Withholder{}, 3), measured(Credence{}, w, Latecomer{}, 3)
	require.Equal(t, withheld.Wrong, late.Wrong)
	require.Equal(t, withheld.Certificate, late.Certificate)
	require.Greater(t, late.Courts.Mean, withheld.Courts.Mean)
	require.Less(t, late.Profit.Mean, withheld.Profit.Mean-60*(late.Courts.Mean-withheld.Courts.Mean), "the court of seven, and no pay")
	w.ReEntry, w.InFlight = false, 20
	late = measured(Credence{}, w, Latecomer{}, 3)
	require.LessOrEqual(t, late.Likely.Mean, late.Certificate.Mean+4*(late.Likely.Error+late.Certificate.Error))
	require.LessOrEqual(t, late.Spent, 1.0)
}

// The first fault of a long record costs a part of the stake (docs/adr/0043).
func TestLongRecordsLoseLess(t *testing.T) {
	w := Standard(1_000_000, 9_000)
	w.Organisations, w.Colluding, w.Strikes, w.FaultRate = 7, 0, 1<<30, 2e-4 // 1,000 confirmations are reached early
	w.Stake = 1_000_000
	r := measured(Credence{}, w, Peace{}, 4)
	require.Positive(t, r.Unlucky.Mean)
	lost := (1 - r.Kept.Mean) * 7 / r.Unlucky.Mean
	require.Less(t, lost, 0.95, "of a stake for each fault")
	require.Greater(t, lost, 0.25)
}

// Each variant plan saves what the study says, and gives up what the study says.
func TestVariantsGiveUpWhatTheySay(t *testing.T) {
	named := map[string]*Variant{}
	for _, v := range Variants() {
		if v != nil {
			named[v.Name] = v
		}
	}
	play := func(v *Variant, trust uint64, p Population, change func(*World)) Row {
		w := variantWorld(trust, 2_000)
		change(&w)
		return measured(Credence{Variant: v}, w, p, 2)
	}
	back := func(w *World) { w.ReEntry = true }
	calm := func(*World) {}
	chain := play(nil, 10_000, Peace{}, calm)

	alone := named["all that is free to a task that is alone"]
	require.Less(t, play(alone, 10_000, Peace{}, calm).Executions.Mean, chain.Executions.Mean-0.3)
	r := play(alone, 10_000, Informed{}, back)
	require.LessOrEqual(t, r.Likely.Mean, r.Certificate.Mean+4*(r.Likely.Error+r.Certificate.Error))
	require.LessOrEqual(t, r.Spent, 1.0, "the gate holds, whatever is planned")

	residual := named["the banned were the coalition's"]
	r = play(residual, 1_000_000, Informed{}, back)
	require.Greater(t, r.Likely.Mean, r.Promise+4*r.Likely.Error, "those who were banned are back")

	pooled := named["one ledger for all requesters"]
	farm := func(w *World) { w.ReEntry, w.FarmTasks = true, 9*w.Tasks/10 }
	big := func(w *World) { w.Tasks = 6_000; farm(w) }
	own, all := play(nil, 100, Farmer{}, big), play(pooled, 100, Farmer{}, big)
	require.LessOrEqual(t, own.VictimLikely.Mean, own.VictimPromise+4*own.VictimLikely.Error)
	require.Greater(t, all.VictimLikely.Mean, all.VictimPromise+4*all.VictimLikely.Error, "others spend what the victims' tasks have earned")

	value := named["value alone"]
	r = play(value, 10_000, Informed{}, back)
	require.Less(t, play(value, 10_000, Peace{}, calm).Executions.Mean, chain.Executions.Mean-0.5)
	require.Greater(t, r.Likely.Mean, 3*r.Promise, "the count is not bounded any more")
	require.LessOrEqual(t, r.Value.Mean, r.Promise*1.1+4*r.Value.Error, "the value is")

	audits := named["a court audits 1/16"]
	require.Greater(t, play(audits, 10_000, Peace{}, calm).Executions.Mean, chain.Executions.Mean)
	r = play(audits, 10_000, Informed{}, back)
	require.LessOrEqual(t, r.Likely.Mean, r.Promise+4*r.Likely.Error)
}

// A variant that divides the free amount into forty parts plans with a fortieth of it.
func TestVariantsPlanWithTheirParts(t *testing.T) {
	v := &Variant{Parts: func(*poco.Ledger, uint64) uint64 { return 40 }}
	w := Standard(100, 10)
	c := newChain(Credence{Variant: v}, Trial{World: w, Population: Peace{}, Seed: 1})
	in := c.planInput(nil)
	want := in.Class.Budget(in.Allowances.Errors).DivDown(40)
	plan := v.makePlan(c, in)
	require.LessOrEqual(t, plan.Charge.Cmp(want), 0)
	require.InEpsilon(t, toFloat(want), toFloat(plan.Allowance), 1e-9)
	require.Greater(t, plan.Replicas, c.planner.makePlan(in).Replicas)
}

// A declared prior of a consortium holds while it is true. The promise then depends on it.
func TestADeclaredPriorHoldsWhenItIsTrue(t *testing.T) {
	w := variantWorld(1_000_000, 300)
	w.Colluding, w.ReEntry = 10, true
	r := measured(Credence{Assumed: 5}, w, Informed{}, 120)
	require.LessOrEqual(t, r.Likely.Mean, r.Promise+4*r.Likely.Error)
	require.LessOrEqual(t, r.Likely.Mean, r.Certificate.Mean+4*(r.Likely.Error+r.Certificate.Error))
	w.Colluding = 40
	r = measured(Credence{Assumed: 5}, w, Informed{}, 20)
	require.Greater(t, r.Likely.Mean, 2*r.Promise+4*r.Likely.Error)
}
