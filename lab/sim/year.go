package sim

import "fmt"

// yearOfSlots is how many tasks of ten minutes a slot could run in a year, less what waiting for wave 2 takes: with j tasks in flight, two
// in a row of ten minutes each, j/2 begin every ten minutes.
const yearOfSlots = 52_560

// yearCells are years of 200 honest workers of one slot, which run tasks of ten minutes. Each is out for ten minutes a month. The court runs
// such a task for ten minutes too, so that a worker is back before the court reveals, and opens late what it did not open in time. For
// comparison there are courts of shorter tasks, which do not last so long.
func yearCells(size Size) (cells []Cell) {
	add := func(trust uint64, flights int, note string, faults, outages, late bool) {
		w := Standard(trust, max(1_000, min(size.Tasks, 10_000)*yearOfSlots/10_000*flights/2))
		w.Colluding, w.InFlight = 0, flights
		w.Strikes, w.Cooling = 2, 100
		w.Forgiveness = w.Tasks * 14 / (365 * 24) // fourteen hours
		w.Price, w.Cost = 10_000, 8_000           // a court costs 7 % of an assignment's stake
		if faults {
			w.FaultRate = 1e-5
		}
		if outages {
			w.OutageEvery, w.OutageLength = max(w.Organisations, w.Tasks/12), max(1, flights/2)
		}
		if late {
			w.LateTasks = w.OutageLength
		}
		cells = append(cells, Cell{"year", Credence{}, w, Peace{}, fmt.Sprintf("%d in flight: %s", flights, note), max(1, size.Seeds/max(1, flights/4))})
	}
	add(10_000, 2, "fault rate 1e-5", true, false, false)
	add(10_000, 2, "10 minutes out each month, back after the court", false, true, false)
	add(10_000, 2, "10 minutes out each month, opened late", false, true, true)
	add(10_000, 2, "both, back after the court", true, true, false)
	add(10_000, 2, "both, opened late", true, true, true)
	add(1_000_000, 2, "both, opened late", true, true, true)
	add(10_000, 20, "both, back after the court", true, true, false)
	add(10_000, 20, "both, opened late", true, true, true)
	return cells
}
