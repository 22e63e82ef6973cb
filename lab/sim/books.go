package sim

import (
	"math"

	"github.com/credence-chain/credence/poco"
)

// book is a ledger with its turns.
type book struct {
	poco.Ledger
	turns *turns
}

// books are the ledgers of a trial. Every task has a turn in two of them: the class's, and that of its requester, which is the
// coalition or the victim.
type books struct {
	class, coalition book
	victims          []book
	pooled           bool // the class's ledger alone decides
	start            poco.Allowances
}

// newBooks makes the ledgers of a world. Usually only the count decides, so the allowance in value is unlimited. With a variant by
// value it is the other way round. A scheme with a fixed number of replicas gets an allowance that never runs out.
func newBooks(w World, s Credence) books {
	newBook := func() book { return book{poco.Ledger{Trust: w.Trust}, newTurns()} }
	b := books{class: newBook(), coalition: newBook(), start: poco.Allowances{Errors: poco.QuarterQ64, Value: math.MaxUint64}}
	for range max(1, w.Requesters) {
		b.victims = append(b.victims, newBook())
	}
	if s.NoAllowance {
		b.start.Errors = poco.Q64{}
	}
	if s.Replicas > 0 {
		b.start.Errors = poco.Q64{Hi: 1 << 40}
	}
	if v := s.Variant; v != nil {
		b.pooled = v.Pooled
		if v.ByValue {
			mean := float64(w.Value) * (1 + (dear-1)*w.DearShare)
			b.start = poco.Allowances{Errors: poco.Q64{Hi: 1 << 40}, Value: uint64(mean / 4)} // as much as E0 is worth
		}
	}
	return b
}

func (b *books) askerOf(f *flight) *book {
	if f.victim {
		return &b.victims[f.asker]
	}
	return &b.coalition
}

// enterTurns gives a task its turn in both ledgers.
func (b *books) enterTurns(f *flight, e poco.EnterLedgers, height int64) {
	enter := func(in *book) uint64 {
		turn := mustGet(in.Enter(in.turns, e.Entry, height, windowBlocks))
		in.Limits.Note(f.task.Terms.FuelLimit)
		return turn
	}
	f.classTurn, f.askerTurn = enter(&b.class), enter(b.askerOf(f))
}

// askGates asks both ledgers for a task's turn.
func (b *books) askGates(f *flight) poco.Gate {
	if b.pooled {
		return mustGet(b.class.Gate(b.class.turns, f.classTurn, b.start))
	}
	asker := b.askerOf(f)
	return poco.CombineGates(
		mustGet(b.class.Gate(b.class.turns, f.classTurn, b.start)),
		mustGet(asker.Gate(asker.turns, f.askerTurn, b.start)),
	)
}

// settleTurns settles a resolved turn in both ledgers.
func (b *books) settleTurns(f *flight, charged poco.Q64, height int64) {
	settle := func(in *book, turn uint64) {
		if err := in.Settle(in.turns, turn, charged, f.resolve.Counted, height, windowBlocks); err != nil {
			panic(err)
		}
	}
	settle(&b.class, f.classTurn)
	settle(b.askerOf(f), f.askerTurn)
}

func mustGet[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
