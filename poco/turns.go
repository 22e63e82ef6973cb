package poco

// The turns of a ledger are kept as a record for each turn that Head has not passed, and as sums over spans. A span is 32 or 1,024
// consecutive turns. The sums make Gate cheap however many tasks are in flight.

// TurnRecord is one turn of a ledger, from its entry until Head has passed it.
type TurnRecord struct {
	Charge  Q64    // w, what is charged unless the first worker is vindicated or the turn is shut
	Settled bool   // its charge is decided
	Charged Q64    // the decided charge, zero or w
	Counted uint64 // 1 if the task counts in N
	Long    bool
	Value   Money  // w times the value of the task, rounded up
	Premium uint64 // what the task pays if it counts
}

// Sums adds up turn records.
type Sums struct {
	D Q64    // settled charges
	N uint64 // counted tasks
	U Q64    // charges of the unsettled
	u uint64 // number of the unsettled
	// Value is the account in money of the same turns.
	Value ValueAccount
}

// Unsettled is the number of unsettled turns in the sum.
func (s Sums) Unsettled() uint64 { return s.u }

func (s Sums) addSums(o Sums) Sums {
	return Sums{s.D.Add(o.D), s.N + o.N, s.U.Add(o.U), s.u + o.u, s.Value.addAccount(o.Value)}
}

func (s Sums) sub(o Sums) Sums {
	return Sums{s.D.Sub(o.D), s.N - o.N, s.U.Sub(o.U), s.u - o.u, s.Value.subAccount(o.Value)}
}

// NewSums builds a sum from its parts; the chain keeps the sums of spans in its store.
func NewSums(d Q64, n uint64, u Q64, unsettled uint64, value ValueAccount) Sums {
	return Sums{d, n, u, unsettled, value}
}

func (r TurnRecord) sumsOf() Sums {
	if !r.Settled {
		return Sums{U: r.Charge, u: 1, Value: ValueAccount{U: r.Value, Q: MoneyOf(r.Premium)}}
	}
	s := Sums{D: r.Charged, N: r.Counted}
	if !r.Charged.IsZero() {
		s.Value.D = r.Value
	}
	if r.Counted > 0 {
		s.Value.P = MoneyOf(r.Premium)
	}
	return s
}

// Turns stores a ledger's records and the sums over spans of them. Reading an entry that was never set returns its zero value.
// The chain implements it with its store, tests and the laboratory with a map.
type Turns interface {
	Record(turn uint64) (TurnRecord, error)
	SetRecord(turn uint64, r TurnRecord) error
	DropRecord(turn uint64) error
	Span(level uint8, index uint64) (Sums, error)
	SetSpan(level uint8, index uint64, s Sums) error
	DropSpan(level uint8, index uint64) error
}

// Sums are kept over spans of turnFan and of turnFan^2 turns. So the sum over any range costs O(turnFan) reads while up to
// turnFan^3 tasks are in flight. Beyond that it grows by one read for each turnFan^2 tasks.
const (
	turnFan    = 32
	turnLevels = 2
	// headSteps bounds how far one settlement moves Head. When many waiting turns settle at once, the work is spread over many
	// blocks of the chain. A Head that lags behind is harmless.
	headSteps = 2 * turnFan
)

// updateSpans replaces one turn's contribution in the sums over its spans.
func updateSpans(t Turns, turn uint64, before, after Sums) error {
	size := uint64(turnFan)
	for level := uint8(0); level < turnLevels; level, size = level+1, size*turnFan {
		s, err := t.Span(level, turn/size)
		if err != nil {
			return err
		}
		if err := t.SetSpan(level, turn/size, s.sub(before).addSums(after)); err != nil {
			return err
		}
	}
	return nil
}

// widestSpan returns the size and the sum of the largest span of turns that begins at turn at and ends at or before end.
func widestSpan(t Turns, at, end uint64) (uint64, Sums, error) {
	size, level := uint64(turnFan*turnFan), turnLevels-1
	for ; level >= 0; level, size = level-1, size/turnFan {
		if at%size == 0 && at+size <= end {
			s, err := t.Span(uint8(level), at/size)
			return size, s, err
		}
	}
	rec, err := t.Record(at)
	return 1, rec.sumsOf(), err
}

// Restore puts a record back when a ledger is rebuilt from an export. The sums over spans are not exported, because they follow
// from the records.
func Restore(t Turns, turn uint64, r TurnRecord) error {
	if err := t.SetRecord(turn, r); err != nil {
		return err
	}
	return updateSpans(t, turn, Sums{}, r.sumsOf())
}
