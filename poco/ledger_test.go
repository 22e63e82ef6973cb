package poco

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// memoryTurns is Turns in maps; it counts reads and writes.
type memoryTurns struct {
	records map[uint64]TurnRecord
	blocks  map[[2]uint64]Sums
	touched int
}

func newMemoryTurns() *memoryTurns {
	return &memoryTurns{records: map[uint64]TurnRecord{}, blocks: map[[2]uint64]Sums{}}
}

func (m *memoryTurns) Record(turn uint64) (TurnRecord, error) {
	m.touched++
	return m.records[turn], nil
}
func (m *memoryTurns) SetRecord(turn uint64, r TurnRecord) error {
	m.touched++
	m.records[turn] = r
	return nil
}
func (m *memoryTurns) DropRecord(turn uint64) error { m.touched++; delete(m.records, turn); return nil }
func (m *memoryTurns) Block(level uint8, i uint64) (Sums, error) {
	m.touched++
	return m.blocks[[2]uint64{uint64(level), i}], nil
}
func (m *memoryTurns) SetBlock(level uint8, i uint64, s Sums) error {
	m.touched++
	m.blocks[[2]uint64{uint64(level), i}] = s
	return nil
}
func (m *memoryTurns) DropBlock(level uint8, i uint64) error {
	m.touched++
	delete(m.blocks, [2]uint64{uint64(level), i})
	return nil
}

// TestLedgerAgainstAPlainList enters and settles turns at random and compares every sum, and the gate, with a list
// that is walked from its start.
func TestLedgerAgainstAPlainList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trust := rapid.SampledFrom([]uint64{2, 10, 100, 10_000}).Draw(t, "trust")
		l, store := Ledger{Trust: trust}, newMemoryTurns()
		var list []TurnRecord
		e0 := QuarterQ64
		for range rapid.IntRange(1, 400).Draw(t, "steps") {
			var open []int
			for i, r := range list {
				if !r.Settled {
					open = append(open, i)
				}
			}
			if len(open) == 0 || rapid.IntRange(0, 2).Draw(t, "enter") > 0 {
				w := FracUp(rapid.Uint64Range(0, 300).Draw(t, "w"), 100)
				long := rapid.Bool().Draw(t, "long")
				turn, err := l.Enter(store, w, long, 1, 100)
				require.NoError(t, err)
				require.EqualValues(t, len(list), turn)
				list = append(list, TurnRecord{Charge: w, Long: long})
			} else {
				i := rapid.SampledFrom(open).Draw(t, "settle")
				list[i].Settled = true
				if rapid.Bool().Draw(t, "charged") {
					list[i].Charged = list[i].Charge
				}
				counted := rapid.Bool().Draw(t, "counted")
				if counted {
					list[i].Counted = 1
				}
				require.NoError(t, l.Settle(store, uint64(i), list[i].Charged, counted, 1, 100))
				require.Error(t, l.Settle(store, uint64(i), Q64{}, false, 1, 100), "settled twice")
			}
			var all Sums
			unsettledLong := uint64(0)
			at := rapid.IntRange(0, len(list)-1).Draw(t, "at")
			for i, r := range list {
				if i == at && uint64(at) >= l.Head {
					got, err := l.Before(store, uint64(at))
					require.NoError(t, err)
					require.Equal(t, all, got, "sums before turn %d (head %d)", at, l.Head)
					if !r.Settled {
						g, err := l.Gate(store, uint64(at), e0)
						require.NoError(t, err)
						require.Equal(t, plainGate(all, r.Charge, trust, e0), g)
					}
				}
				all = all.add(r.sums())
				if !r.Settled && r.Long {
					unsettledLong++
				}
			}
			require.Equal(t, all, Sums{l.D, l.N, l.U, l.Unsettled})
			require.Equal(t, unsettledLong, l.UnsettledLong)
		}
	})
}

// plainGate is protocol section 3 in exact rationals, but for the budget, which is rounded down as specified.
func plainGate(s Sums, w Q64, trust uint64, e0 Q64) Gate {
	sum := func(qs ...Q64) *big.Int {
		n := new(big.Int)
		for _, q := range qs {
			n.Add(n, q.Big())
		}
		return n
	}
	b := func(n uint64) *big.Int {
		x := new(big.Int).Mul(new(big.Int).SetUint64(n+1), One.Big())
		x.Quo(x, new(big.Int).SetUint64(trust))
		return x.Add(x, e0.Big())
	}
	if sum(s.D, s.U, w).Cmp(b(s.N)) <= 0 {
		return GateOpen
	}
	if sum(s.D, w).Cmp(b(s.N+s.u)) > 0 {
		return GateShut
	}
	return GateWait
}

// TestGateIsFinal: however earlier turns settle, open stays open, shut stays shut, and the earliest never waits.
func TestGateIsFinal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, store := Ledger{Trust: rapid.SampledFrom([]uint64{2, 5, 50}).Draw(t, "trust")}, newMemoryTurns()
		n := rapid.IntRange(1, 30).Draw(t, "turns")
		for range n {
			_, err := l.Enter(store, FracUp(rapid.Uint64Range(0, 60).Draw(t, "w"), 100), false, 1, 10)
			require.NoError(t, err)
		}
		last := make([]Gate, n)
		left := make([]uint64, n)
		for i := range left {
			left[i] = uint64(i)
		}
		for len(left) > 0 {
			for i, turn := range left {
				g, err := l.Gate(store, turn, QuarterQ64)
				require.NoError(t, err)
				if i == 0 {
					require.NotEqual(t, GateWait, g, "the earliest unsettled turn waits for nobody")
				}
				if last[turn] != GateWait {
					require.Equal(t, last[turn], g, "turn %d changed its answer", turn)
				}
				last[turn] = g
			}
			// Only decided turns settle: charged w or nothing when open, nothing when shut.
			var ready []int
			for i, turn := range left {
				if last[turn] != GateWait {
					ready = append(ready, i)
				}
			}
			i := rapid.SampledFrom(ready).Draw(t, "settle")
			charged := Q64{}
			if last[left[i]] == GateOpen && rapid.Bool().Draw(t, "lie") {
				rec, err := store.Record(left[i])
				require.NoError(t, err)
				charged = rec.Charge
			}
			require.NoError(t, l.Settle(store, left[i], charged, rapid.Bool().Draw(t, "counted"), 1, 10))
			left = append(left[:i:i], left[i+1:]...)
			// The promise itself: the debt never exceeds the budget it was spent against, plus what was counted since.
			require.True(t, l.D.Cmp(l.Budget(QuarterQ64)) <= 0 || l.N == 0, "D %s above B %s", l.D, l.Budget(QuarterQ64))
		}
	})
}

func TestLedgerCostDoesNotGrowWithTasksInFlight(t *testing.T) {
	cost := func(inFlight int) (enter, gate, settle int) {
		l, store := Ledger{Trust: 10_000}, newMemoryTurns()
		for range inFlight {
			_, err := l.Enter(store, Q64{Lo: 1}, false, 1, 100)
			require.NoError(t, err)
		}
		count := func(f func() error) int {
			store.touched = 0
			require.NoError(t, f())
			return store.touched
		}
		enter = count(func() error { _, err := l.Enter(store, Q64{Lo: 1}, false, 1, 100); return err })
		gate = count(func() error { _, err := l.Gate(store, uint64(inFlight), QuarterQ64); return err })
		settle = count(func() error { return l.Settle(store, uint64(inFlight), Q64{}, true, 1, 100) })
		return enter, gate, settle
	}
	e1, g1, s1 := cost(1_000)
	e2, g2, s2 := cost(20_000)
	require.Equal(t, e1, e2)
	require.Equal(t, s1, s2)
	require.LessOrEqual(t, g2, 3*turnFan, "a gate reads %d then %d places", g1, g2)
}

func TestAllowance(t *testing.T) {
	fresh := Ledger{Trust: 10_000}
	half := fresh.Budget(QuarterQ64).DivDown(2)
	w, spent := fresh.Allowance(QuarterQ64, false, 10, 100)
	require.False(t, spent)
	require.Equal(t, half, w, "nothing charged: half of what is free")

	l, store := Ledger{Trust: 10_000}, newMemoryTurns()
	_, err := l.Enter(store, FracUp(1, 100), false, 10, 100)
	require.NoError(t, err)
	require.NoError(t, l.Settle(store, 0, FracUp(1, 100), true, 11, 100))
	free := l.Budget(QuarterQ64).Sub(l.D)
	w, _ = l.Allowance(QuarterQ64, false, 12, 100)
	require.Equal(t, free.DivDown(1+1+1), w, "one charge, peak of one: a third")
	w, _ = l.Allowance(QuarterQ64, false, 150, 100)
	require.Equal(t, free.DivDown(1+1+1), w, "the window before still counts")
	w, _ = l.Allowance(QuarterQ64, false, 250, 100)
	require.Equal(t, free.DivDown(2), w, "two windows later it is forgotten")

	l.D = l.Budget(QuarterQ64)
	_, spent = l.Allowance(QuarterQ64, false, 250, 100)
	require.True(t, spent)
}

func TestHistogram(t *testing.T) {
	var h Histogram
	require.False(t, h.Long(1<<40), "nothing is long before there is a median")
	for range 100 {
		h.Note(1 << 20)
	}
	require.False(t, h.Long(1<<21))
	require.True(t, h.Long(1<<22))
	for range 70_000 {
		h.Note(1 << 30)
	}
	require.False(t, h.Long(1<<31), "the median moved, and a full bucket did not wrap")
}

// A task whose lie is certain to pass enters and leaves, and the sums keep the charges of the others.
func TestCertainChargesLoseNoOthers(t *testing.T) {
	l, store := Ledger{Trust: 2}, newMemoryTurns()
	for _, w := range []Q64{FracUp(1, 10), MaxQ64, MaxQ64} {
		_, err := l.Enter(store, w, false, 1, 10)
		require.NoError(t, err)
	}
	for _, turn := range []uint64{1, 2} {
		g, err := l.Gate(store, turn, QuarterQ64)
		require.NoError(t, err)
		require.Equal(t, GateShut, g)
		require.NoError(t, l.Settle(store, turn, Q64{}, false, 1, 10))
	}
	block, err := store.Block(0, 0)
	require.NoError(t, err)
	require.Equal(t, NewSums(Q64{}, 0, FracUp(1, 10), 1), block)
	require.Equal(t, FracUp(1, 10), l.U)
}
