package poco

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// memoryTurns implements Turns with maps. It counts reads and writes.
type memoryTurns struct {
	records map[uint64]TurnRecord
	spans   map[[2]uint64]Sums
	touched int
}

func newMemoryTurns() *memoryTurns {
	return &memoryTurns{records: map[uint64]TurnRecord{}, spans: map[[2]uint64]Sums{}}
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
func (m *memoryTurns) Span(level uint8, i uint64) (Sums, error) {
	m.touched++
	return m.spans[[2]uint64{uint64(level), i}], nil
}
func (m *memoryTurns) SetSpan(level uint8, i uint64, s Sums) error {
	m.touched++
	m.spans[[2]uint64{uint64(level), i}] = s
	return nil
}
func (m *memoryTurns) DropSpan(level uint8, i uint64) error {
	m.touched++
	delete(m.spans, [2]uint64{uint64(level), i})
	return nil
}

// TestLedgerAgainstAPlainList enters and settles turns at random. It compares every sum and the gate with those of a list that is walked
// from its start.
func TestLedgerAgainstAPlainList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trust := rapid.SampledFrom([]uint64{2, 10, 100, 10_000}).Draw(t, "trust")
		l, store := Ledger{Trust: trust}, newMemoryTurns()
		var list []TurnRecord
		at0 := Allowances{Errors: QuarterQ64, Value: rapid.Uint64Range(0, 1_000).Draw(t, "A")}
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
				e := Entry{Charge: w, Long: long, Value: anyValue(t), Premium: rapid.Uint64Range(0, 300).Draw(t, "premium")}
				turn, err := l.Enter(store, e, 1, 100)
				require.NoError(t, err)
				require.EqualValues(t, len(list), turn)
				list = append(list, TurnRecord{Charge: w, Long: long, Value: plainCharge(w, e.Value), Premium: e.Premium})
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
						g, err := l.Gate(store, uint64(at), at0)
						require.NoError(t, err)
						require.Equal(t, plainGate(all, r, trust, at0), g)
					}
				}
				all = all.addSums(r.sumsOf())
				if !r.Settled && r.Long {
					unsettledLong++
				}
			}
			require.Equal(t, all, Sums{l.D, l.N, l.U, l.Unsettled, l.Value})
			require.Equal(t, unsettledLong, l.UnsettledLong)
		}
	})
}

// anyValue draws a value at risk: a small one, or one whose charges fill 104 bits.
func anyValue(t *rapid.T) uint64 {
	return rapid.OneOf(rapid.Uint64Range(0, 500), rapid.Uint64()).Draw(t, "value")
}

// plainCharge is ceil(w * value) in exact integers.
func plainCharge(w Q64, value uint64) Money {
	n := new(big.Int).Mul(w.Big(), new(big.Int).SetUint64(value))
	n.Add(n, new(big.Int).SetUint64(^uint64(0)))
	return Money(fromBig(n.Rsh(n, 64)))
}

// plainGate is the gate of protocol section 3 in exact numbers. It is open if both accounts are open, and shut if one of them is shut.
func plainGate(s Sums, r TurnRecord, trust uint64, a Allowances) Gate {
	count := plainCountGate(s, r.Charge, trust, a.Errors)
	n := func(m Money) *big.Int { return Q64(m).Big() }
	sum := func(ns ...*big.Int) *big.Int {
		out := new(big.Int)
		for _, n := range ns {
			out.Add(out, n)
		}
		return out
	}
	budget := sum(n(s.Value.P), new(big.Int).SetUint64(a.Value))
	switch {
	case count == GateShut || sum(n(s.Value.D), n(r.Value)).Cmp(sum(budget, n(s.Value.Q))) > 0:
		return GateShut
	case count == GateOpen && sum(n(s.Value.D), n(s.Value.U), n(r.Value)).Cmp(budget) <= 0:
		return GateOpen
	}
	return GateWait
}

// plainCountGate is the part of the gate that the count decides, in exact rationals. Only the budget is rounded down, as the specification
// says.
func plainCountGate(s Sums, w Q64, trust uint64, e0 Q64) Gate {
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

// TestGateIsFinal: earlier turns settle in any way. An open gate stays open, a shut gate stays shut, and the earliest turn never waits.
func TestGateIsFinal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, store := Ledger{Trust: rapid.SampledFrom([]uint64{2, 5, 50}).Draw(t, "trust")}, newMemoryTurns()
		n := rapid.IntRange(1, 30).Draw(t, "turns")
		for range n {
			e := Entry{Charge: FracUp(rapid.Uint64Range(0, 60).Draw(t, "w"), 100), Value: anyValue(t)}
			e.Premium = rapid.SampledFrom([]uint64{0, 1, PremiumFor(PolicyCredence, e.Value, l.Trust)}).Draw(t, "premium")
			_, err := l.Enter(store, e, 1, 10)
			require.NoError(t, err)
		}
		a := Allowances{Errors: QuarterQ64, Value: rapid.Uint64Range(0, 300).Draw(t, "A")}
		last := make([]Gate, n)
		left := make([]uint64, n)
		for i := range left {
			left[i] = uint64(i)
		}
		for len(left) > 0 {
			for i, turn := range left {
				g, err := l.Gate(store, turn, a)
				require.NoError(t, err)
				if i == 0 {
					require.NotEqual(t, GateWait, g, "the earliest unsettled turn waits for nobody")
				}
				if last[turn] != GateWait {
					require.Equal(t, last[turn], g, "turn %d changed its answer", turn)
				}
				last[turn] = g
			}
			// Only decided turns settle. An open turn is charged w or nothing, and a shut turn is charged nothing.
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
			// This is the promise: the debt never exceeds the budget against which it was spent, plus what was counted since.
			require.True(t, l.D.Cmp(l.Budget(QuarterQ64)) <= 0 || l.N == 0, "D %s above B %s", l.D, l.Budget(QuarterQ64))
			require.LessOrEqual(t, l.Value.D.Cmp(l.ValueBudget(a.Value)), 0, "D$ %s above B$ %s", l.Value.D, l.ValueBudget(a.Value))
		}
	})
}

func TestLedgerCostDoesNotGrowWithTasksInFlight(t *testing.T) {
	cost := func(inFlight int) (enter, gate, settle int) {
		l, store := Ledger{Trust: 10_000}, newMemoryTurns()
		for range inFlight {
			_, err := l.Enter(store, Entry{Charge: Q64{Lo: 1}}, 1, 100)
			require.NoError(t, err)
		}
		count := func(f func() error) int {
			store.touched = 0
			require.NoError(t, f())
			return store.touched
		}
		enter = count(func() error { _, err := l.Enter(store, Entry{Charge: Q64{Lo: 1}}, 1, 100); return err })
		gate = count(func() error { _, err := l.Gate(store, uint64(inFlight), DefaultAllowances); return err })
		settle = count(func() error { return l.Settle(store, uint64(inFlight), Q64{}, true, 1, 100) })
		return enter, gate, settle
	}
	e1, g1, s1 := cost(1_000)
	e2, g2, s2 := cost(20_000)
	require.Equal(t, e1, e2)
	require.Equal(t, s1, s2)
	require.LessOrEqual(t, g2, 3*turnFan, "a gate reads %d then %d places", g1, g2)
}

func TestLimitInTheCount(t *testing.T) {
	fresh := Ledger{Trust: 10_000}
	half := fresh.Budget(QuarterQ64).DivDown(2)
	limit := func(l Ledger, height int64) Limit { return l.Limit(DefaultAllowances, 1_000, false, height, 100) }
	require.Equal(t, Limit{half, BoundDebt}, limit(fresh, 10), "nothing charged: half of what is free")

	l, store := Ledger{Trust: 10_000}, newMemoryTurns()
	_, err := l.Enter(store, Entry{Charge: FracUp(1, 100)}, 10, 100)
	require.NoError(t, err)
	require.NoError(t, l.Settle(store, 0, FracUp(1, 100), true, 11, 100))
	free := l.Budget(QuarterQ64).Sub(l.D)
	require.Equal(t, free.DivDown(1+1+1), limit(l, 12).Charge, "one charge, peak of one: a third")
	require.Equal(t, free.DivDown(1+1+1), limit(l, 150).Charge, "the window before still counts")
	require.Equal(t, free.DivDown(2), limit(l, 250).Charge, "two windows later it is forgotten")

	l.D = l.Budget(QuarterQ64)
	require.True(t, limit(l, 250).Spent())
}

// The same rule limits what is free in money. This limit bounds expensive tasks only.
func TestLimitInMoney(t *testing.T) {
	a := Allowances{Errors: QuarterQ64, Value: 1_000}
	limit := func(l Ledger, value uint64, height int64) Limit { return l.Limit(a, value, false, height, 100) }
	l, store := Ledger{Trust: 10_000}, newMemoryTurns()
	require.Equal(t, BoundDebt, limit(l, 3_000, 10).By)
	require.Equal(t, Limit{FracDown(500, 10_000), BoundValue}, limit(l, 10_000, 10), "half of the allowance")
	require.Equal(t, BoundDebt, limit(l, 0, 10).By, "nothing is at risk")

	_, err := l.Enter(store, Entry{Charge: FracUp(1, 100), Value: 10_001, Premium: 7}, 10, 100)
	require.NoError(t, err)
	require.Equal(t, ValueAccount{U: MoneyOf(101), Q: MoneyOf(7)}, l.Value, "100.01 ucred, rounded up")
	require.NoError(t, l.Settle(store, 0, FracUp(1, 100), true, 11, 100))
	require.Equal(t, ValueAccount{D: MoneyOf(101), P: MoneyOf(7)}, l.Value)
	require.Equal(t, Limit{FracDown(906, 3*10_000), BoundValue}, limit(l, 10_000, 12), "a third of A + P - D$")

	l.Value.D = MoneyOf(1_007)
	require.Equal(t, BoundSpent, limit(l, 1, 250).By)
	require.Equal(t, BoundDebt, limit(l, 0, 250).By, "nothing is at risk")
}

// The charge in money is never below the exact charge. The amount that a plan may use is never above what is free.
func TestMoneyIsRoundedToTheSafeSide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := Q64{Hi: rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64Range(0, mostCharge.Hi)).Draw(t, "hi"), Lo: rapid.Uint64().Draw(t, "lo")}
		value := anyValue(t)
		require.Equal(t, plainCharge(w, value), ValueCharge(w, value))

		free := Money{Hi: rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64Range(0, 1<<40)).Draw(t, "free, high"), Lo: rapid.Uint64().Draw(t, "free")}
		parts := rapid.Uint64Range(1, 1_000).Draw(t, "parts")
		if value == 0 {
			require.Equal(t, MaxQ64, chargeWithin(free, parts, value))
			return
		}
		most := chargeWithin(free, parts, value)
		product := func(w Q64) *big.Int {
			n := new(big.Int).Mul(w.Big(), new(big.Int).SetUint64(value))
			return n.Mul(n, new(big.Int).SetUint64(parts))
		}
		whole := new(big.Int).Lsh(Q64(free).Big(), 64)
		require.LessOrEqual(t, product(most).Cmp(whole), 0)
		if most != MaxQ64 {
			require.Positive(t, product(most.Add(Q64{Lo: 1})).Cmp(whole), "the largest")
		}
	})
}

// TestThePremiumCoversTheValue: a requester who is compensated for wrong answers has paid at least as much in premiums.
func TestThePremiumCoversTheValue(t *testing.T) {
	for _, c := range []struct{ value, trust, premium uint64 }{
		{0, 10, 0}, {1, 1_000_000_000, 1}, {100, 10, 10}, {101, 10, 11}, {^uint64(0), 2, 1 << 63},
	} {
		require.Equal(t, c.premium, PremiumFor(PolicyCredence, c.value, c.trust), "value %d at trust %d", c.value, c.trust)
		for _, policy := range []string{PolicyCourt, PolicyQuorum, PolicySingle, "none"} {
			require.Zero(t, PremiumFor(policy, c.value, c.trust), policy)
		}
	}
}

// TestCheapTasksDoNotPayForADearOne performs attack F8: an organisation farms its ledger with tasks that put almost nothing at risk. In the
// count these tasks earn a budget for whole errors. In money they earn only what the organisation paid.
func TestCheapTasksDoNotPayForADearOne(t *testing.T) {
	const trust, value = 10, 1_000_000_000
	farm := func(a Allowances) PlanInput {
		l, store := Ledger{Trust: trust}, newMemoryTurns()
		for i := range uint64(1_000) {
			turn, err := l.Enter(store, Entry{Value: 1, Premium: PremiumFor(PolicyCredence, 1, trust)}, 1, 100)
			require.NoError(t, err)
			require.Equal(t, i, turn)
			require.NoError(t, l.Settle(store, turn, Q64{}, true, 1, 100))
		}
		return PlanInput{
			Class: l, Requester: l, Allowances: a, Height: 1, Window: 100, Faction: 40, Eligible: 200, Factor: 1, FuelLimit: 1,
			MaxSeats: 25, Stake: 1 << 62, Exposure: Exposure{Value: value},
		}
	}
	in := farm(DefaultAllowances)
	plan := makePlan(in)
	require.Equal(t, BoundValue, plan.Bound, plan.Text())
	require.Contains(t, plan.Text(), "as many as the value at risk allows")
	risk := ValueCharge(plan.Charge, value)
	require.LessOrEqual(t, risk.Cmp(MoneyOf(in.Allowances.Value+1_000)), 0, "a lie risks %s ucred", risk)

	in = farm(Allowances{Errors: QuarterQ64, Value: ^uint64(0)}) // no account in money
	free := makePlan(in)
	require.Less(t, free.Replicas, plan.Replicas, "the count lets a farmed ledger take one replica and a lottery")
	require.Positive(t, ValueCharge(free.Charge, value).Cmp(MoneyOf(in.Class.Value.P.Lo+DefaultAllowances.Value)))
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

// A task whose lie is certain to pass enters the ledger and leaves it. The sums keep the charges of the other tasks.
func TestCertainChargesLoseNoOthers(t *testing.T) {
	l, store := Ledger{Trust: 2}, newMemoryTurns()
	for _, w := range []Q64{FracUp(1, 10), MaxQ64, MaxQ64} {
		_, err := l.Enter(store, Entry{Charge: w, Value: ^uint64(0), Premium: 3}, 1, 10)
		require.NoError(t, err)
	}
	for _, turn := range []uint64{1, 2} {
		g, err := l.Gate(store, turn, DefaultAllowances)
		require.NoError(t, err)
		require.Equal(t, GateShut, g)
		require.NoError(t, l.Settle(store, turn, Q64{}, false, 1, 10))
	}
	span, err := store.Span(0, 0)
	require.NoError(t, err)
	value := ValueAccount{U: ValueCharge(FracUp(1, 10), ^uint64(0)), Q: MoneyOf(3)}
	require.Equal(t, NewSums(Q64{}, 0, FracUp(1, 10), 1, value), span)
	require.Equal(t, FracUp(1, 10), l.U)
	require.Equal(t, value, l.Value)
}
