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
)

// An Event is something that happened to a task.
type Event interface{ event() }

// The events. Height is the block's.
type (
	// Due is sent by a block hook at the first height that is not below the task's Deadline.
	Due struct{ Height int64 }
	// FirstDrawn answers a Draw effect of wave 1.
	FirstDrawn struct {
		Height int64
		Seat   Seat
	}
	// SecondDrawn answers a Draw effect of wave 2; a plan of the court comes with no seats.
	SecondDrawn struct {
		Height int64
		Plan   Plan
		Seats  []Seat
	}
	// DrawFailed answers a Draw effect: too few eligible organisations now.
	DrawFailed struct{ Height int64 }
	// Committed is a worker's, or a court seat's, commitment. Delay is d of protocol section 7, used at commit 1.
	Committed struct {
		Height     int64
		Bench      Bench
		Who        string
		Attempt    uint32
		Commitment [32]byte
		Delay      int64
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
	}
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
	// Cancelled is the requester's wish.
	Cancelled struct{ Height int64 }
	// Broke is sent when the chain could not process the task; it ends it with everyone whole.
	Broke struct{ Height int64 }
)

func (Due) event()          {}
func (FirstDrawn) event()   {}
func (SecondDrawn) event()  {}
func (DrawFailed) event()   {}
func (Committed) event()    {}
func (Declined) event()     {}
func (Revealed) event()     {}
func (TurnCame) event()     {}
func (CourtOpened) event()  {}
func (CourtGivenUp) event() {}
func (CourtUnpaid) event()  {}
func (Cancelled) event()    {}
func (Broke) event()        {}

// An Effect is something the caller must do after storing the new state.
type Effect interface{ effect() }

// The effects.
type (
	// Draw asks for seats of a wave.
	Draw struct{ Wave uint32 }
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
	// EnterLedgers gives the task its turn in both ledgers.
	EnterLedgers struct {
		Charge Q64
		Long   bool
	}
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
)

func (Draw) effect()         {}
func (Lock) effect()         {}
func (Release) effect()      {}
func (EnterLedgers) effect() {}
func (AskTurn) effect()      {}
func (OpenCourt) effect()    {}
func (RecallCourt) effect()  {}
func (Resolve) effect()      {}
func (Finish) effect()       {}

// Apply is the transition function: the state after an event and what to do about it. On error the state is the old
// one and nothing is to be done. Events of users (Committed, Declined, Revealed, Cancelled) fail with one of this
// package's errors; an error on any other event is a defect of the caller.
func (t Task) Apply(ev Event) (Task, []Effect, error) {
	next := t
	next.Seats = slices.Clone(t.Seats)
	next.Court = slices.Clone(t.Court)
	effects, err := next.apply(ev)
	if err != nil {
		return t, nil, err
	}
	return next, effects, nil
}

func (t *Task) apply(ev Event) ([]Effect, error) {
	if t.Phase == PhaseDone {
		return nil, fmt.Errorf("%w: the task has ended (%s)", ErrWrongPhase, t.Ending)
	}
	switch e := ev.(type) {
	case Due:
		return t.due(e.Height)
	case FirstDrawn:
		return t.firstDrawn(e)
	case SecondDrawn:
		return t.secondDrawn(e)
	case DrawFailed:
		return t.drawFailed(e.Height)
	case Committed:
		return nil, t.committed(e)
	case Declined:
		return nil, t.declined(e)
	case Revealed:
		return nil, t.revealed(e)
	case TurnCame:
		return t.turnCame(e)
	case CourtOpened:
		return nil, t.courtOpened(e)
	case CourtUnpaid:
		return t.courtUnpaid()
	case CourtGivenUp:
		return t.courtGivenUp()
	case Cancelled:
		if err := t.in(PhaseOpen); err != nil {
			return nil, err
		}
		t.Cancelled, t.Deadline = true, e.Height // ended by the block hook: messages move no money
		return nil, nil
	case Broke:
		return t.end(EndBroken), nil
	}
	return nil, fmt.Errorf("unknown event %T", ev)
}

func (t *Task) in(phases ...Phase) error {
	if slices.Contains(phases, t.Phase) {
		return nil
	}
	return fmt.Errorf("%w: the task is in phase %s, expected %v", ErrWrongPhase, t.Phase, phases)
}

// due acts on a passed deadline.
func (t *Task) due(height int64) ([]Effect, error) {
	switch t.Phase {
	case PhaseOpen:
		if t.Cancelled {
			return t.end(EndCancelled), nil
		}
		return []Effect{Draw{Wave: 1}}, nil
	case PhaseLocked:
		return []Effect{Draw{Wave: 2}}, nil
	case PhaseFirst:
		fault := FaultSilent
		if t.Seats[0].State == SeatSilent {
			fault = FaultNone // it declined in time
		}
		return t.loseFirst(height, fault), nil
	case PhaseSecond:
		silence(t.Seats)
		t.openReveal(height)
		return nil, nil
	case PhaseReveal:
		t.RevealEnd = t.Deadline
		return t.judge(), nil
	case PhaseCourtWait:
		return t.callCourt(), nil
	case PhaseCourtCommit:
		return t.closeCourtCommits(height), nil
	case PhaseCourtReveal:
		return t.tally(), nil
	}
	return nil, fmt.Errorf("%w: nothing is due in phase %s", ErrWrongPhase, t.Phase)
}

func committed(s Seat) bool { return s.State == SeatCommitted }

func drawn(s Seat) bool { return s.State == SeatDrawn }

// silence marks every seat that has not committed.
func silence(seats []Seat) {
	for i := range seats {
		if seats[i].State == SeatDrawn {
			seats[i].State = SeatSilent
		}
	}
}

// openReveal starts the reveal phase for those who committed. Reveals are taken from the given height on.
func (t *Task) openReveal(from int64) {
	t.Phase, t.From, t.Deadline = PhaseReveal, from, from+t.Terms.RevealBlocks
}

func (t *Task) firstDrawn(e FirstDrawn) ([]Effect, error) {
	if err := t.in(PhaseOpen); err != nil {
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
		return append([]Effect{gone}, t.end(EndNoWorker)...)
	}
	t.Attempt++
	t.Phase, t.Deadline, t.WaitEnd = PhaseOpen, height+1, height+t.Terms.WaitBlocks
	return []Effect{gone}
}

func (t *Task) secondDrawn(e SecondDrawn) ([]Effect, error) {
	if err := t.in(PhaseLocked); err != nil {
		return nil, err
	}
	t.Plan, t.Planned = e.Plan, true
	charge := e.Plan.Charge
	if e.Plan.Court {
		charge = Q64{} // the court decides: no lie of the first worker can be accepted
		e.Seats = nil
	}
	effects := []Effect{EnterLedgers{Charge: charge, Long: e.Plan.Long}}
	for _, s := range e.Seats {
		s.Wave, s.State = 2, SeatDrawn
		t.Seats = append(t.Seats, s)
		effects = append(effects, Lock{s.Who, t.Terms.Stake})
	}
	if len(e.Seats) == 0 {
		t.openReveal(e.Height)
	} else {
		t.Phase, t.Deadline = PhaseSecond, e.Height+FollowingWindow(t.Terms.CommitBlocks, t.Took)
	}
	return effects, nil
}

// drawFailed sets when it is looked again for enough organisations; at the end of the wait a task without a first worker
// ends, and one with a locked answer goes to the court.
func (t *Task) drawFailed(height int64) ([]Effect, error) {
	if err := t.in(PhaseOpen, PhaseLocked); err != nil {
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
	if t.Phase == PhaseOpen {
		return t.end(EndTooFew), nil
	}
	return t.secondDrawn(SecondDrawn{Height: height, Plan: Plan{Court: true, Bound: BoundFew}})
}
