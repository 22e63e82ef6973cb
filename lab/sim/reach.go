package sim

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// Goal is one line of the table of goals: what should be reached, what a study measured, and the reason if it was missed.
type Goal struct {
	Measure  string `json:"measure"`
	Goal     string `json:"goal"`
	Measured string `json:"measured"`
	Met      string `json:"met"` // yes, no, or not measured
	Why      string `json:"why,omitempty"`
}

// sigmas is how many standard errors a mean may lie beyond its goal and still meet it.
const sigmas = 3

// Reach compares the rows of a study with the goals.
func Reach(rows []Row) []Goal {
	var goals []Goal
	for _, part := range []func([]Row) []Goal{
		demandedGoals, publishedGoals, executionGoals, certificateGoals, lifetimeGoals, massGoals, moneyGoals, yearGoals,
	} {
		goals = append(goals, part(rows)...)
	}
	return goals
}

// judge fills in a goal; why is shown if the goal was missed.
func judge(measure, goal, measured string, known, met bool, why string) Goal {
	switch {
	case !known:
		return Goal{measure, goal, "", "not measured", ""}
	case met:
		return Goal{measure, goal, measured, "yes", ""}
	}
	return Goal{measure, goal, measured, "no", why}
}

// errorOf returns the best estimate of a row's error: the counted one if twenty errors were seen, otherwise the sampled one.
func errorOf(r Row) Mean {
	if r.Wrong >= 20 {
		return r.Rate
	}
	return r.Likely
}

func inTable(table string, fits func(Row) bool) func(Row) bool {
	return func(r Row) bool { return r.Table == table && (fits == nil || fits(r)) }
}

func selectRows(rows []Row, fits func(Row) bool) (out []Row) {
	for _, r := range rows {
		if fits(r) {
			out = append(out, r)
		}
	}
	return out
}

func label(r Row) string {
	if r.Note == "" {
		return r.Population
	}
	return r.Population + ", " + r.Note
}

// demandedGoals compares the error of every population with the demanded one, with and without the allowance.
func demandedGoals(rows []Row) (goals []Goal) {
	for _, table := range []struct{ name, what, why string }{
		{"demanded", "E0 = 0", "see the row"},
		{"adversaries", "the chain's E0 = 1/4", "the promise is ((N+1)/T + E0)/N: a quarter of a wrong result in the life of a ledger, which so short a run feels"},
	} {
		for _, trust := range Trusts {
			cells := selectRows(rows, inTable(table.name, func(r Row) bool { return r.Trust == trust }))
			demanded := 1 / float64(trust)
			var worst Row
			met := true
			for _, r := range cells {
				e := errorOf(r)
				met = met && e.Mean <= demanded+sigmas*e.Error
				if worst.Tasks == 0 || e.Mean > errorOf(worst).Mean {
					worst = r
				}
			}
			measured := fmt.Sprintf("%d cells; the largest is %s ± %s (%s)", len(cells), formatRate(errorOf(worst).Mean), formatRate(errorOf(worst).Error), label(worst))
			goals = append(goals, judge(fmt.Sprintf("error of every population, %s demanded, %s", formatRate(demanded), table.what), "≤ "+formatRate(demanded), measured, len(cells) > 0, met, table.why))
		}
	}
	return goals
}

// publishedGoals lists the published schemes that should exceed the demanded error.
func publishedGoals(rows []Row) (goals []Goal) {
	for _, p := range []Population{Informed{}, Sleeper{0.5, Informed{}}} {
		for _, trust := range Trusts {
			var said []string
			exceed := true
			for _, s := range []Scheme{Credibility{Share: 0.2, Blacklist: true}, BOINC{Adaptive: true}, IExec{}} {
				for _, r := range selectRows(rows, inTable("schemes", func(r Row) bool {
					return r.Trust == trust && r.Scheme == s.Name() && r.Population == p.Name() && r.Note == ""
				})) {
					e := errorOf(r)
					exceed = exceed && e.Mean-sigmas*e.Error > 1/float64(trust)
					said = append(said, fmt.Sprintf("%s %s", s.Name(), formatRate(e.Mean)))
				}
			}
			goals = append(goals, judge(fmt.Sprintf("Sarmenta, BOINC and iExec against: %s", p.Name()), fmt.Sprintf("each exceeds %s", formatRate(1/float64(trust))),
				strings.Join(said, "; "), len(said) > 0, exceed, "a baseline keeps the demanded error here"))
		}
	}
	return goals
}

// executionGoals are about executions for each task, without attacks and with static colluders.
func executionGoals(rows []Row) (goals []Goal) {
	for _, trust := range []uint64{1_000_000, 10_000} {
		limits := map[uint64][]float64{1_000_000: {3.5, 2.6, 2.05, 1.35}, 10_000: {2.0, 1.3, 1.1, 1.06}}[trust]
		for i, n := range []int{10_000, 100_000, 1_000_000, 10_000_000} {
			for _, p := range []Population{Peace{}, Static{Chance: 0.1}} {
				found := horizon(rows, Credence{}, p.Name(), trust, n)
				g := fmt.Sprintf("executions a task at %s, N = %.0e, %s", formatRate(1/float64(trust)), float64(n), p.Name())
				if len(found) == 0 {
					goals = append(goals, judge(g, fmt.Sprintf("≤ %v", limits[i]), "", false, false, ""))
					continue
				}
				r := found[0]
				goals = append(goals, judge(g, fmt.Sprintf("≤ %v", limits[i]), fmt.Sprintf("%.3f ± %.3f", r.Executions.Mean, r.Executions.Error), true,
					meets(r, limits[i]), whyDearer(rows, r, limits[i])))
			}
		}
	}
	return goals
}

// meets says whether a row takes no more executions than a goal allows.
func meets(r Row, limit float64) bool { return r.Executions.Mean <= limit+sigmas*r.Executions.Error }

// horizon returns the rows of a scheme in the table of horizons: one, or none where it was not measured.
func horizon(rows []Row, s Credence, population string, trust uint64, tasks int) []Row {
	return selectRows(rows, inTable("horizons", func(r Row) bool {
		return r.Scheme == s.Name() && r.Population == population && r.Trust == trust && r.Tasks == tasks
	}))
}

// whyDearer says why the chain's plans took more executions than a goal allows: what convictions add to the executions of peace, or, where
// peace alone is beyond the goal, that a plan takes half of what is free. It compares with plans that take all of it, as the goal assumed,
// where these were measured.
func whyDearer(rows []Row, r Row, limit float64) string {
	const half = "a plan takes half of what is free, so that tasks in flight need not wait for each other"
	why := half
	if peace := horizon(rows, Credence{}, Peace{}.Name(), r.Trust, r.Tasks); len(peace) > 0 && r.Population != peace[0].Population {
		calm, convictions := peace[0].Executions.Mean, fmt.Sprintf("%.0f convictions", r.Convicted.Mean)
		if more := r.Executions.Mean - calm; meets(peace[0], limit) {
			why = fmt.Sprintf("peace takes %.3f and meets the goal; %s spend most of the allowance, what is left must last for later charges, and that adds %.3f", calm, convictions, more)
		} else {
			why = fmt.Sprintf("peace alone takes %.3f, because %s; %s add %.3f", calm, half, convictions, more)
		}
	}
	all := horizon(rows, Credence{Variant: takeAll}, r.Population, r.Trust, r.Tasks)
	if len(all) == 0 {
		return why + "; plans that take all of it, as the goal assumed, were not run"
	}
	verdict := "which misses the goal too"
	if meets(all[0], limit) {
		verdict = "which meets the goal"
	}
	return fmt.Sprintf("%s; plans that take all of it, as the goal assumed, take %.3f, %s", why, all[0].Executions.Mean, verdict)
}

// certificateGoals compare the published debt with the errors.
func certificateGoals(rows []Row) []Goal {
	var met, known, within = true, 0, true
	var closest Row
	margin := math.Inf(1)
	for _, r := range rows {
		if !slices.Contains([]string{"adversaries", "demanded", "certificate"}, r.Table) {
			continue
		}
		known++
		slack := sigmas * math.Hypot(r.Likely.Error, r.Certificate.Error)
		met = met && r.Likely.Mean <= r.Certificate.Mean+slack
		within = within && r.Spent <= 1
		if r.Table == "certificate" && r.Certificate.Mean-r.Likely.Mean < margin {
			margin, closest = r.Certificate.Mean-r.Likely.Mean, r
		}
	}
	n := float64(closest.Tasks)
	return []Goal{
		judge("certificate: D/N against the errors, every population", "D/N ≥ errors in the mean",
			fmt.Sprintf("%d cells; the closest of many seeds: %s at trust %d, D %.3f ± %.3f, errors %.3f ± %.3f a run", known, label(closest), closest.Trust,
				n*closest.Certificate.Mean, n*closest.Certificate.Error, n*closest.Likely.Mean, n*closest.Likely.Error), known > 0, met, "see the row"),
		judge("the debt of a ledger, in every run of these", "D ≤ B always", "the largest D/B of each cell is at most 1", known > 0, within, "see the column max D/B"),
	}
}

// lifetimeGoals are about the whole life of an informed coalition.
func lifetimeGoals(rows []Row) (goals []Goal) {
	limits := map[string]float64{"2": 4.9, "3": 0.57, "4": 0.08}
	for _, r := range selectRows(rows, inTable("lifetimes", nil)) {
		n := r.Scheme[len(r.Scheme)-1:]
		likely, err := r.Likely.Mean*float64(r.Tasks), r.Likely.Error*float64(r.Tasks)
		goals = append(goals, judge("wrong results in the life of an informed coalition of 40 in 200, n = "+n+", "+r.Note, fmt.Sprintf("≤ %v", limits[n]),
			fmt.Sprintf("%.3f ± %.3f", likely, err), true, likely <= limits[n]+sigmas*err,
			"with two strikes a member stays after the first lie that is found, if it locks another stake: it lies about twice as often, and with a larger coalition behind it"))
	}
	if len(goals) == 0 {
		goals = append(goals, judge("wrong results in the life of an informed coalition", "≤ 4.9 / 0.57 / 0.08", "", false, false, ""))
	}
	return goals
}

// massGoals are about a coalition whose members all lie in all their tasks at the same moment.
func massGoals(rows []Row) (goals []Goal) {
	for _, trust := range Trusts {
		found := selectRows(rows, inTable("flight", func(r Row) bool { return r.Trust == trust && strings.Contains(r.Note, "lead back") }))
		g := fmt.Sprintf("mass attack, 20 in flight each, convictions lead back, trust %d", trust)
		if len(found) == 0 {
			goals = append(goals, judge(g, "< 0.1 wrong results", "", false, false, ""))
			continue
		}
		r := found[0]
		upper := r.Upper * float64(r.Tasks)
		goals = append(goals, judge(g, "< 0.1 wrong results", fmt.Sprintf("%d in %d runs: at most %.3f a run, with a confidence of 95 %%", r.Wrong, r.Seeds, upper), true, upper < 0.1,
			"too few runs to say so, or a member none of whose lies was found, to whose other answers nothing leads"))
	}
	return goals
}

// moneyGoals are about the profit of an attack with a stake a fifth above that of the inequality.
func moneyGoals(rows []Row) []Goal {
	found := selectRows(rows, inTable("money", func(r Row) bool { return strings.HasPrefix(r.Note, "1.2") }))
	var said []string
	met := true
	for _, r := range found {
		met = met && r.Booty.Mean+sigmas*r.Booty.Error < 0
		said = append(said, fmt.Sprintf("%s: %.0f ± %.0f", strings.TrimPrefix(r.Scheme, "Credence, always "), r.Booty.Mean, r.Booty.Error))
	}
	return []Goal{judge("profit of an attack, rational coalition, 1.2 × the pinned stake, every tier", "negative", strings.Join(said, "; "), len(found) > 0, met, "see the rows")}
}

// yearGoals are about how much of its stake an honest worker keeps.
func yearGoals(rows []Row) (goals []Goal) {
	for _, r := range selectRows(rows, inTable("year", nil)) {
		why := "a fault that is found costs a quarter of the stake or more, as the inequality of the stake asks for, and a commitment that is opened late the court that it called"
		if strings.Contains(r.Note, "back after the court") {
			why = "for comparison: a court of short programs reveals before the worker is back, and a commitment that is not opened costs the whole stake"
		}
		goals = append(goals, judge(fmt.Sprintf("stake that an honest worker keeps in a year, trust %d, %s", r.Trust, r.Note), "≥ 99.9%",
			fmt.Sprintf("%.2f%% ± %.2f%% over %s executions", 100*r.Kept.Mean, 100*r.Kept.Error, each.text(r)), true, r.Kept.Mean >= 0.999, why))
	}
	if len(goals) == 0 {
		goals = append(goals, judge("stake that an honest worker keeps in a year", "≥ 99.9%", "", false, false, ""))
	}
	return goals
}

// goalHeads are the columns of the table of goals.
var goalHeads = []string{"measure", "goal", "measured", "met", "why not"}

func (g Goal) fields() []string { return []string{g.Measure, g.Goal, g.Measured, g.Met, g.Why} }

// WriteGoals writes the table of goals for a terminal.
func WriteGoals(w io.Writer, goals []Goal) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "reach: What was to be reached, and what was\n%s\n", strings.Join(goalHeads, "\t"))
	for _, g := range goals {
		fmt.Fprintln(t, strings.Join(g.fields(), "\t"))
	}
	return t.Flush()
}

// MarkdownGoals is the table of goals for a document.
func MarkdownGoals(goals []Goal) string {
	var b strings.Builder
	b.WriteString("| " + strings.Join(goalHeads, " | ") + " |\n" + strings.Repeat("|---", len(goalHeads)) + "|\n")
	for _, g := range goals {
		b.WriteString("| " + strings.Join(g.fields(), " | ") + " |\n")
	}
	return b.String()
}
