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
	// Committed is a worker's, or a court seat's, commitment. Delay is d of protocol section 8, used at commit 1.
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
	// CourtOpened answers an OpenCourt effect with the seats, their powers and nothing else filled in.
	CourtOpened struct {
		Height int64
		Seats  []Seat
	}
	// Cancelled is the requester's wish.
	Cancelled struct{ Height int64 }
	// Broke is sent when the chain could not process the task; it ends it with everyone whole.
	Broke struct{ Height int64 }
)

func (Due) event()         {}
func (FirstDrawn) event()  {}
func (SecondDrawn) event() {}
func (DrawFailed) event()  {}
func (Committed) event()   {}
func (Declined) event()    {}
func (Revealed) event()    {}
func (TurnCame) event()    {}
func (CourtOpened) event() {}
func (Cancelled) event()   {}
func (Broke) event()       {}

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
	// OpenCourt asks for the court.
	OpenCourt struct{}
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
		return t.judge(), nil
	case PhaseCourtWait:
		return []Effect{OpenCourt{}}, nil
	case PhaseCourtCommit:
		silence(t.Court)
		if count(t.Court, committed) == 0 {
			return t.end(EndCourtSilent), nil
		}
		t.Phase, t.From, t.Deadline = PhaseCourtReveal, height, height+t.Terms.CourtRevealBlocks
		return nil, nil
	case PhaseCourtReveal:
		return t.tally(), nil
	}
	return nil, fmt.Errorf("%w: nothing is due in phase %s", ErrWrongPhase, t.Phase)
}

func committed(s Seat) bool { return s.State == SeatCommitted }

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
		t.Phase, t.Deadline = PhaseSecond, e.Height+t.Terms.CommitBlocks
	}
	return effects, nil
}

func (t *Task) drawFailed(height int64) ([]Effect, error) {
	if err := t.in(PhaseOpen, PhaseLocked); err != nil {
		return nil, err
	}
	if height < t.WaitEnd {
		t.Deadline = min(height+t.Terms.RetryBlocks, t.WaitEnd)
		return nil, nil
	}
	if t.Phase == PhaseOpen {
		return t.end(EndTooFew), nil
	}
	return t.secondDrawn(SecondDrawn{Height: height, Plan: Plan{Court: true, Bound: BoundFew}})
}

// seat finds the seat of a user's event and checks what all such events share.
func (t *Task) seat(bench Bench, who string, attempt uint32, height int64) (*Seat, error) {
	seats := t.Seats
	if bench == BenchCourt {
		seats = t.Court
	}
	s := find(seats, who)
	switch {
	case attempt != t.Attempt:
		return nil, fmt.Errorf("%w: got attempt %d, expected %d", ErrWrongAttempt, attempt, t.Attempt)
	case s == nil:
		return nil, fmt.Errorf("%w: %s", ErrNotDrawn, who)
	case height >= t.Deadline:
		return nil, fmt.Errorf("%w: at height %d, it was open below %d", ErrWindowClosed, height, t.Deadline)
	}
	return s, nil
}

func (t *Task) committed(e Committed) error {
	s := find(t.Seats, e.Who)
	if e.Bench == BenchCourt {
		s = find(t.Court, e.Who)
	}
	if s != nil && e.Attempt == t.Attempt && (s.State == SeatCommitted || s.State == SeatRevealed) {
		return fmt.Errorf("%w: %s has committed in attempt %d", ErrAlready, e.Who, e.Attempt)
	}
	phases := []Phase{PhaseFirst, PhaseSecond}
	if e.Bench == BenchCourt {
		phases = []Phase{PhaseCourtCommit}
	}
	s, err := t.seat(e.Bench, e.Who, e.Attempt, e.Height)
	if err == nil || errors.Is(err, ErrWindowClosed) {
		if perr := t.in(phases...); perr != nil {
			return perr
		}
	}
	if err != nil {
		return err
	}
	if s.State != SeatDrawn {
		return fmt.Errorf("%w: %s gave its seat back", ErrAlready, e.Who)
	}
	s.State, s.Commitment = SeatCommitted, e.Commitment
	switch t.Phase {
	case PhaseFirst:
		t.Phase, t.Deadline = PhaseLocked, e.Height+max(1, e.Delay)
		t.WaitEnd = e.Height + t.Terms.WaitBlocks
	case PhaseSecond:
		t.closeCommits(e.Height)
	case PhaseCourtCommit:
		if count(t.Court, committed) == len(t.Court) {
			t.Phase, t.From, t.Deadline = PhaseCourtReveal, e.Height+1, e.Height+1+t.Terms.CourtRevealBlocks
		}
	}
	return nil
}

// closeCommits opens the reveal phase, from the next block on, once no commitment is awaited.
func (t *Task) closeCommits(height int64) {
	if count(t.Seats, func(s Seat) bool { return s.State == SeatDrawn }) == 0 {
		t.openReveal(height + 1)
	}
}

func (t *Task) declined(e Declined) error {
	s, err := t.seat(BenchWorkers, e.Who, e.Attempt, e.Height)
	if err != nil {
		return err
	}
	if err := t.in(PhaseFirst, PhaseSecond); err != nil {
		return err
	}
	if s.State != SeatDrawn {
		return fmt.Errorf("%w: %s has committed or declined", ErrAlready, e.Who)
	}
	if late := t.Deadline - t.Terms.CommitBlocks/2; t.Phase == PhaseFirst && e.Height > late {
		return fmt.Errorf("%w: a first worker may decline up to height %d; later it only costs time", ErrWindowClosed, late)
	}
	s.State = SeatSilent
	if t.Phase == PhaseFirst {
		t.Deadline = e.Height // another is drawn by the block hook
	} else {
		t.closeCommits(e.Height)
	}
	return nil
}

func (t *Task) revealed(e Revealed) error {
	s, err := t.seat(e.Bench, e.Who, e.Attempt, e.Height)
	if err != nil && !errors.Is(err, ErrWindowClosed) {
		return err
	}
	if s == nil {
		s = find(t.Seats, e.Who)
		if e.Bench == BenchCourt {
			s = find(t.Court, e.Who)
		}
	}
	want := PhaseReveal
	if e.Bench == BenchCourt {
		want = PhaseCourtReveal
	}
	switch {
	case s.State == SeatRevealed:
		return fmt.Errorf("%w: %s has revealed", ErrAlready, e.Who)
	case t.Phase < want || t.Phase == want && e.Height < t.From:
		return fmt.Errorf("%w: the task is in phase %s", ErrTooEarly, t.Phase)
	case t.Phase > want:
		return fmt.Errorf("%w: the task is in phase %s", ErrWindowClosed, t.Phase)
	case err != nil:
		return err
	case s.State != SeatCommitted:
		return fmt.Errorf("%w: %s has committed nothing", ErrNotDrawn, e.Who)
	}
	if err := e.Outcome.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalidOutcome, err)
	}
	if err := CheckSalt(e.Salt); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalidOutcome, err)
	}
	if got := Commitment(e.Bench, t.Terms.ChainID, t.ID, t.Attempt, e.Who, e.Outcome, e.Salt); got != s.Commitment {
		return fmt.Errorf("%w: the revealed outcome and salt hash to %x, committed was %x", ErrCommitment, got, s.Commitment)
	}
	s.State, s.Outcome = SeatRevealed, e.Outcome
	seats := t.Seats
	if e.Bench == BenchCourt {
		seats = t.Court
	}
	if count(seats, committed) == 0 {
		t.Deadline = e.Height // nobody is awaited: judged at the end of this block
	}
	return nil
}

// judge asks the policy what the revealed outcomes mean. A plan of the court leaves nothing to ask.
func (t *Task) judge() []Effect {
	policy, ok := PolicyByName(t.Terms.Policy)
	if t.Plan.Court || !ok {
		return t.callCourt()
	}
	ballots := make([]Ballot, len(t.Seats))
	for i, s := range t.Seats {
		ballots[i] = Ballot{Revealed: s.State == SeatRevealed, Outcome: s.Outcome}
	}
	switch j := policy.Judge(t.Terms, ballots); j.Decision {
	case DecideAccept:
		t.Phase, t.Deadline = PhaseTurn, 0
		return []Effect{AskTurn{}}
	case DecideRefund:
		if j.Outcome.Kind == KindInputUnavailable {
			return t.end(EndInputUnavailable)
		}
		return t.end(EndAbstained)
	}
	return t.callCourt()
}

func (t *Task) turnCame(e TurnCame) ([]Effect, error) {
	if err := t.in(PhaseTurn); err != nil {
		return nil, err
	}
	switch e.Gate {
	case GateOpen:
		t.Verdict = t.Seats[0].Outcome
		return t.end(EndAccepted), nil
	case GateShut:
		return t.callCourt(), nil
	}
	return nil, nil
}

func (t *Task) callCourt() []Effect {
	t.Phase, t.Deadline = PhaseCourtWait, 0
	return []Effect{OpenCourt{}}
}

func (t *Task) courtOpened(e CourtOpened) error {
	if err := t.in(PhaseCourtWait); err != nil {
		return err
	}
	t.Court = slices.Clone(e.Seats)
	t.Phase, t.Deadline = PhaseCourtCommit, e.Height+t.Terms.CourtBlocks
	return nil
}

// tally looks for more than two thirds of the court's whole power on one outcome (protocol section 4).
func (t *Task) tally() []Effect {
	var total, open uint64
	for _, s := range t.Court {
		total += s.Power
		if s.State == SeatRevealed {
			open += s.Power
		}
	}
	for _, s := range t.Court {
		if s.State != SeatRevealed {
			continue
		}
		var power uint64
		for _, o := range t.Court {
			if o.State == SeatRevealed && o.Outcome == s.Outcome {
				power += o.Power
			}
		}
		if 3*power <= 2*total {
			continue
		}
		t.ByCourt, t.Verdict = true, s.Outcome
		switch s.Outcome.Kind {
		case KindInputUnavailable:
			return t.end(EndInputUnavailable)
		case KindAbstain:
			return t.end(EndAbstained)
		}
		return t.end(EndAccepted)
	}
	if 3*(total-open) > total {
		return t.end(EndCourtSilent)
	}
	return t.end(EndVoid)
}

// end closes the task: the ledgers are told if it stood in them, the money moves.
func (t *Task) end(e Ending) []Effect {
	t.Phase, t.Deadline, t.Ending = PhaseDone, 0, e
	var effects []Effect
	if t.Planned {
		first := t.Seats[0]
		accepted := e == EndAccepted
		// A first worker that committed to no answer cannot have its lie accepted: nothing is to be charged for it.
		revealed := first.State == SeatRevealed
		effects = append(effects, Resolve{
			Vindicated: revealed && (!first.Outcome.Kind.IsAnswer() || accepted && first.Outcome == t.Verdict),
			Counted:    accepted,
		})
	}
	return append(effects, Finish{Settlement: t.settle()})
}
