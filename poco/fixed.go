package poco

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"math/bits"
)

// Q64 is a non-negative fixed-point number Hi + Lo/2^64. Probabilities, charges and budgets are Q64, because floating point
// does not give the same bits on every machine. Each operation says whether it rounds up or down: a charge is rounded up and a
// budget down, so that rounding never lets an error through. Sums saturate at MaxQ64 and differences stop at zero, so no input
// can wrap a ledger around.
type Q64 struct{ Hi, Lo uint64 }

// MaxQ64 is the largest Q64. As a charge it means that a lie is certain to pass (x = 1, so x/(1-x) is unbounded).
var MaxQ64 = Q64{^uint64(0), ^uint64(0)}

// One is 1 in Q64.
var One = Q64{Hi: 1}

// QuarterQ64 is 1/4, the default allowance E0 of a ledger.
var QuarterQ64 = Q64{Lo: 1 << 62}

// Cmp compares a and b: -1, 0 or +1.
func (a Q64) Cmp(b Q64) int {
	switch {
	case a.Hi != b.Hi && a.Hi < b.Hi, a.Hi == b.Hi && a.Lo < b.Lo:
		return -1
	case a == b:
		return 0
	}
	return 1
}

// IsZero says whether a is exactly zero.
func (a Q64) IsZero() bool { return a.Hi == 0 && a.Lo == 0 }

// Add returns a + b, saturating at MaxQ64.
func (a Q64) Add(b Q64) Q64 {
	lo, carry := bits.Add64(a.Lo, b.Lo, 0)
	hi, over := bits.Add64(a.Hi, b.Hi, carry)
	if over != 0 {
		return MaxQ64
	}
	return Q64{hi, lo}
}

// Sub returns a - b, or zero when b is larger.
func (a Q64) Sub(b Q64) Q64 {
	if a.Cmp(b) <= 0 {
		return Q64{}
	}
	lo, borrow := bits.Sub64(a.Lo, b.Lo, 0)
	hi, _ := bits.Sub64(a.Hi, b.Hi, borrow)
	return Q64{hi, lo}
}

// MulDivUp returns ceil(a * num / den), saturating. It panics when den is zero, which is a programming error.
func (a Q64) MulDivUp(num, den uint64) Q64 { return a.mulDiv(num, den, true) }

// DivDown returns floor(a / den).
func (a Q64) DivDown(den uint64) Q64 { return a.mulDiv(1, den, false) }

// mulDiv divides the product, which has three words, word by word.
func (a Q64) mulDiv(num, den uint64, up bool) Q64 {
	if den == 0 {
		panic("poco: division of a fixed-point number by zero")
	}
	high, middle := bits.Mul64(a.Hi, num)
	carried, low := bits.Mul64(a.Lo, num)
	middle, carry := bits.Add64(middle, carried, 0)
	if high += carry; high >= den {
		return MaxQ64
	}
	var q Q64
	var rest uint64
	q.Hi, rest = bits.Div64(high, middle, den)
	q.Lo, rest = bits.Div64(rest, low, den)
	if up && rest != 0 {
		return q.Add(Q64{Lo: 1})
	}
	return q
}

// FracDown returns floor(2^64 * num / den) as a Q64.
func FracDown(num, den uint64) Q64 {
	hi, rem := num/den, num%den
	lo, _ := bits.Div64(rem, 0, den)
	return Q64{hi, lo}
}

// FracUp returns ceil(2^64 * num / den) as a Q64.
func FracUp(num, den uint64) Q64 { return Q64{Hi: num}.MulDivUp(1, den) }

// Big returns a in units of 2^-64.
func (a Q64) Big() *big.Int {
	n := new(big.Int).SetUint64(a.Hi)
	return n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(a.Lo))
}

func fromBig(n *big.Int) Q64 {
	if n.Sign() < 0 {
		return Q64{}
	}
	if n.BitLen() > 128 {
		return MaxQ64
	}
	var buf [16]byte
	n.FillBytes(buf[:])
	return Q64{binary.BigEndian.Uint64(buf[:8]), binary.BigEndian.Uint64(buf[8:])}
}

// Bytes returns the form that is kept in state: 16 bytes, big endian.
func (a Q64) Bytes() []byte {
	var buf [16]byte
	binary.BigEndian.PutUint64(buf[:8], a.Hi)
	binary.BigEndian.PutUint64(buf[8:], a.Lo)
	return buf[:]
}

// Q64FromBytes reads the form that Bytes writes. An empty slice, an unset field, is zero.
func Q64FromBytes(b []byte) (Q64, error) {
	switch len(b) {
	case 0:
		return Q64{}, nil
	case 16:
		return Q64{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}, nil
	}
	return Q64{}, fmt.Errorf("fixed-point number: got %d bytes, expected 16", len(b))
}

// String returns six decimals, rounded down, and "certain" for MaxQ64. It is for people and is never parsed.
func (a Q64) String() string {
	if a == MaxQ64 {
		return "certain"
	}
	frac, _ := bits.Mul64(a.Lo, 1_000_000)
	return fmt.Sprintf("%d.%06d", a.Hi, frac)
}
