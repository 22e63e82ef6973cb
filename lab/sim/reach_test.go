package sim

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A goal counts as reached by rows that satisfy it, as missed by rows that do not, and as open where nothing was measured.
func TestReach(t *testing.T) {
	for _, g := range Reach(nil) {
		require.Equal(t, "not measured", g.Met, g.Measure)
	}
	base := Row{Scheme: "Credence", Population: "informed", Trust: 100, Tasks: 1_000, Seeds: 4}
	of := func(table string, change func(*Row)) Row {
		r := base
		r.Table = table
		change(&r)
		return r
	}
	for _, c := range []struct {
		goal      string
		good, bad Row
	}{
		{"1.0e-02 demanded, E0 = 0", of("demanded", func(r *Row) { r.Likely.Mean = 0.01 }), of("demanded", func(r *Row) { r.Wrong, r.Rate = 50, Mean{0.02, 0.001} })},
		{"1.0e-02 demanded, the chain's", of("adversaries", func(r *Row) { r.Likely = Mean{0.011, 0.001} }), of("adversaries", func(r *Row) { r.Likely = Mean{0.014, 0.001} })},
		{"against: informed", of("schemes", func(r *Row) { r.Scheme, r.Likely.Mean = IExec{}.Name(), 0.02 }), of("schemes", func(r *Row) { r.Scheme, r.Likely.Mean = IExec{}.Name(), 0.001 })},
		{"1.0e-06, N = 1e+04, peace", of("horizons", func(r *Row) { r.Population, r.Trust, r.Tasks, r.Executions.Mean = "peace", 1_000_000, 10_000, 3.5 }),
			of("horizons", func(r *Row) { r.Population, r.Trust, r.Tasks, r.Executions.Mean = "peace", 1_000_000, 10_000, 3.51 })},
		{"D/N against", of("certificate", func(r *Row) { r.Likely.Mean, r.Certificate.Mean = 0.01, 0.01 }), of("certificate", func(r *Row) { r.Likely.Mean, r.Certificate.Mean = 0.01, 0.009 })},
		{"debt of a ledger", of("certificate", func(r *Row) { r.Spent = 1 }), of("certificate", func(r *Row) { r.Spent = 1.001 })},
		{"n = 3", of("lifetimes", func(r *Row) { r.Scheme, r.Likely.Mean = "Credence, always 3", 0.00057 }), of("lifetimes", func(r *Row) { r.Scheme, r.Likely.Mean = "Credence, always 3", 0.0006 })},
		{"lead back, trust 100", of("flight", func(r *Row) { r.Note, r.Seeds, r.Upper = "convictions lead back", 40, 3./40/1_000 }),
			of("flight", func(r *Row) { r.Note, r.Seeds, r.Upper = "convictions lead back", 3, 3./3/1_000 })},
		{"profit of an attack", of("money", func(r *Row) { r.Note, r.Booty = "1.2 of the stake", Mean{-10, 3} }), of("money", func(r *Row) { r.Note, r.Booty = "1.2 of the stake", Mean{-8, 3} })},
		{"stake that an honest", of("year", func(r *Row) { r.Kept.Mean = 0.999 }), of("year", func(r *Row) { r.Kept.Mean = 0.998 })},
	} {
		for want, row := range map[string]Row{"yes": c.good, "no": c.bad} {
			var found []Goal
			for _, g := range Reach([]Row{row}) {
				if strings.Contains(g.Measure, c.goal) && g.Met != "not measured" {
					found = append(found, g)
				}
			}
			require.Len(t, found, 1, c.goal)
			require.Equal(t, want, found[0].Met, "%s: %s", found[0].Measure, found[0].Measured)
			require.Equal(t, want == "no", found[0].Why != "", "a miss is explained, and nothing else: %s", c.goal)
		}
	}
}

// A miss of executions names what made it: convictions, where peace meets the goal; the half that a plan leaves, where peace alone misses it.
// What plans that take all would need is said from the rows, or that it was not run.
func TestReasonOfExecutions(t *testing.T) {
	row := func(s Credence, p Population, tasks int, executions float64) Row {
		return Row{Table: "horizons", Scheme: s.Name(), Population: p.Name(), Trust: 1_000_000, Tasks: tasks, Executions: Mean{executions, 0}, Convicted: Mean{39.8, 0}}
	}
	all, static := Credence{Variant: takeAll}, Static{Chance: 0.1}
	rows := []Row{
		row(Credence{}, Peace{}, 1_000_000, 1.994), row(Credence{}, static, 1_000_000, 2.43),
		row(Credence{}, Peace{}, 10_000_000, 1.457), row(Credence{}, static, 10_000_000, 1.536), row(all, Peace{}, 10_000_000, 1.3), row(all, static, 10_000_000, 1.4),
	}
	why := map[string]string{}
	for _, g := range Reach(rows) {
		why[g.Measure] = g.Why
	}
	const half = "a plan takes half of what is free, so that tasks in flight need not wait for each other"
	require.Empty(t, why["executions a task at 1.0e-06, N = 1e+06, peace"], "met")
	require.Equal(t, "peace takes 1.994 and meets the goal; 40 convictions spend most of the allowance, what is left must last for later charges, and that adds 0.436; "+
		"plans that take all of it, as the goal assumed, were not run", why["executions a task at 1.0e-06, N = 1e+06, colluding 10%"])
	require.Equal(t, half+"; plans that take all of it, as the goal assumed, take 1.300, which meets the goal", why["executions a task at 1.0e-06, N = 1e+07, peace"])
	require.Equal(t, "peace alone takes 1.457, because "+half+"; 40 convictions add 0.079; plans that take all of it, as the goal assumed, take 1.400, which misses the goal too",
		why["executions a task at 1.0e-06, N = 1e+07, colluding 10%"])
}
