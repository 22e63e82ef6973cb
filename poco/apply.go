package poco

import (
	"errors"
	"fmt"
	"slices"
)

// Refusals of an event. The chain maps them to its registered errors; wrapped errors say the rest.
var (
	ErrWrongPhase     = errors.New("not in this phase")
	ErrWindowClosed   = errors.New("the window has closed")
	ErrTooEarly       = errors.New("the reveal phase has not opened")
	ErrNotDrawn       = errors.New("not drawn for this task")
	ErrAlready        = errors.New("already done")
	ErrCommitment     = errors.New("the reveal does not match the commitment")
	ErrWrongAttempt   = errors.New("another attempt is running")
	ErrInvalidOutcome = errors.New("invalid outcome")
	ErrEvidence       = errors.New("the evidence does not show the answer")
)

// An Event is something that happened to a task.
type Event interface{ isEvent() }

// The events. Height is the block's.
type (
	// Due is sent by a block hook at the first height that is not below the task's Deadline.
	Due struct{ Height int64 }
	// FirstDrawn answers a Draw effect of wave 1.
	FirstDrawn struct {
		Height int64
		Seat   Seat
	}
	// PlanMade answers an AskPlan effect. The seats are drawn Delay blocks later, or at once: d of protocol section 7 less
	// PlanDelay.
	PlanMade struct {
		Height int64
		Plan   Plan
		Delay  int64
	}
	// SecondDrawn answers a Draw effect of wave 2, with the plan as it fits those who can be drawn; a plan of the court
	// comes with no seats.
	SecondDrawn struct {
		Height int64
		Plan   Plan
		Seats  []Seat
	}
	// MoreDrawn answers a Draw effect of a later wave, for a policy that asked for more replicas.
	MoreDrawn struct {
		Height int64
		Seats  []Seat
	}
	// DrawFailed answers a Draw effect of another wave than the second, or an AskPlan effect: too few eligible organisations
	// now.
	DrawFailed struct{ Height int64 }
	// DrawRefused answers a Draw effect of wave 2: of those who were eligible at the plan too few are left for it.
	DrawRefused struct{ Height int64 }
	// Committed is a worker's, or a court seat's, commitment.
	Committed struct {
		Height     int64
		Bench      Bench
		Who        string
		Attempt    uint32
		Commitment [32]byte
	}
	// Declined is a worker giving its seat back before committing.
	Declined struct {
		Height  int64
		Who     string
		Attempt uint32
	}
	// Revealed opens a commitment.
	Revealed struct {
		Height  int64
		Bench   Bench
		Who     string
		Attempt uint32
		Outcome Outcome
		Salt    []byte
		// Evidence for a policy that asks for some, and what checks it.
		Evidence []byte
		Verify   EvidenceVerifier
	}
	// EvidenceStopped says that what the task's evidence would be checked against was stopped.
	EvidenceStopped struct{ Height int64 }
	// TurnCame answers an AskTurn effect, then or later.
	TurnCame struct {
		Height int64
		Gate   Gate
	}
	// CourtOpened answers an OpenCourt or RecallCourt effect, at once or when the task has waited for its turn, with the seats,
	// their powers and nothing else filled in.
	CourtOpened struct {
		Height int64
		Seats  []Seat
	}
	// CourtUnpaid answers a Draw or an OpenCourt effect: the court would judge the task, and its escrow cannot pay for it.
	CourtUnpaid struct{ Height int64 }
	// CourtGivenUp answers a RecallCourt effect: the court was called as often as the chain calls it.
	CourtGivenUp struct{ Height int64 }
	// Challenged is somebody's bond against an answer under audit or, with Bytes, to have the answer's bytes.
	Challenged struct {
		Height int64
		By     string
		Bond   uint64
		Bytes  bool
	}
	// Prolonged is sent when a window of the task has passed in which so many blocks do not count.
	Prolonged struct{ Height, Blocks int64 }
	// AuditDrawn answers an AskAudit effect: why the court is to look at the answer, and what the audit budget sets aside for
	// that; AuditNone when it is not.
	AuditDrawn struct {
		Height int64
		Cause  AuditCause
		Bond   uint64
	}
	// Cancelled is the requester's wish.
	Cancelled struct{ Height int64 }
	// Broke is sent when the chain could not process the task; it ends it with everyone whole.
	Broke struct{ Height int64 }
)

func (Due) isEvent()             {}
func (FirstDrawn) isEvent()      {}
func (PlanMade) isEvent()        {}
func (SecondDrawn) isEvent()     {}
func (MoreDrawn) isEvent()       {}
func (DrawFailed) isEvent()      {}
func (DrawRefused) isEvent()     {}
func (Committed) isEvent()       {}
func (Declined) isEvent()        {}
func (Revealed) isEvent()        {}
func (EvidenceStopped) isEvent() {}
func (TurnCame) isEvent()        {}
func (CourtOpened) isEvent()     {}
func (CourtGivenUp) isEvent()    {}
func (CourtUnpaid) isEvent()     {}
func (Challenged) isEvent()      {}
func (AuditDrawn) isEvent()      {}
func (Cancelled) isEvent()       {}
func (Broke) isEvent()           {}
func (Prolonged) isEvent()       {}

// An Effect is something the caller must do after storing the new state.
type Effect interface{ isEffect() }

// The effects.
type (
	// Draw asks for seats of a wave: the first worker in wave 1, as the plan says in wave 2, Count of them in later ones.
	Draw struct{ Wave, Count uint32 }
	// AskPlan asks for the plan of wave 2, made from a state that nobody who knows the draw's seed can have shaped.
	AskPlan struct{}
	// Lock takes stake for an assignment.
	Lock struct {
		Who    string
		Amount uint64
	}
	// Release frees a first worker's stake when the task goes on without it.
	Release struct {
		Who    string
		Amount uint64
		Fault  Fault
	}
	// EnterLedgers gives the task its turn in both ledgers, where its policy keeps them.
	EnterLedgers struct{ Entry Entry }
	// AskTurn asks both ledgers whether the task may finalise on its replicas.
	AskTurn struct{}
	// OpenCourt asks for the court. Its windows begin when it is opened, however long the task waits until then.
	OpenCourt struct{}
	// RecallCourt asks for the court again: so many seats were silent that there is no verdict. They are to be noted as silent,
	// verdict or none.
	RecallCourt struct{}
	// Resolve tells the ledgers how the task ended; the charge is decided at its turn: w if the turn is open and
	// the first worker is not vindicated, else nothing.
	Resolve struct{ Vindicated, Counted bool }
	// Finish moves the money.
	Finish struct{ Settlement Settlement }
	// AskAudit asks at the end of an audit window whether the chain calls the court by itself.
	AskAudit struct{}
	// FinishAudit makes the answer final and moves the stakes and the bond.
	FinishAudit struct{ Settlement AuditSettlement }
	// FinishBytes moves the stakes and the bond when the court has looked for an answer's bytes. The audit goes on.
	FinishBytes struct{ Settlement AuditSettlement }
)

func (Draw) isEffect()         {}
func (AskPlan) isEffect()      {}
func (Lock) isEffect()         {}
func (Release) isEffect()      {}
func (EnterLedgers) isEffect() {}
func (AskTurn) isEffect()      {}
func (OpenCourt) isEffect()    {}
func (RecallCourt) isEffect()  {}
func (Resolve) isEffect()      {}
func (Finish) isEffect()       {}
func (AskAudit) isEffect()     {}
func (FinishAudit) isEffect()  {}
func (FinishBytes) isEffect()  {}

// Apply is the transition function: the state after an event and what to do about it. On error the state is the old
// one and nothing is to be done. Events of users (Committed, Declined, Revealed, Cancelled) fail with one of this
// package's errors; an error on any other event is a defect of the caller.
func (t Task) Apply(ev Event) (Task, []Effect, error) {
	next := t
	next.Seats = slices.Clone(t.Seats)
	next.Court = slices.Clone(t.Court)
	effects, err := next.applyEvent(ev)
	if err != nil {
		return t, nil, err
	}
	return next, effects, nil
}

func (t *Task) applyEvent(ev Event) ([]Effect, error) {
	if t.Phase == PhaseDone {
		return nil, fmt.Errorf("%w: the task has ended (%s)", ErrWrongPhase, t.Ending)
	}
	switch e := ev.(type) {
	case Due:
		return t.passDeadline(e.Height)
	case FirstDrawn:
		return t.firstDrawn(e)
	case PlanMade:
		return t.planMade(e)
	case SecondDrawn:
		return t.secondDrawn(e)
	case MoreDrawn:
		return t.moreDrawn(e)
	case DrawFailed:
		return t.drawFailed(e.Height)
	case DrawRefused:
		return t.drawRefused(e.Height)
	case Committed:
		return nil, t.applyCommit(e)
	case Declined:
		return nil, t.applyDecline(e)
	case Revealed:
		return nil, t.applyReveal(e)
	case EvidenceStopped:
		return t.applyStop()
	case TurnCame:
		return t.turnCame(e)
	case CourtOpened:
		return nil, t.courtOpened(e)
	case CourtUnpaid:
		return t.courtUnpaid()
	case CourtGivenUp:
		return t.courtGivenUp(e.Height)
	case Challenged:
		return nil, t.applyChallenge(e)
	case AuditDrawn:
		return t.auditDrawn(e)
	case Prolonged:
		return nil, t.prolong(e)
	case Cancelled:
		if err := t.requirePhase(PhaseOpen); err != nil {
			return nil, err
		}
		t.Cancelled, t.Deadline = true, e.Height // ended by the block hook: messages move no money
		return nil, nil
	case Broke:
		return t.endTask(EndBroken), nil
	}
	return nil, fmt.Errorf("unknown event %T", ev)
}

func (t *Task) requirePhase(phases ...Phase) error {
	if slices.Contains(phases, t.Phase) {
		return nil
	}
	return fmt.Errorf("%w: the task is in phase %s, expected %v", ErrWrongPhase, t.Phase, phases)
}

// passDeadline acts on a passed deadline.
func (t *Task) passDeadline(height int64) ([]Effect, error) {
	switch t.Phase {
	case PhaseOpen:
		if t.Cancelled {
			return t.endTask(EndCancelled), nil
		}
		return []Effect{Draw{Wave: 1}}, nil
	case PhaseLocked:
		if !t.Planned {
			return []Effect{AskPlan{}}, nil
		}
		return []Effect{t.drawNext()}, nil
	case PhaseFirst:
		fault := FaultSilent
		if t.Seats[0].State == SeatSilent {
			fault = FaultNone // it declined in time
		}
		return t.loseFirst(height, fault), nil
	case PhaseSecond:
		markSilent(t.Seats)
		t.openReveal(height)
		return nil, nil
	case PhaseReveal:
		t.closeReveals()
		return t.judgeReveals(height), nil
	case PhaseCourtWait:
		return t.callCourt(), nil
	case PhaseCourtCommit:
		return t.closeCourtCommits(height), nil
	case PhaseCourtReveal:
		return t.tallyCourt(height), nil
	case PhaseAudit:
		return t.auditDue(), nil
	}
	return nil, fmt.Errorf("%w: nothing is due in phase %s", ErrWrongPhase, t.Phase)
}

// hasCommitted says whether a reveal is awaited of a seat.
func hasCommitted(s Seat) bool { return s.State == SeatCommitted && s.Missed == 0 }

func wasDrawn(s Seat) bool { return s.State == SeatDrawn }

// markSilent marks every seat that has not committed.
func markSilent(seats []Seat) {
	for i := range seats {
		if seats[i].State == SeatDrawn {
			seats[i].State = SeatSilent
		}
	}
}

// openReveal starts the reveal phase for those who committed. Reveals are taken from the given height on.
func (t *Task) openReveal(from int64) {
	t.Phase, t.From, t.Deadline = PhaseReveal, from, from+t.Terms.RevealBlocks
	if countSeats(t.Seats, hasCommitted) == 0 {
		t.Deadline = from // a later wave of which nobody answered: it is judged at once
	}
}

// closeReveals notes who committed and did not reveal.
func (t *Task) closeReveals() {
	t.RevealEnd = t.Deadline
	for i := range t.Seats {
		if hasCommitted(t.Seats[i]) {
			t.Seats[i].Missed = t.Deadline
		}
	}
}

func (t *Task) firstDrawn(e FirstDrawn) ([]Effect, error) {
	if err := t.requirePhase(PhaseOpen); err != nil {
		return nil, err
	}
	e.Seat.Wave, e.Seat.State = 1, SeatDrawn
	t.Seats = []Seat{e.Seat}
	t.Phase, t.Deadline = PhaseFirst, e.Height+t.Terms.CommitBlocks
	return []Effect{Lock{e.Seat.Who, t.Terms.Stake}}, nil
}

// loseFirst frees the first worker and draws another, or gives up after the last attempt.
func (t *Task) loseFirst(height int64, f Fault) []Effect {
	gone := Release{Who: t.Seats[0].Who, Amount: t.Terms.Stake, Fault: f}
	t.Seats = nil
	if t.Attempt >= t.Terms.MaxAttempts {
		return append([]Effect{gone}, t.endTask(EndNoWorker)...)
	}
	t.Attempt++
	t.Phase, t.Deadline, t.WaitEnd = PhaseOpen, height+1, height+t.Terms.WaitBlocks
	return []Effect{gone}
}

// planMade fixes how the task is checked. A plan of the court needs no draw; any other waits for its seed.
func (t *Task) planMade(e PlanMade) ([]Effect, error) {
	if err := t.requirePhase(PhaseLocked); err != nil {
		return nil, err
	}
	if t.Planned {
		return nil, fmt.Errorf("%w: the task has a plan", ErrAlready)
	}
	t.Plan, t.Planned, t.Delay = e.Plan, true, e.Delay+PlanDelay
	if e.Plan.Court {
		return t.secondDrawn(SecondDrawn{Height: e.Height, Plan: e.Plan})
	}
	if e.Delay <= 0 {
		return []Effect{Draw{Wave: 2}}, nil
	}
	t.Deadline = e.Height + e.Delay
	return nil, nil
}

func (t *Task) secondDrawn(e SecondDrawn) ([]Effect, error) {
	if err := t.requirePhase(PhaseLocked); err != nil {
		return nil, err
	}
	if !t.Planned || t.Seated {
		return nil, fmt.Errorf("%w: wave 2 has no plan, or has been drawn", ErrWrongPhase)
	}
	t.Plan, t.Seated = e.Plan, true
	if e.Plan.Court {
		e.Seats = nil
	}
	var effects []Effect
	if t.Terms.policyRules().Ledgers {
		effects = append(effects, EnterLedgers{Entry{
			Charge: e.Plan.Charge, Long: e.Plan.Long, Value: t.Terms.Value, Premium: t.Terms.Premium,
		}})
	}
	return append(effects, t.seatWave(2, e.Seats, e.Height)...), nil
}

func (t *Task) moreDrawn(e MoreDrawn) ([]Effect, error) {
	if err := t.requirePhase(PhaseLocked); err != nil {
		return nil, err
	}
	if !t.Seated {
		return nil, fmt.Errorf("%w: wave 2 comes first", ErrWrongPhase)
	}
	return t.seatWave(t.nextWave(), e.Seats, e.Height), nil
}

// seatWave seats a wave, which then runs the task; one of nobody leaves what there is to be revealed.
func (t *Task) seatWave(wave uint32, seats []Seat, height int64) (effects []Effect) {
	for _, s := range seats {
		s.Wave, s.State = wave, SeatDrawn
		t.Seats = append(t.Seats, s)
		effects = append(effects, Lock{s.Who, t.Terms.Stake})
	}
	if len(seats) == 0 {
		t.openReveal(height)
	} else {
		t.Phase, t.Deadline = PhaseSecond, height+FollowingWindow(t.Terms.CommitBlocks, t.Took)
	}
	return effects
}

// drawFailed sets when it is looked again for enough organisations. At the end of the wait a task without a first worker
// ends, and one with a locked answer goes to the court, or ends where none may judge.
func (t *Task) drawFailed(height int64) ([]Effect, error) {
	if err := t.requirePhase(PhaseOpen, PhaseLocked); err != nil {
		return nil, err
	}
	if height < t.WaitEnd {
		next := height + t.Terms.RetryBlocks
		if t.Phase == PhaseOpen {
			// As long again as it has waited: with n blocks to wait there are some log2(n) looks, not n. Behind commit 1 a
			// worker and its stake wait, and the court at the end: there it is looked as often as can be.
			next += height - (t.WaitEnd - t.Terms.WaitBlocks)
		}
		t.Deadline = min(next, t.WaitEnd)
		return nil, nil
	}
	switch {
	case t.Seated:
		return t.callCourt(), nil // more replicas were asked for, and cannot be had
	case t.Phase == PhaseOpen || t.Terms.policyRules().Court == CourtNever:
		return t.endTask(EndTooFew), nil
	}
	return t.planMade(PlanMade{Height: height, Plan: Plan{Risk: t.Risk}.toCourt(BoundFew)})
}

// drawRefused forgets the plan and keeps its risk. Whoever knew the seed may have made the draw impossible, because it did
// not suit: the next seed is another chance, which the next plan has to count (docs/trust.md, "The moment of the draw").
func (t *Task) drawRefused(height int64) ([]Effect, error) {
	if err := t.requirePhase(PhaseLocked); err != nil {
		return nil, err
	}
	if !t.Planned || t.Seated {
		return nil, fmt.Errorf("%w: wave 2 has no plan, or has been drawn", ErrWrongPhase)
	}
	t.Risk, t.Plan, t.Planned = t.Plan.X, Plan{}, false
	return t.drawFailed(height)
}
