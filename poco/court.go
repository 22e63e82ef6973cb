package poco

import (
	"math/bits"
	"slices"
)

// The court: how many sessions run at once, which task is next, and how a session ends.

// CourtCapacity is the work that every seat of the court can do at once. It is declared, not measured: whoever takes a seat must
// run an executor that can do this work.
type CourtCapacity struct {
	Slots        uint32 // tasks run at once
	FuelPerBlock uint64 // fuel burnt in a block, over all slots
}

// CourtLoad is the work that the sessions in progress ask of every seat.
type CourtLoad struct {
	Sessions uint32
	Pace     uint64 // fuel per block
}

// Admits says whether another session of this pace may begin. When no session is in progress, any session may begin: a task that
// asks for more than a seat declared has the court to itself, in the window that its fuel limit was given (protocol section 9.8).
func (c CourtCapacity) Admits(load CourtLoad, pace uint64) bool {
	if load.Sessions == 0 {
		return true
	}
	return load.Sessions < c.Slots && load.Pace <= c.FuelPerBlock && pace <= c.FuelPerBlock-load.Pace
}

// CourtPace is the pace that a session of the task's court asks of a seat, in fuel per block: its fuel limit over its window to
// commit, rounded up, at least 1.
func (t Task) CourtPace() uint64 {
	window := uint64(FollowingWindow(t.Terms.CourtBlocks, t.Took))
	return max(1, t.Terms.FuelLimit/window+min(1, t.Terms.FuelLimit%window))
}

// CourtRound returns the round of the line in which a task gets its place. called is the round of the place that was called last, and last
// is the last round in which the task's requester already has a place, or 0. A requester has one place in a round, and rounds are called
// in their order. So no requester can fill the line. Before the j-th task that a requester has in the line, at most
//
//	(j+1)(k-1) + j-1
//
// other tasks are called. k is the number of requesters that have places while it waits, itself counted. Each of the k-1 others has at
// most one place in the task's round and one in each of the j rounds before it, and j-1 of the places are the requester's own. If the
// task is the requester's first one (j = 1), the others are those that have places already: whoever comes later is placed in a later
// round, or further back in the same one.
func CourtRound(called, last uint64) uint64 { return max(called, last) + 1 }

// CourtBound returns the most tasks that are called before a requester's j-th task in the line while k requesters have places there.
// CourtRound says which requesters count.
func CourtBound(j, k uint64) uint64 { return (j+1)*(k-1) + j - 1 }

// AttemptOn returns the attempt for which answers on a bench are given. For workers it is the task's attempt. For court seats it is
// the task's attempt plus the number of earlier sessions, so that a commitment of one session opens nothing in another.
func (t *Task) AttemptOn(b Bench) uint32 {
	if b == BenchCourt {
		return t.Attempt + t.Recalls + t.Audit.Sessions
	}
	return t.Attempt
}

// callCourt makes the task wait for the court, which decides what the replicas cannot decide or audits an accepted answer. If no
// court may judge, the task ends without an answer.
func (t *Task) callCourt() []Effect {
	if !t.underAudit() && !t.Terms.policyRules().CourtDecides() {
		return t.endTask(EndUndecided)
	}
	t.Phase, t.Deadline = PhaseCourtWait, 0
	return []Effect{OpenCourt{}}
}

// courtOpened begins a session. If the court is called again, the seats that have revealed keep their answers, and only the other
// seats are awaited.
func (t *Task) courtOpened(e CourtOpened) error {
	if err := t.requirePhase(PhaseCourtWait); err != nil {
		return err
	}
	seats := slices.Clone(e.Seats)
	for i, s := range seats {
		// If this is not a repeated call, the earlier answers of the seats were about the bytes of the task's answer.
		if before := findByName(t.Court, s.Who); t.Recalls > 0 && before != nil && before.State == SeatRevealed {
			seats[i] = *before
			seats[i].Power = s.Power
		}
	}
	t.Court, t.CourtCalled = seats, e.Height
	t.Phase, t.Deadline = PhaseCourtCommit, e.Height+FollowingWindow(t.Terms.CourtBlocks, t.Took)
	if t.askingBytes() {
		t.Deadline += t.Terms.AnswerBlocks
	}
	if countSeats(t.Court, wasDrawn) == 0 {
		t.Deadline = e.Height // nobody is awaited
	}
	return nil
}

// closeCourtCommits opens the reveals of a court, or judges the court if nobody has committed anything.
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

// tallyCourt looks for one outcome with more than two thirds of the court's whole power (protocol section 4). If there is none, but
// the silent seats could still make one, the court is called again: the silence of some seats must not save anybody from the
// verdict.
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

// isCourtSplit says whether a court that was given up for its silence would have found nothing either way: those that revealed have no answer
// with more than two thirds of their power. Then it was not the silence of others alone that left the task without a verdict.
func (t *Task) isCourtSplit() bool {
	var revealed, best uint64
	for _, s := range t.Court {
		if s.State == SeatRevealed {
			revealed += s.Power
			if s.Outcome.Kind.IsAnswer() {
				best = max(best, t.powerOf(s.Outcome))
			}
		}
	}
	return revealed > 0 && 3*best <= 2*revealed
}

// powerOf returns the power of the court's seats that revealed an outcome.
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

// AffordsCourt says whether the escrow can pay a court of this many seats after the app, the datasets and the replicas that have
// answered. At least one replica is counted, the first worker's. A court that is called without anybody's fault is paid from the
// escrow; if the escrow is too small, the task is not judged.
func (t *Task) AffordsCourt(bench uint64) bool {
	left, _ := t.Terms.Work() // checked by Terms.Validate
	left += t.Terms.CourtDeposit - t.Terms.AppPrice - t.Terms.DatasetPrice
	if !t.CourtAtOnce() {
		left -= t.Terms.Price * uint64(max(1, countSeats(t.Seats, hasAnswered))) // no more seats than MaxSeats
	}
	hi, cost := bits.Mul64(t.Terms.CourtFee, bench)
	return hi == 0 && cost <= left
}

// CourtNeedsEscrow says whether the court that is called now has to be paid from the escrow, because nobody is at fault. If the
// plan called the court, the escrow was checked when the plan was made. A court about an accepted answer is paid from a bond.
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

// courtGivenUp ends a task whose court stayed silent each time that it was called.
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

// Dispute is what a task's end means for a worker whose answer stood against another answer.
type Dispute uint8

// The disputes.
const (
	DisputeNone      Dispute = iota
	DisputeUndecided         // the court stayed silent, or could not have an input: its strike is pending
	DisputeWon               // the court found it right, and another wrong: nothing is pending any more
)

// disputeOf returns what the end of the task means for a seat that revealed an answer. For other seats it returns no dispute: a
// silent seat, or one that withheld its reveal, is punished for that whether there is a verdict or not.
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
