package poco

// The part of the stake of wrong answers that replicas with the right answer receive (protocol section 8).
//
// A replica can withhold an input from its fellow replicas, or keep them from reaching the chain, and nobody can prove it. So its
// part must not grow when they give no answer (docs/adr/0063-nobody-earns-by-anothers-silence.md).

// informersPart returns the part of the stake of wrong answers that each replica with the right answer receives; courtPaid of that
// stake has gone to the court. The part is the same as if all replicas that gave no answer had been right:
//
//   - each of them gets a part, which is burnt;
//   - the court is paid from the stake of wrong answers first, and from the cost of missing answers only afterwards;
//   - a wrong answer counts with the amount that it would have cost then. In fact it may cost more, because a worker is alone with its
//     wrong answer only if all others have given the right one (firstfault.go).
func (t *Task) informersPart(ends []SeatEnd, courtPaid uint64) uint64 {
	wrong := 0
	for _, e := range ends {
		if e.Fault == FaultWrong {
			wrong++
		}
	}
	if wrong == len(ends) {
		return 0
	}
	var stake uint64
	for i, e := range ends {
		if e.Fault == FaultWrong {
			stake += t.wrongCostOf(t.Seats[i], wrong == 1)
		}
	}
	stake -= min(stake, courtPaid)
	return mulBps(stake, t.Terms.InformerBps) / uint64(len(ends)-wrong)
}
