package credibility

import "math/big"

// logPrec is enough for sixteen squarings (which cost 17 bits) of any number
// that is not within 2^-180 of a power 2^(j/65536).
const logPrec = 256

// floorLog2 is floor(65536 * log2 x) for x >= 1, exact.
//
// The bits of a logarithm are read off by squaring: with x in [1, 2), the next
// bit is 1 when x^2 >= 2. Both bounds are squared; while they agree the bit is
// certain. Where they do not, x is compared exactly.
func floorLog2(x *big.Rat) uint64 {
	num, den := x.Num(), x.Denom()
	whole := num.BitLen() - den.BitLen()
	if shift(den, whole).Cmp(num) > 0 {
		whole--
	}
	a := newLog(num, shift(den, whole))
	var fraction uint64
	for range 16 {
		bit, sure := a.next()
		if !sure {
			return uint64(whole)*Unit + exactFraction(num, shift(den, whole))
		}
		fraction = fraction<<1 | bit
	}
	return uint64(whole)*Unit + fraction
}

// ceilLog2 is ceil(65536 * log2 x) for x >= 1, exact. The logarithm of a
// rational is a multiple of 2^-16 only for powers of two.
func ceilLog2(x *big.Rat) uint64 {
	floor := floorLog2(x)
	if x.IsInt() && isPowerOfTwo(x.Num()) {
		return floor
	}
	return floor + 1
}

func isPowerOfTwo(n *big.Int) bool {
	return n.Sign() > 0 && n.TrailingZeroBits() == uint(n.BitLen()-1)
}

func shift(v *big.Int, by int) *big.Int { return new(big.Int).Lsh(v, uint(by)) }

// logReader encloses a mantissa in [1, 2).
type logReader struct {
	lo, hi, two *big.Int
}

func newLog(num, den *big.Int) *logReader {
	n := shift(num, logPrec)
	lo, rest := new(big.Int).QuoRem(n, den, new(big.Int))
	hi := new(big.Int).Set(lo)
	if rest.Sign() != 0 {
		hi.Add(hi, big.NewInt(1))
	}
	return &logReader{lo: lo, hi: hi, two: shift(big.NewInt(2), logPrec)}
}

// next squares the mantissa and returns the next bit; sure is false when the
// bounds straddle 2.
func (l *logReader) next() (bit uint64, sure bool) {
	l.lo.Mul(l.lo, l.lo).Rsh(l.lo, logPrec)
	l.hi.Mul(l.hi, l.hi)
	l.hi.Add(l.hi, new(big.Int).Sub(shift(big.NewInt(1), logPrec), big.NewInt(1))).Rsh(l.hi, logPrec)
	low, high := l.lo.Cmp(l.two) >= 0, l.hi.Cmp(l.two) >= 0
	if low != high {
		return 0, false
	}
	if !low {
		return 0, true
	}
	l.lo.Rsh(l.lo, 1)
	l.hi.Add(l.hi, big.NewInt(1)).Rsh(l.hi, 1)
	return 1, true
}

// exactFraction is floor(65536 * log2(num/den)) for num/den in [1, 2): the bit
// length of a power of 65536, no rounding at all. It is slow and is reached
// only by numbers that are extremely close to 2^(j/65536).
func exactFraction(num, den *big.Int) uint64 {
	exp := big.NewInt(Unit)
	n, d := new(big.Int).Exp(num, exp, nil), new(big.Int).Exp(den, exp, nil)
	floor := n.BitLen() - d.BitLen()
	if shift(d, floor).Cmp(n) > 0 {
		floor--
	}
	return uint64(floor)
}
