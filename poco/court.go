package poco

import (
	"math/bits"
	"slices"
)

// The court: how many sit at once, who is next, what their sessions come to.

// CourtCapacity is what every seat of the court can do at once. It is declared, not measured: whoever takes a seat keeps an
// executor that can.
type CourtCapacity struct {
	Slots        uint32 // tasks run at once
	FuelPerBlock uint64 // fuel burnt in a block, over all slots
}

// CourtLoad is what courts in session ask of every seat together.
type CourtLoad struct {
	Sessions uint32
	Pace     uint64 // fuel per block
}

// Admits says whether another session of this pace may begin. Where none is on, any may: a task that asks more of a seat than
// it declared has the court for itself, and in the window that its fuel limit was given (protocol section 9.8).
func (c CourtCapacity) Admits(load CourtLoad, pace uint64) bool {
	if load.Sessions == 0 {
		return true
	}
	return load.Sessions < c.Slots && load.Pace <= c.FuelPerBlock && pace <= c.FuelPerBlock-load.Pace
}

// CourtPace is what a session of the task's court asks of a seat: its fuel limit over its window to commit, in fuel per
// block, rounded up; at least 1.
func (t Task) CourtPace() uint64 {
	window := uint64(FollowingWindow(t.Terms.CourtBlocks, t.Took))
	return max(1, t.Terms.FuelLimit/window+min(1, t.Terms.FuelLimit%window))
}

// CourtRound returns the round of the line in which a task gets its place, given the round of the place called last and the
// last round in which its requester already has a place, 0 for none. A requester has one place in a round, and rounds are
// called in their order. So before its j-th task in the line (this one counted) at most
//
//	(j+1)(k-1) + j-1
//
// are called: of each other requester one in this round and in the j rounds before it, and its own. Here k requesters, its own
// counted, have places while it waits. For its first task, a requester that comes to the line later does not count: its place is in a
// later round, or further back in this one.
func CourtRound(called, last uint64) uint64 { return max(called, last) + 1 }

// CourtBound returns the most tasks that are called before a requester's j-th task in the line while k requesters have places there.
// CourtRound says which requesters count.
func CourtBound(j, k uint64) uint64 { return (j+1)*(k-1) + j - 1 }

// AttemptOn is the attempt that answers on the bench are for: of workers the task's, of court seats that and the number of
// sessions that came before, so that what was committed in one session opens nothing in another.
func (t *Task) AttemptOn(b Bench) uint32 {
	if b == BenchCourt {
		return t.Attempt + t.Recalls + t.Audit.Sessions
	}
	return t.Attempt
}

// callCourt has the task wait for the court, which decides what the replicas do not, or audits an accepted answer. Where none may,
// the task ends without an answer.
func (t *Task) callCourt() []Effect {
	if !t.underAudit() && !t.Terms.policyRules().CourtDecides() {
		return t.endTask(EndUndecided)
	}
	t.Phase, t.Deadline = PhaseCourtWait, 0
	return []Effect{OpenCourt{}}
}

// courtOpened begins a session. Of a court that is called again, seats that have revealed keep their answers: they have done
// their work, and only the others are awaited.
func (t *Task) courtOpened(e CourtOpened) error {
	if err := t.requirePhase(PhaseCourtWait); err != nil {
		return err
	}
	seats := slices.Clone(e.Seats)
	for i, s := range seats {
		// In a court that was not called again, whoever had a seat before looked for the answer's bytes.
		if before := findByName(t.Court, s.Who); t.Recalls > 0 && before != nil && before.State == SeatRevealed {
			seats[i] = *before
			seats[i].Power = s.Power
		}
	}
	t.Court, t.CourtCalled = seats, e.Height
	t.Phase, t.Deadline = PhaseCourtCommit, e.Height+FollowingWindow(t.Terms.CourtBlocks, t.Took)
	if countSeats(t.Court, wasDrawn) == 0 {
		t.Deadline = e.Height // nobody is awaited
	}
	return nil
}

// closeCourtCommits opens the reveals of a court, or judges it where nobody has committed anything.
func (t *Task) closeCourtCommits(height int64) []Effect {
	from := height
	if countSeats(t.Court, wasDrawn) == 0 {
		from = height + 1 // the last commitment is in this block, and reveals come after all commitments
	}
	markSilent(t.Court)
	if countSeats(t.Court, hasCommitted) == 0 {
		return t.tallyCourt(height)
	}
	t.Phase, t.From, t.Deadline = PhaseCourtReveal, from, from+t.Terms.CourtRevealBlocks
	return nil
}

// tallyCourt looks for more than two thirds of the court's whole power on one outcome (protocol section 4). Where there is none,
// but the silent seats could still make one, the court is called again: silence frees nobody.
func (t *Task) tallyCourt(height int64) []Effect {
	var total, silent, best uint64
	var found Outcome
	for _, s := range t.Court {
		total += s.Power
		if s.State != SeatRevealed {
			silent += s.Power
			continue
		}
		if power := t.powerOf(s.Outcome); power > best {
			best, found = power, s.Outcome
		}
	}
	switch {
	case 3*best > 2*total && t.askingBytes():
		return t.foundBytes(found, height)
	case 3*best > 2*total:
		return t.endByVerdict(found)
	case total == 0 || 3*(best+silent) > 2*total:
		t.Recalls++
		t.Phase, t.Deadline = PhaseCourtWait, 0
		return []Effect{RecallCourt{}}
	case t.askingBytes():
		return t.endBytes(AuditUndecided, height, true)
	}
	return t.endTask(EndVoid)
}

// powerOf is that of the court's seats that revealed an outcome.
func (t *Task) powerOf(o Outcome) (sum uint64) {
	for _, s := range t.Court {
		if s.State == SeatRevealed && s.Outcome == o {
			sum += s.Power
		}
	}
	return sum
}

// endByVerdict ends the task with the court's verdict.
func (t *Task) endByVerdict(verdict Outcome) []Effect {
	if t.underAudit() {
		return t.foundInAudit(verdict)
	}
	t.ByCourt, t.Verdict = true, verdict
	switch verdict.Kind {
	case KindInputUnavailable:
		return t.endTask(EndInputUnavailable)
	case KindAbstain:
		return t.endTask(EndAbstained)
	}
	return t.endTask(EndAccepted)
}

// CourtAtOnce says whether the task's policy asks the court and no worker.
func (t *Task) CourtAtOnce() bool { return t.Terms.policyRules().Court == CourtAtOnce }

// AffordsCourt says whether the escrow holds what a court of so many seats costs, beside the app, the datasets and the replicas
// that have answered, the first worker's at least: a court that nobody's fault calls is paid from there, or the task is not judged.
func (t *Task) AffordsCourt(bench uint64) bool {
	left, _ := t.Terms.Work() // checked by Terms.Validate
	left -= t.Terms.AppPrice + t.Terms.DatasetPrice
	if !t.CourtAtOnce() {
		left -= t.Terms.Price * uint64(max(1, countSeats(t.Seats, hasAnswered))) // no more seats than MaxSeats
	}
	hi, cost := bits.Mul64(t.Terms.CourtFee, bench)
	return hi == 0 && cost <= left
}

// CourtNeedsEscrow says whether the court that is called now is nobody's fault, so that the escrow has to hold it. Courts that the
// plan calls were looked at when the plan was made, and those of an accepted answer have a bond.
func (t *Task) CourtNeedsEscrow() bool {
	switch {
	case t.Recalls > 0 || t.underAudit():
		return false
	case t.CourtAtOnce():
		return true
	}
	_, agreed := t.soleAnswer()
	return t.Seated && !t.Plan.Court && agreed
}

// courtUnpaid ends a task before anybody was asked to judge it.
func (t *Task) courtUnpaid() ([]Effect, error) {
	if err := t.requirePhase(PhaseOpen, PhaseLocked, PhaseCourtWait); err != nil {
		return nil, err
	}
	return t.endTask(EndCourtUnpaid), nil
}

// courtGivenUp ends a task whose court stayed silent however often it was called.
func (t *Task) courtGivenUp(height int64) ([]Effect, error) {
	if err := t.requirePhase(PhaseCourtWait); err != nil {
		return nil, err
	}
	if t.askingBytes() {
		return t.endBytes(AuditUndecided, height, false), nil
	}
	return t.endTask(EndCourtSilent), nil
}

// HasSeat says whether somebody has one of these seats.
func HasSeat(seats []Seat, who string) bool { return findByName(seats, who) != nil }

// Dispute is what a task's end says of a worker that stood against another.
type Dispute uint8

// The disputes.
const (
	DisputeNone      Dispute = iota
	DisputeUndecided         // the court stayed silent, or could not have an input: its strike is pending
	DisputeWon               // the court found it right, and another wrong: nothing is pending any more
)

// disputeOf says what the end of the task means for a seat that revealed an answer, and nothing for others: who is silent or
// withholds is punished for that, verdict or none.
func (t *Task) disputeOf(seat Seat) Dispute {
	if seat.State != SeatRevealed || !seat.Outcome.Kind.IsAnswer() {
		return DisputeNone
	}
	against := slices.ContainsFunc(t.Seats, func(o Seat) bool { return o.State == SeatRevealed && o.Outcome != seat.Outcome })
	switch {
	case !against:
		return DisputeNone
	case t.Ending == EndCourtSilent, t.isWithdrawn():
		return DisputeUndecided
	case t.ByCourt && t.isRight(seat):
		return DisputeWon
	}
	return DisputeNone
}
