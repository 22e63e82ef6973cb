package poco

import "fmt"

// A Ledger keeps the error debt of a group of tasks that share a demanded trust: all tasks of that trust, or those of one
// requesting organisation (protocol section 3). D, the settled charges, bounds the expected number of accepted wrong
// results. The rules keep D within the budget B = (N+1)/trust + E0.
//
// Besides the count there is an account in money, because tasks differ in value. D$ is the sum of the settled charges, each times
// the value of its task; it bounds the expected value of accepted wrong results. The rules keep D$ within the budget B$ = P + A,
// where P is the sum of the premiums of counted tasks.
//
// A task enters a ledger when its wave 2 is drawn, or when its plan is the court (Enter), and gets a turn: its place among those that
// entered. With all its answers in, it asks whether it may finalise (Gate). This depends on the charges of all earlier turns, settled or
// not. When the charge of a turn is decided, the turn is settled (Settle). Turns settle in any order, so the ledger keeps a record for
// each turn from its entry until Head has passed it, and sums over spans of turns that make Gate cheap however many tasks are in
// flight. The caller stores records and sums (Turns).
type Ledger struct {
	Trust uint64 // T, quantised; one ledger has one trust
	D     Q64    // settled charges of all turns
	N     uint64 // counted tasks: finalised with RESULT or APP_FAILED

	U             Q64    // charges of unsettled turns, if each is charged
	Unsettled     uint64 // their number
	UnsettledLong uint64 // those of them with a long declared limit

	Next uint64 // the number of the next turn; turns are numbered from 0 in the order of entry
	Head uint64 // every turn before Head is settled
	// HeadD and HeadN are the charges and counted tasks of the turns before Head; later turns are summed from Turns.
	HeadD Q64
	HeadN uint64

	Value     ValueAccount // the account in money of all turns
	HeadValue ValueAccount // that of the turns before Head, which are settled

	// Load over this window and the one before, for planning. The caller says how many blocks a window has.
	WindowStart int64
	Peak        [2]uint64 // highest Unsettled: this window, the one before
	Charges     [2]uint64 // number of charges: this window, the one before
	Limits      Histogram // declared fuel limits seen, to tell short tasks from long ones
}

// Allowances are what each ledger begins with (protocol section 3).
type Allowances struct {
	Errors Q64    // E0, in wrong results
	Value  uint64 // A, in ucred
}

// DefaultAllowances are the allowances of a chain that does not set others: a quarter of a wrong result, and 100 CRED. With the
// latter the account in money limits no task of a value up to A/(1/2 + E0) = 133 CRED, as long as the tasks of a ledger are alike.
var DefaultAllowances = Allowances{Errors: QuarterQ64, Value: 100_000_000}

// ValueBudget returns B$ = P + A in ucred.
func (l *Ledger) ValueBudget(a uint64) Money { return l.Value.P.Add(MoneyOf(a)) }

// Budget returns B = (N+1)/trust + E0, rounded down.
func (l *Ledger) Budget(e0 Q64) Q64 { return budgetOf(l.N, 0, l.Trust, e0) }

func budgetOf(counted, optimistic, trust uint64, e0 Q64) Q64 {
	return FracDown(counted+optimistic+1, trust).Add(e0)
}

// Describe describes each account in a sentence, for people.
func (l *Ledger) Describe(a Allowances) string {
	return fmt.Sprintf("of %d tasks that count, at most %s wrong results are to be expected; charged so far: %s. Wrong results are expected to be worth at most %s ucred, %s of it paid in premiums; charged so far: %s ucred.",
		l.N, l.Budget(a.Errors), l.D, l.ValueBudget(a.Value), l.Value.P, l.Value.D)
}

// Entry is a task as it enters a ledger.
type Entry struct {
	Charge  Q64 // w
	Long    bool
	Value   uint64 // V, what the task puts at risk, in ucred
	Premium uint64 // what it pays if it counts, in ucred
}

// mostCharge bounds the charge with which a turn is entered. No budget reaches it, so such a turn is shut. Sums of such charges do
// not saturate. A saturated sum would be wrong once one of its charges is taken out again.
var mostCharge = Q64{Hi: 1 << 40}

// Enter gives a task its turn. The load statistics use height and window, in blocks.
func (l *Ledger) Enter(t Turns, e Entry, height, window int64) (turn uint64, err error) {
	l.RollWindow(height, window)
	turn = l.Next
	if e.Charge.Cmp(mostCharge) > 0 {
		e.Charge = mostCharge
	}
	rec := TurnRecord{Charge: e.Charge, Long: e.Long, Value: ValueCharge(e.Charge, e.Value), Premium: e.Premium}
	if err := t.SetRecord(turn, rec); err != nil {
		return 0, err
	}
	if err := updateSpans(t, turn, Sums{}, rec.sumsOf()); err != nil {
		return 0, err
	}
	l.Next++
	l.U = l.U.Add(e.Charge)
	l.Value = l.Value.addAccount(rec.sumsOf().Value)
	l.Unsettled++
	if e.Long {
		l.UnsettledLong++
	}
	l.Peak[0] = max(l.Peak[0], l.Unsettled)
	return turn, nil
}

// Settle closes a turn with the charge decided for it (zero or its w) and whether its task counts in N.
func (l *Ledger) Settle(t Turns, turn uint64, charged Q64, counted bool, height, window int64) error {
	l.RollWindow(height, window)
	before, err := t.Record(turn)
	if err != nil {
		return err
	}
	if turn >= l.Next || turn < l.Head || before.Settled {
		return fmt.Errorf("ledger of trust %d: turn %d is not unsettled (there are turns from %d to below %d)", l.Trust, turn, l.Head, l.Next)
	}
	after := before
	after.Settled, after.Charged = true, charged
	if counted {
		after.Counted = 1
	}
	if err := t.SetRecord(turn, after); err != nil {
		return err
	}
	if err := updateSpans(t, turn, before.sumsOf(), after.sumsOf()); err != nil {
		return err
	}
	l.U = l.U.Sub(before.Charge)
	l.Unsettled--
	if before.Long {
		l.UnsettledLong--
	}
	l.D = l.D.Add(charged)
	l.N += after.Counted
	l.Value = l.Value.subAccount(before.sumsOf().Value).addAccount(after.sumsOf().Value)
	if !charged.IsZero() {
		l.Charges[0]++
	}
	return l.advanceHead(t)
}

// advanceHead moves Head over settled turns, and drops the records and spans that lie completely before it.
func (l *Ledger) advanceHead(t Turns) error {
	for range headSteps {
		if l.Head == l.Next {
			return nil
		}
		rec, err := t.Record(l.Head)
		if err != nil {
			return err
		}
		if !rec.Settled {
			return nil
		}
		l.HeadD = l.HeadD.Add(rec.Charged)
		l.HeadN += rec.Counted
		l.HeadValue = l.HeadValue.addAccount(rec.sumsOf().Value)
		if err := t.DropRecord(l.Head); err != nil {
			return err
		}
		l.Head++
		size := uint64(turnFan)
		for level := uint8(0); level < turnLevels && l.Head%size == 0; level, size = level+1, size*turnFan {
			if err := t.DropSpan(level, l.Head/size-1); err != nil {
				return err
			}
		}
	}
	return nil
}

// Before sums every turn earlier than the given one: D_i, N_i, U_i and u_i of protocol section 3. The given turn must not be below
// Head.
func (l *Ledger) Before(t Turns, turn uint64) (Sums, error) {
	total := Sums{D: l.HeadD, N: l.HeadN, Value: l.HeadValue}
	for at := l.Head; at < turn; {
		step, s, err := widestSpan(t, at, turn)
		if err != nil {
			return Sums{}, err
		}
		total = total.addSums(s)
		at += step
	}
	return total, nil
}

// Gate is a ledger's answer at a task's turn.
type Gate uint8

// The three answers of a turn.
const (
	GateWait Gate = iota // earlier turns may still decide it
	GateOpen             // the task may finalise on its replicas
	GateShut             // the court, however the earlier turns end
)

// String names the gate.
func (g Gate) String() string { return [...]string{"wait", "open", "shut"}[g] }

// Gate answers an unsettled turn (protocol section 3):
//
//	open   D_i + U_i + w <= (N_i + 1)/trust + E0          and   D$_i + U$_i + wV <= P_i + A
//	shut   D_i + w       >  (N_i + u_i + 1)/trust + E0    or    D$_i + wV        >  P_i + Q_i + A
func (l *Ledger) Gate(t Turns, turn uint64, a Allowances) (Gate, error) {
	rec, err := t.Record(turn)
	if err != nil {
		return GateWait, err
	}
	s, err := l.Before(t, turn)
	if err != nil {
		return GateWait, err
	}
	return CombineGates(gateOf(s, rec.Charge, l.Trust, a.Errors), s.Value.answerTurn(rec.Value, a.Value)), nil
}

func gateOf(s Sums, w Q64, trust uint64, e0 Q64) Gate {
	switch {
	case s.D.Add(s.U).Add(w).Cmp(budgetOf(s.N, 0, trust, e0)) <= 0:
		return GateOpen
	case s.D.Add(w).Cmp(budgetOf(s.N, s.u, trust, e0)) > 0:
		return GateShut
	}
	return GateWait
}

// CombineGates combines two gates, those of a ledger's two accounts or of the class's and the requester's ledgers: the result is shut if
// either is shut, and open if both are open.
func CombineGates(a, b Gate) Gate {
	switch {
	case a == GateShut || b == GateShut:
		return GateShut
	case a == GateOpen && b == GateOpen:
		return GateOpen
	}
	return GateWait
}

// RollWindow moves the load statistics to the window of a height.
func (l *Ledger) RollWindow(height, window int64) {
	gone := (height - l.WindowStart) / window
	if gone <= 0 {
		return
	}
	l.WindowStart += gone * window
	l.Peak[1], l.Charges[1] = l.Peak[0], l.Charges[0]
	if gone > 1 {
		l.Peak[1], l.Charges[1] = l.Unsettled, 0
	}
	l.Peak[0], l.Charges[0] = l.Unsettled, 0
}

// Limit is the largest charge with which a new task may be planned, and the reason for the limit: BoundDebt, BoundValue, or
// BoundSpent if nothing is free and the plan is the court.
type Limit struct {
	Charge Q64
	By     Bound
}

// Spent says whether nothing is free.
func (l Limit) Spent() bool { return l.By == BoundSpent }

// takeLesser returns the smaller of two limits.
func (l Limit) takeLesser(o Limit) Limit {
	if o.Spent() || !l.Spent() && o.Charge.Cmp(l.Charge) < 0 {
		return o
	}
	return l
}

// Limit returns what the ledger allows a new task of the given value (protocol section 3, the plan). It is the smaller of the free
// amounts in the count and in money, divided by the number of tasks that may need a part of it.
func (l *Ledger) Limit(a Allowances, value uint64, long bool, height, window int64) Limit {
	now := *l
	now.RollWindow(height, window)
	b, money := now.Budget(a.Errors), now.ValueBudget(a.Value)
	if now.D.Cmp(b) >= 0 || value > 0 && now.Value.D.Cmp(money) >= 0 {
		return Limit{By: BoundSpent}
	}
	parts := now.countParts(long)
	count := Limit{b.Sub(now.D).DivDown(parts), BoundDebt}
	return count.takeLesser(Limit{chargeWithin(money.Sub(now.Value.D), parts, value), BoundValue})
}

// countParts returns into how many parts the free amount is divided, so that tasks in flight need not wait for each other. If turns
// were charged lately, there is a part for each charge to come and for each task in flight. Without a recent charge, a task takes half
// of the free amount and gives it back when it ends. A short task may take the whole half, because it soon gives it back. Long tasks
// hold what they take while many short ones come and go, so each takes only an equal part of the half.
func (l *Ledger) countParts(long bool) uint64 {
	charges, peak := l.Charges[0]+l.Charges[1], max(l.Peak[0], l.Peak[1])
	switch {
	case charges > 0:
		return 1 + charges + peak
	case long:
		return 2 * (1 + l.UnsettledLong)
	}
	return 2
}
