package poco

import "math/bits"

// Money is an amount of ucred in 128 bits, without a fraction. A ledger's account in money needs 128 bits: the largest charge times
// the largest value has 104 bits, and the sum over all turns that can be in flight must not saturate.
type Money Q64

// MoneyOf converts an amount of ucred.
func MoneyOf(ucred uint64) Money { return Money{Lo: ucred} }

// Add returns m + o, saturating.
func (m Money) Add(o Money) Money { return Money(Q64(m).Add(Q64(o))) }

// Sub returns m - o, or zero when o is larger.
func (m Money) Sub(o Money) Money { return Money(Q64(m).Sub(Q64(o))) }

// Cmp compares m and o: -1, 0 or +1.
func (m Money) Cmp(o Money) int { return Q64(m).Cmp(Q64(o)) }

// Bytes returns the form that is kept in state: 16 bytes, big endian.
func (m Money) Bytes() []byte { return Q64(m).Bytes() }

// MoneyFromBytes reads the form that Bytes writes. An empty slice, an unset field, is zero.
func MoneyFromBytes(b []byte) (Money, error) {
	q, err := Q64FromBytes(b)
	return Money(q), err
}

// String returns the amount in ucred, decimal.
func (m Money) String() string { return Q64(m).Big().String() }

// ValueCharge returns a charge in money: w times the value of the task, in ucred, rounded up.
func ValueCharge(w Q64, value uint64) Money {
	hi, lo := bits.Mul64(w.Hi, value)
	up, rest := bits.Mul64(w.Lo, value) // rest is below one ucred
	carry := uint64(0)
	if rest != 0 {
		carry = 1
	}
	return Money{hi, lo}.Add(MoneyOf(up)).Add(MoneyOf(carry))
}

// chargeWithin returns the largest charge of a task of the given value whose money fits one of parts equal parts of the amount m,
// rounded down. A task of value 0 puts nothing at risk: its charge is not bounded.
func chargeWithin(m Money, parts, value uint64) Q64 {
	if value == 0 {
		return MaxQ64
	}
	words := [3]uint64{m.Hi, m.Lo, 0} // in units of 2^-64, most significant first
	for _, by := range []uint64{value, parts} {
		rest := uint64(0)
		for i := range words {
			words[i], rest = bits.Div64(rest, words[i], by)
		}
	}
	if words[0] != 0 {
		return MaxQ64
	}
	return Q64{words[1], words[2]}
}

// PremiumFor returns the amount that each task of a policy pays for its place in the budget of its ledgers, in ucred:
// ceil(value/trust). The premium is destroyed, and the budget in money grows by the same amount. A policy that keeps no ledgers
// asks for no premium.
func PremiumFor(policy string, value, trust uint64) uint64 {
	if p, ok := PolicyByName(policy); !ok || !p.Rules().Ledgers || value == 0 {
		return 0
	}
	return (value-1)/trust + 1
}

// ValueAccount is the account in money of a ledger (protocol section 3). Where the ledger's count adds up tasks, it adds up the
// values that they put at risk.
type ValueAccount struct {
	D Money // D$: settled charges, each times the value of its task
	P Money // premiums of counted tasks, which were destroyed
	U Money // U$: charges of the unsettled, if each went wrong
	Q Money // premiums of the unsettled, if each counts
}

func (v ValueAccount) addAccount(o ValueAccount) ValueAccount {
	return ValueAccount{v.D.Add(o.D), v.P.Add(o.P), v.U.Add(o.U), v.Q.Add(o.Q)}
}

func (v ValueAccount) subAccount(o ValueAccount) ValueAccount {
	return ValueAccount{v.D.Sub(o.D), v.P.Sub(o.P), v.U.Sub(o.U), v.Q.Sub(o.Q)}
}

// answerTurn answers a turn by the account of the turns before it:
//
//	open   D$ + U$ + wV <= P + A
//	shut   D$ + wV      >  P + Q + A
func (v ValueAccount) answerTurn(charge Money, a uint64) Gate {
	budget := v.P.Add(MoneyOf(a))
	switch {
	case v.D.Add(v.U).Add(charge).Cmp(budget) <= 0:
		return GateOpen
	case v.D.Add(charge).Cmp(budget.Add(v.Q)) > 0:
		return GateShut
	}
	return GateWait
}
