package sim

import (
	"fmt"

	"github.com/credence-chain/credence/poco"
)

// Cell is one line of a table: a scheme in a world with a population, over some seeds.
type Cell struct {
	Table      string
	Scheme     Scheme
	World      World
	Population Population
	Note       string // what is unlike the standard world
	Seeds      int
}

// Key identifies a cell among those of all studies of a seed: two cells with one key measure the same.
func (c Cell) Key() string {
	return Row{
		Table: c.Table, Scheme: c.Scheme.Name(), Population: c.Population.Name(), Note: c.Note, Trust: c.World.Trust, Tasks: c.World.Tasks, Seeds: c.Seeds,
	}.Key()
}

// Key returns the key of the cell that was measured.
func (r Row) Key() string {
	return fmt.Sprintf("%s|%s|%s|%s|%d|%d|%d", r.Table, r.Scheme, r.Population, r.Note, r.Trust, r.Tasks, r.Seeds)
}

// Size says how much a study measures.
type Size struct {
	Name    string
	Tasks   int // of a trial
	Seeds   int // of a cell
	Horizon int // the longest run of the table of horizons
	Lives   int // seeds of the tables whose figures are rare events
}

// The sizes: a smoke test, a short run, and the run of `make lab`.
var (
	Smoke   = Size{Name: "smoke", Tasks: 100, Seeds: 2, Horizon: 1_000, Lives: 4}
	Bounded = Size{Name: "bounded", Tasks: 10_000, Seeds: 6, Horizon: 10_000_000, Lives: 80}
	Full    = Size{Name: "full", Tasks: 100_000, Seeds: 8, Horizon: 10_000_000, Lives: 500}
)

// SizeByName finds a size.
func SizeByName(name string) (Size, bool) {
	for _, s := range []Size{Smoke, Bounded, Full} {
		if s.Name == name {
			return s, true
		}
	}
	return Size{}, false
}

// Trusts are the demanded trusts of the tables.
var Trusts = []uint64{100, 10_000, 1_000_000}

// Tables are the names of all tables, in order, with what they show.
var Tables = []struct{ Name, Title string }{
	{"adversaries", "Credence against every population"},
	{"demanded", "Credence without the allowance: the promise is the demanded error"},
	{"schemes", "The published schemes and Credence against the populations that tell them apart"},
	{"horizons", "Executions a task over longer and longer runs"},
	{"certificate", "Many short runs: the mean of the errors against the mean of the debt"},
	{"lifetimes", "Wrong results in the whole life of an informed coalition of 40 in 200, when every plan is the same"},
	{"flight", "Many tasks in flight"},
	{"money", "A rational coalition, when the stake is 1.2 times what the inequality demands"},
	{"honest", "Honest worlds"},
	{"year", "A year of honest workers with faults and outages, under the chain's rules"},
	{"assumptions", "What breaks the promise"},
	{"bound", "Single runs against the bound for one run"},
	{"variants", "Other ways to plan"},
}

// Study lists every cell.
func Study(size Size) []Cell {
	var cells []Cell
	for _, part := range []func(Size) []Cell{adversaryCells, demandedCells, schemeCells, horizonCells, certificateCells, lifetimeCells, flightCells, moneyCells, honestWorlds, yearCells, assumptionCells, boundCells, variantCells} {
		cells = append(cells, part(size)...)
	}
	return cells
}

// battle is a world with the populations that are played in it.
type battle struct {
	world  World
	note   string
	people []Population
}

// battles returns all populations at a trust. The coalition is banned at the first proven lie, has tasks of its own, or comes back
// freely.
func battles(trust uint64, tasks int) []battle {
	w := Standard(trust, tasks)
	back, farm := w, w
	back.ReEntry = true
	farm.FarmTasks = tasks / 2
	farmBack := farm
	farmBack.ReEntry = true
	return []battle{
		{w, "", []Population{
			Peace{}, Static{Chance: 0.1, Apart: true}, Static{Chance: 1, Apart: true}, Static{Chance: 0.1}, Static{Chance: 0.5},
			Static{Chance: 1}, Coordinated{0.1}, Informed{}, Sleeper{0.5, Informed{}}, Sleeper{0.5, Static{Chance: 1}}, Oscillator{10},
			Lazy{}, Withholder{}, Flooder{}, Withdrawer{}, Opportunist{1}, Opportunist{2}, Rare{0.01},
		}},
		{farm, "half of the tasks are the coalition's own", []Population{Farmer{}}},
		{back, "free re-entry", []Population{
			Static{Chance: 1}, Informed{}, Sleeper{0.5, Informed{}}, Withholder{}, Flooder{}, Opportunist{1}, Opportunist{2}, Rare{0.01},
			Decliner{}, Refuser{Refusals: 2},
		}},
		{farmBack, "free re-entry, half of the tasks are its own", []Population{Patient{From: 0.6, Most: 3, Chance: 0.5}}},
	}
}

// playBattles plays every battle at every trust with a scheme.
func playBattles(table string, s Scheme, size Size) (cells []Cell) {
	for _, trust := range Trusts {
		for _, b := range battles(trust, size.Tasks) {
			for _, p := range b.people {
				cells = append(cells, Cell{table, s, b.world, p, b.note, size.Seeds})
			}
		}
	}
	return cells
}

func adversaryCells(size Size) []Cell {
	return append(playBattles("adversaries", Credence{}, size), pausingCells("adversaries", Credence{}, size)...)
}

// pausingCells play two proposers in a row whose friends pause, at every trust. Plans count both: the seeds among which they choose in the
// factor, and each refused draw in the risk of the task.
func pausingCells(table string, s Credence, size Size) (cells []Cell) {
	p := PausingProposer{Proposer{Proposers: 2}, 2}
	s.Factor = poco.ProposerChoices(p.Proposers)
	for _, trust := range Trusts {
		w := Standard(trust, size.Tasks)
		w.ReEntry = true
		cells = append(cells, Cell{table, s, w, p, "free re-entry, the plan counts on it", size.Seeds})
	}
	return cells
}

// demandedCells measure Credence without the allowance, so that the promise is the demanded error itself from the first task on.
func demandedCells(size Size) []Cell {
	s := Credence{NoAllowance: true}
	return append(playBattles("demanded", s, size), pausingCells("demanded", s, size)...)
}

// publishedSchemes lists the schemes of the tables, made for a demanded trust.
func publishedSchemes(trust uint64) []Scheme {
	return []Scheme{
		BOINC{}, BOINC{Adaptive: true}, SpotCheck{Spot: 0.1}, MFirst{3}, MFirstFor(0.2, trust), IterativeFor(0.2, trust),
		Credibility{Share: 0.2, Blacklist: true}, Credibility{Share: 0.2, Blacklist: true, Spot: 0.1}, Credibility{Share: 0.2},
		IExec{}, Audit{N: 1, Chance: 0.1}, Audit{N: 2, Chance: 0.1}, Audit{N: 3},
		Credence{}, Credence{NoAllowance: true},
	}
}

func schemeCells(size Size) (cells []Cell) {
	for _, trust := range Trusts {
		w := Standard(trust, size.Tasks)
		sybils := w
		sybils.Sybils = 5
		for _, s := range publishedSchemes(trust) {
			for _, p := range []Population{Static{Chance: 0.1}, Static{Chance: 1}, Coordinated{0.1}, Informed{}, Sleeper{0.5, Informed{}}, Oscillator{10}} {
				cells = append(cells, Cell{"schemes", s, w, p, "", max(1, size.Seeds/2)})
			}
			cells = append(cells, Cell{"schemes", s, sybils, Static{Chance: 0.1}, "5 workers to each colluding organisation", max(1, size.Seeds/2)})
		}
	}
	return cells
}

func horizonCells(size Size) (cells []Cell) {
	for _, trust := range []uint64{10_000, 1_000_000} {
		for n, seeds := min(10_000, size.Horizon), size.Seeds; n <= size.Horizon; n, seeds = n*10, max(1, seeds/4) {
			for _, protocol := range []Credence{{}, {Variant: takeAll}} {
				note := ""
				if n > 100_000 {
					protocol.Quick, note = true, "by plans alone once nobody can err"
				}
				for _, p := range []Population{Peace{}, Static{Chance: 0.1}} {
					cells = append(cells, Cell{"horizons", protocol, Standard(trust, n), p, note, seeds})
				}
			}
			cells = append(cells, Cell{"horizons", Credibility{Share: 0.2, Blacklist: true}, Standard(trust, n), Static{Chance: 0.1}, "", seeds})
		}
	}
	return cells
}

// certificateCells are short runs, whose mean is known well: a ledger's allowance is spent at its start.
func certificateCells(size Size) (cells []Cell) {
	for _, trust := range Trusts {
		w := Standard(trust, 250)
		w.ReEntry = true
		for _, p := range []Population{Static{Chance: 0.1}, Informed{}, Sleeper{0.5, Informed{}}, Rare{0.01}} {
			cells = append(cells, Cell{"certificate", Credence{}, w, p, "free re-entry", 5 * size.Lives})
		}
	}
	return cells
}

// boundCells are the short runs of the certificate, with at least two replicas.
func boundCells(size Size) (cells []Cell) {
	w := Standard(100, 250)
	w.ReEntry = true
	for _, p := range []Population{Static{Chance: 0.1}, Informed{}, Sleeper{0.5, Informed{}}, Rare{0.01}} {
		cells = append(cells, Cell{"bound", Credence{MinReplicas: 2}, w, p, "free re-entry", 5 * size.Lives})
	}
	return cells
}

func lifetimeCells(size Size) (cells []Cell) {
	for _, n := range []uint32{2, 3, 4} {
		w := Standard(100, 4_000)
		cells = append(cells, Cell{"lifetimes", Credence{Replicas: n}, w, Informed{}, "banned at the first", size.Lives})
		w.Strikes = 2
		cells = append(cells, Cell{"lifetimes", Credence{Replicas: n}, w, Informed{}, "banned at the second", size.Lives})
	}
	return cells
}

func flightCells(size Size) (cells []Cell) {
	for _, trust := range Trusts {
		for _, depth := range []int{20, 500} {
			w := Standard(trust, size.Tasks)
			w.InFlight, w.LongShare = depth, 0.05
			note := trimZeros(float64(depth)) + " in flight"
			for _, p := range []Population{Peace{}, Sleeper{0.5, Informed{}}} {
				cells = append(cells, Cell{"flight", Credence{}, w, p, note, max(1, size.Seeds/2)})
			}
			w.ReEntry = true
			cells = append(cells, Cell{"flight", Credence{}, w, Informed{}, note + ", free re-entry", max(1, size.Seeds/2)})
		}
		mass := Standard(trust, size.Tasks)
		mass.InFlight = min(20*mass.Organisations, size.Tasks/2) // 20 first seats for each organisation
		cells = append(cells, Cell{"flight", Credence{}, mass, Sleeper{0.5, Informed{}}, "mass attack, 20 in flight each", max(1, size.Seeds/2)})
		mass.AuditTasks = 2 * mass.InFlight // longer than the longest task takes
		cells = append(cells, Cell{"flight", Credence{}, mass, Sleeper{0.5, Informed{}}, "mass attack, 20 in flight each, convictions lead back", max(1, size.Lives/2)})
	}
	return cells
}

// tiers are the plans for which stakes are computed.
var tiers = []struct{ n, lottery uint32 }{{1, 2}, {1, 5}, {2, 0}, {2, 8}, {3, 0}, {4, 0}}

func moneyCells(size Size) (cells []Cell) {
	for _, tier := range tiers {
		w := Standard(100, 2_000)
		w.Value, w.ReEntry = 1_000, true
		faction := poco.Faction(1, 5, uint64(w.Organisations))
		x := poco.Collusion(faction, uint64(w.Organisations), uint64(tier.n), uint64(tier.lottery), 1)
		needed, _ := poco.StakeNeeded(x, poco.Exposure{Value: w.Value, Reward: w.Price, Cost: w.Price, CourtCost: w.Court * w.Price})
		for _, tenths := range []uint64{8, 12} {
			w.Stake = needed * tenths / 10
			note := "0.8 of the stake"
			if tenths == 12 {
				note = "1.2 of the stake"
			}
			cells = append(cells, Cell{"money", Credence{Replicas: tier.n, Lottery: tier.lottery}, w, Informed{}, note, max(1, size.Lives/4)})
		}
	}
	return cells
}

func honestWorlds(size Size) (cells []Cell) {
	for _, trust := range []uint64{10_000, 1_000_000} {
		add := func(note string, change func(*World)) {
			w := Standard(trust, 10*size.Tasks)
			w.Colluding, w.Strikes, w.Cooling = 0, 2, 100
			w.Price, w.Cost = 10_000, 8_000 // a court costs 7 % of an assignment's stake
			change(&w)
			cells = append(cells, Cell{"honest", Credence{}, w, Peace{}, note, max(1, size.Seeds/4)})
		}
		add("nothing goes wrong", func(*World) {})
		for _, rate := range []float64{1e-7, 1e-6, 1e-5, 1e-4} {
			add("hardware fault rate "+formatRate(rate), func(w *World) { w.FaultRate = rate })
		}
		add("0.1% of seats never answer", func(w *World) { w.Outage = 0.001 })
		add("storms: 10% silent for 100 of every 5000", func(w *World) { w.StormEvery, w.StormLength, w.StormShare = 5_000, 100, 0.1 })
		add("30% absent, coming and going", func(w *World) { w.AbsentShare, w.AbsentLength = 0.3, 1_000 })
		for _, depth := range []int{40, 150} { // of 200 slots, each task takes two or three
			add(fmt.Sprintf("load: %d tasks in flight, a slot each", depth), func(w *World) { w.InFlight, w.Slots = depth, 1 })
		}
	}
	return cells
}

func assumptionCells(size Size) (cells []Cell) {
	w := Standard(10_000, size.Tasks)
	w.ReEntry = true
	add := func(s Credence, w World, p Population, note string) {
		cells = append(cells, Cell{"assumptions", s, w, p, note, size.Seeds})
	}
	add(Credence{}, w, Informed{}, "as assumed")
	more := w
	for _, colluding := range []int{50, 60, 80} {
		more.Colluding = colluding
		add(Credence{}, more, Informed{}, trimZeros(float64(colluding))+" of 200 collude, 40 assumed")
	}
	sybils := w
	sybils.Sybils = 5
	add(Credence{}, sybils, Informed{}, "5 workers to each colluding organisation")
	for k := uint64(1); k <= 3; k++ {
		add(Credence{}, w, Proposer{Proposers: k}, "the plan does not count on it")
		add(Credence{Factor: poco.ProposerChoices(k)}, w, Proposer{Proposers: k}, "the plan counts on it")
	}
	pausing := PausingProposer{Proposer{Proposers: 2}, 2}
	add(Credence{}, w, pausing, "the plan does not count on its seeds")
	add(Credence{Factor: poco.ProposerChoices(pausing.Proposers), FreeRefusals: true}, w, pausing, "the plan does not count on its refusals")
	add(Credence{Factor: poco.ProposerChoices(pausing.Proposers)}, w, pausing, "the plan counts on both")
	for _, chance := range []float64{0.1, 0.5, 1} {
		add(Credence{}, w, Briber{Chance: chance}, "")
	}
	half := w
	half.AbsentShare, half.AbsentLength = 0.75, 100_000
	add(Credence{}, half, Informed{}, "75% of the honest are kept busy")
	return cells
}
