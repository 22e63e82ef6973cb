package poco

// A commitment that is opened late (protocol section 5).
//
// A worker that is away while its commitment is to be opened would lose its stake, although it locked its answer before anybody revealed
// one. Its missed reveal calls the court, and nobody waits for the worker. But until the court begins to reveal, the worker can still
// open its commitment. Then it pays for the court, as a silent seat of wave 2 does, and keeps the rest of its stake.
//
// This gives a liar nothing to choose. An answer cannot be changed after it is locked. A lie that is opened late costs what it costs in
// time, and one that is never opened costs the whole stake. Whoever opens the right answer late pays for the court that it caused
// (docs/adr/0070-a-commitment-can-be-opened-late.md).

// TakesLate says whether a worker that has missed the window to reveal can still open its commitment. What the court found is not known
// yet: its seats have committed at most. A court that is called again has shown some of it.
func (t *Task) TakesLate() bool {
	return (t.Phase == PhaseCourtWait || t.Phase == PhaseCourtCommit) && t.Recalls == 0 && !t.underAudit()
}

// isLate says whether a seat opened its commitment late.
func isLate(s Seat) bool { return s.State == SeatRevealed && s.Missed != 0 }
