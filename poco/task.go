package poco

import (
	"fmt"
	"math/bits"
)

// Terms are the conditions that a deal pins for its tasks. A task runs to its end under them, whatever changes meanwhile.
type Terms struct {
	ChainID string
	Policy  string
	Trust   uint64 // T, quantised

	AppPrice uint64 // to the app's provider, for a result
	// DatasetPrice is the most that the datasets of one task of the deal can cost. Royalties are the prices of this task's
	// datasets.
	DatasetPrice uint64
	Royalties    []Royalty
	Price        uint64 // for each right replica: Reward to the worker, the rest to the pool's owner
	// UsePrice makes Price the upper limit of a price by use: see PriceOf. Seconds are those that the job declares.
	UsePrice UsePrice
	Seconds  uint32
	// CommissionBps is the pool owner's share of the price. The pool owner also gets the unit that rounding leaves.
	CommissionBps uint32
	Stake         uint64 // locked per assignment
	Value         uint64 // G, the value at risk; bounds restitution
	CourtFee      uint64 // c_v, to each court seat that found the truth
	// CourtDeposit is the part of the escrow that waits for a court: the fees of all seats that were active when the deal was made. The
	// payer has it back, unless a court that no stake pays is called.
	CourtDeposit uint64
	// Premium is destroyed when the task counts in the ledgers: it pays for the task's place in their budget in money.
	Premium uint64
	// InformerBps is the share of slashed stake, after the court's pay, that goes to workers with the right answer. It is below one
	// half, so that nobody gains by accusing itself.
	InformerBps uint32

	MinReplicas uint32
	MaxSeats    uint32 // replicas the escrow pays for
	FuelLimit   uint64
	// StaticCredibility adds replicas until the evidence of their records reaches the trust (n_cred of section 3).
	StaticCredibility bool

	Requester string // account that restitution is paid to
	AppOwner  string // account paid the app's price
	PoolOwner string // account paid the commission

	// Windows in blocks.
	CommitBlocks      int64
	RevealBlocks      int64
	CourtBlocks       int64
	CourtRevealBlocks int64
	// AnswerBlocks is how many blocks longer the window to commit of a court about the bytes is than that of another court; see
	// WindowRates.Answer.
	AnswerBlocks int64
	// AuditBlocks is how long an answer of the replicas can be challenged while its workers' stakes stay locked; 0: never.
	AuditBlocks int64
	WaitBlocks  int64 // how long to wait for enough eligible organisations
	RetryBlocks int64 // how long until a draw is tried again; for a first worker each wait is longer by what it waited before
	MaxAttempts uint32
}

// Royalty is what the owner of one dataset of a task is paid for a result.
type Royalty struct {
	To     string
	Amount uint64
}

// Validate returns an error that names the first field with which no task can run.
func (t Terms) Validate() error {
	for _, w := range []struct {
		name string
		v    int64
	}{
		{"commit_blocks", t.CommitBlocks}, {"reveal_blocks", t.RevealBlocks}, {"court_blocks", t.CourtBlocks},
		{"court_reveal_blocks", t.CourtRevealBlocks}, {"wait_blocks", t.WaitBlocks}, {"retry_blocks", t.RetryBlocks},
	} {
		if w.v < 1 || w.v > MaxWindow {
			return fmt.Errorf("terms.%s: got %d, expected 1 to 2^32 blocks", w.name, w.v)
		}
	}
	if _, err := FindPolicy(t.Policy); err != nil {
		return fmt.Errorf("terms.%w", err)
	}
	switch {
	case t.AnswerBlocks < 0 || t.AnswerBlocks > MaxWindow:
		return fmt.Errorf("terms.answer_blocks: got %d, expected 0 to 2^32 blocks", t.AnswerBlocks)
	case t.AuditBlocks < 0 || t.AuditBlocks > MaxWindow:
		return fmt.Errorf("terms.audit_blocks: got %d, expected 0 to 2^32 blocks", t.AuditBlocks)
	case t.Trust < MinTrust || t.Trust > MaxTrust:
		return fmt.Errorf("terms.trust: got %d, expected %d to %d", t.Trust, MinTrust, MaxTrust)
	case t.MaxSeats < 1 || t.MaxSeats > MaxReplicas+1:
		return fmt.Errorf("terms.max_seats: got %d, expected 1 to %d", t.MaxSeats, MaxReplicas+1)
	case t.MinReplicas > MaxReplicas:
		return fmt.Errorf("terms.min_replicas: got %d, expected at most %d", t.MinReplicas, MaxReplicas)
	case t.InformerBps >= 5000:
		return fmt.Errorf("terms.informer_bps: got %d, expected below 5000", t.InformerBps)
	case t.CommissionBps > 10_000:
		return fmt.Errorf("terms.commission_bps: got %d, expected at most 10000", t.CommissionBps)
	case t.MaxAttempts < 1:
		return fmt.Errorf("terms.max_attempts: got 0, expected at least 1")
	}
	if t.Premium > 0 && !t.policyRules().Ledgers {
		return fmt.Errorf("terms.premium: got %d, expected 0 under the policy %q, which keeps no ledgers", t.Premium, t.Policy)
	}
	if err := t.UsePrice.Validate(t.Price); err != nil {
		return fmt.Errorf("terms.%w", err)
	}
	var sum, carry uint64
	for _, r := range t.Royalties {
		if sum, carry = bits.Add64(sum, r.Amount, 0); carry != 0 || sum > t.DatasetPrice {
			return fmt.Errorf("terms.royalties: got more than %d, expected at most dataset_price", t.DatasetPrice)
		}
	}
	if _, err := t.Escrow(); err != nil {
		return err
	}
	return nil
}

// Work returns the most that the work of one task can cost: the app's price, the datasets' and MaxSeats replicas.
func (t Terms) Work() (uint64, error) {
	hi, seats := bits.Mul64(t.Price, uint64(t.MaxSeats))
	assets, c1 := bits.Add64(t.AppPrice, t.DatasetPrice, 0)
	sum, c2 := bits.Add64(seats, assets, 0)
	if hi != 0 || c1 != 0 || c2 != 0 {
		return 0, fmt.Errorf("terms: price %d times %d seats plus app price %d plus dataset price %d exceeds 64 bits", t.Price, t.MaxSeats, t.AppPrice, t.DatasetPrice)
	}
	return sum, nil
}

// WithSeats returns the terms with an escrow for another number of replicas. The value at risk is at least the new cost of the
// work, and the premium follows the value.
func (t Terms) WithSeats(seats uint32) (Terms, error) {
	work, err := t.Work()
	if err != nil {
		return t, err
	}
	if t.Value == work { // nobody has declared more
		t.Value = 0
	}
	t.MaxSeats = seats
	if work, err = t.Work(); err != nil {
		return t, err
	}
	t.Value = max(t.Value, work)
	t.Premium = PremiumFor(t.Policy, t.Value, t.Trust)
	return t, nil
}

// Escrow returns what one task can cost at most, which is locked before it starts: its work, the premium and the court's deposit.
func (t Terms) Escrow() (uint64, error) {
	work, err := t.Work()
	if err != nil {
		return 0, err
	}
	sum, c1 := bits.Add64(work, t.Premium, 0)
	sum, c2 := bits.Add64(sum, t.CourtDeposit, 0)
	if c1 != 0 || c2 != 0 {
		return 0, fmt.Errorf("terms: the work's %d plus the premium %d plus the court's deposit %d exceeds 64 bits", work, t.Premium, t.CourtDeposit)
	}
	return sum, nil
}

// Reward returns the worker's part of the price, which is the most that it is paid: the price less the pool's commission, rounded
// down.
func (t Terms) Reward() uint64 { return t.rewardOf(t.Price) }

// rewardOf is the worker's part of what a replica is paid.
func (t Terms) rewardOf(price uint64) uint64 { return mulBps(price, 10_000-t.CommissionBps) }

// Exposure returns the amounts that the stake inequality compares for a task under these terms; bench is the number of court seats.
// The reward is the worker's part of the price. With a price by use it is the worker's part of the highest price, and stakes that
// are enough for that are enough for less. The commission does not make a worker honest. The cost of running the task is not known;
// no worker runs at a loss, so the reward bounds the cost too.
func (t Terms) Exposure(bench uint64) Exposure {
	e := Exposure{Value: t.Value, Reward: t.Reward(), Cost: t.Reward(), CourtCost: ^uint64(0)}
	if hi, cost := bits.Mul64(t.CourtFee, bench); hi == 0 {
		e.CourtCost = cost
	}
	return e
}

// Phase is a stage of a task's life.
type Phase uint8

// The phases, in the order a task can pass them.
const (
	PhaseOpen        Phase = iota // wave 1 is to be drawn
	PhaseFirst                    // the first worker runs it
	PhaseLocked                   // the answers so far are locked; the next wave's seats are to be drawn from a later seed
	PhaseSecond                   // the other replicas run it
	PhaseReveal                   // outcomes are opened
	PhaseTurn                     // all agree; the error debt's turn has not come: provisional
	PhaseCourtWait                // a court is wanted
	PhaseCourtCommit              // court seats run it
	PhaseCourtReveal              // court seats open their outcomes
	PhaseDone
	// PhaseAudit comes before PhaseDone: the answer is accepted and paid for, and stakes are locked for it until the window ends.
	PhaseAudit
)

// String names the phase.
func (p Phase) String() string {
	return [...]string{"OPEN", "FIRST", "LOCKED", "SECOND", "REVEAL", "TURN", "COURT_WAIT", "COURT_COMMIT", "COURT_REVEAL", "DONE", "AUDIT"}[p]
}

// SeatState is how far one seat has come.
type SeatState uint8

// The states of a seat.
const (
	SeatDrawn SeatState = iota
	SeatCommitted
	SeatRevealed
	SeatSilent // declined after the draw, or let the commit window pass
)

// Seat is one replica, or one place of the court.
type Seat struct {
	Who        string // worker, or the account that answers for a court seat
	Org        string
	Wave       uint32 // 1 or 2; 0 in the court
	Power      uint64 // voting power in the court
	State      SeatState
	Commitment [32]byte
	Committed  int64 // height of the commitment while it is not revealed, or if it was opened late
	Outcome    Outcome
	Score      uint64 // what the worker's record weighed when it was drawn (ScoreUnder)
	// Missed is the first height that was too late to reveal, of a seat that committed and did not, or that opened its commitment late.
	Missed int64
}

// Ending is how a task ended.
type Ending uint8

// The endings. Endings other than EndAccepted give the escrow back, less what the task's court costs the requester and, with
// EndCourtUnpaid, less what agreeing replicas are paid (settleEnding).
const (
	EndNone             Ending = iota
	EndAccepted                // an answer was accepted
	EndCancelled               // by the requester, before anyone was drawn
	EndNoWorker                // no first worker committed within the attempts
	EndTooFew                  // too few eligible organisations within the wait
	EndInputUnavailable        // the input could not be had
	EndAbstained               // every replica, or two thirds of the court, had no answer
	EndVoid                    // the court found no two thirds on one outcome
	EndCourtSilent             // the court stayed silent however often it was called
	EndBroken                  // the chain failed to process the task; it is refunded and its stakes are freed
	EndUndecided               // the replicas do not decide, and under the policy no court may
	EndCourtUnpaid             // a court would have to judge the task, and the escrow cannot pay it
	EndEvidenceStopped         // the program or verifier that its evidence would be checked against was stopped
)

// String names the ending.
func (e Ending) String() string {
	return [...]string{"NONE", "ACCEPTED", "CANCELLED", "NO_WORKER", "TOO_FEW_ORGANISATIONS", "INPUT_UNAVAILABLE",
		"ABSTAINED", "VOID", "COURT_SILENT", "BROKEN", "UNDECIDED", "COURT_UNPAID", "EVIDENCE_STOPPED"}[e]
}

// Task is the whole state of one task.
type Task struct {
	ID       [32]byte
	Terms    Terms
	Attempt  uint32 // at a first worker, counted from 1
	Phase    Phase
	Deadline int64 // first height that is too late for the phase; a block hook then sends Due. 0: none
	From     int64 // first height at which reveals are taken
	Took     int64 // blocks from the draw of the first worker to its commitment
	Delay    int64 // blocks from an answer's lock to the seed that draws the next wave (d of protocol section 7)
	WaitEnd  int64 // when waiting for enough organisations ends
	// RevealEnd is the first height that was too late to reveal a replica of the last wave. It is set when that height has come.
	RevealEnd int64
	Seats     []Seat
	// Declines are the seats that were given back, in all attempts.
	Declines []Decline
	Plan     Plan
	Planned  bool // wave 2 has been planned
	Seated   bool // and drawn: the task stands in the ledgers, if its policy has any
	Risk     Q64  // x of the plans whose draw was refused, together
	Court    []Seat
	// CourtCalled is the height at which the court was seated.
	CourtCalled int64
	// Recalls is how often the court ended without a verdict because seats were silent.
	Recalls uint32
	Ending  Ending
	// Cancelled says that the requester wants the task cancelled. The next block hook does it.
	Cancelled bool
	ByCourt   bool
	Verdict   Outcome // of an accepted answer
	Audit     Audit   // of an answer that the replicas gave
}

// IsFirstLook says whether the task is looked at for the first time: no draw of it has failed, no worker was lost, and no court was
// called.
func (t Task) IsFirstLook() bool {
	if t.CourtAtOnce() {
		return t.Phase == PhaseCourtWait && t.Recalls == 0 && !t.underAudit()
	}
	return t.Phase == PhaseOpen && t.Attempt == 1 && t.Deadline == t.WaitEnd-t.Terms.WaitBlocks
}

// NewTask opens a task at a height; its first event is Due in the same block.
func NewTask(id [32]byte, terms Terms, height int64) (Task, error) {
	if err := terms.Validate(); err != nil {
		return Task{}, err
	}
	t := Task{ID: id, Terms: terms, Attempt: 1, Deadline: height, WaitEnd: height + terms.WaitBlocks}
	if terms.policyRules().Court == CourtAtOnce {
		t.Phase = PhaseCourtWait
	}
	return t, nil
}

// First is the first worker's seat of this attempt, nil before it is drawn.
func (t *Task) First() *Seat {
	if len(t.Seats) == 0 {
		return nil
	}
	return &t.Seats[0]
}

// findByName returns the seat with this name, or nil if there is none.
func findByName(seats []Seat, who string) *Seat {
	for i := range seats {
		if seats[i].Who == who {
			return &seats[i]
		}
	}
	return nil
}

func countSeats(seats []Seat, is func(Seat) bool) (n int) {
	for _, s := range seats {
		if is(s) {
			n++
		}
	}
	return n
}
