package credibility

import (
	"fmt"
	"math/big"
)

//go:generate go run ./gen -out governed.go

const (
	// ExactRecords is how many records a Table holds exactly: k = 0..255.
	ExactRecords = 256
	// maxRecord is the record at which the extension is anchored. It is the largest record that can be represented.
	maxRecord = 1<<32 - 1
)

// Table is L(k) for one fraction f: exact for k below ExactRecords, then
//
//	L(k) = Anchor + floor(65536*log2(2k+1))
//
// Anchor makes the curve meet the exact value at the largest k. There p(k) falls like 1/(k+1/2) and approaches it from below, so
// the extension never claims more than the true value. For f = 1/5 it is at most 16 units (2^-12 bit) too small, and equal within a
// unit from k = 4000. To drop the term f(1-s)^k of the denominator instead would cost 0.12 bit and make L fall between k = 255 and
// 256.
type Table struct {
	Exact  [ExactRecords]uint32
	Anchor int64
}

// NewTable computes the table of a fraction; deterministic, some 20 ms.
// Errors: ErrFraction.
func NewTable(f *big.Rat) (Table, error) {
	e := newExact(firstPrec)
	var t Table
	for k := range t.Exact {
		l, err := e.bits(f, uint32(k))
		if err != nil {
			return Table{}, err
		}
		t.Exact[k] = uint32(l)
	}
	far, err := e.bits(f, maxRecord)
	if err != nil {
		return Table{}, err
	}
	t.Anchor = int64(far) - int64(ceilLog2(odd(maxRecord)))
	if next, last := t.L(ExactRecords), uint64(t.Exact[ExactRecords-1]); next < last {
		return Table{}, fmt.Errorf("%w: %s is too far from the middle for the extension", ErrFraction, f)
	}
	return t, nil
}

// L is a record's evidence, in units of 2^-16 bit, never above the true value
// and never falling in k.
func (t Table) L(k uint32) uint64 {
	if k < ExactRecords {
		return uint64(t.Exact[k])
	}
	if l := t.Anchor + int64(floorLog2(odd(k))); l > 0 {
		return uint64(l)
	}
	return 0
}

// odd is 2k+1.
func odd(k uint32) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).SetUint64(2*uint64(k) + 1))
}

// GovernedFraction returns the fraction of bad workers that the chain assumes by default, 1/5. [Governed] is made for it.
func GovernedFraction() *big.Rat { return big.NewRat(1, 5) }

// Governed is the table for [GovernedFraction].
func Governed() Table { return governed }
