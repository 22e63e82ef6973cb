package plain

import (
	"fmt"
	"math/big"
)

// maxUnanimous bounds searches over n; a q so close to 1 needs the court.
const maxUnanimous = 4096

// maxIdentities bounds the lifetime sum, which holds one exact term a colluder.
const maxIdentities = 20_000

// BlindDraw is the chance that n-1 distinct identities drawn blindly after a
// colluding first worker collude as well, with colluders of pool identities:
// x = product over j < n-1 of (F-1-j)/(P-1-j), 0 once the colluders run out
// (RATIONALE.md, plain forms). Error: ErrRange when n < 1, or the colluders are not
// 1 to pool, or n exceeds the pool.
func BlindDraw(colluders, pool, n int) (*big.Rat, error) {
	if n < 1 || n > pool || colluders < 1 || colluders > pool {
		return nil, fmt.Errorf("%w: %d colluders of %d, n = %d", ErrRange, colluders, pool, n)
	}
	x := newOne()
	for j := range n - 1 {
		if colluders-1-j <= 0 {
			return new(big.Rat), nil
		}
		x.Mul(x, big.NewRat(int64(colluders-1-j), int64(pool-1-j)))
	}
	return x, nil
}

// LifetimeErrors bounds the wrong results that a coalition ever gets accepted, if each failed attack costs it an identity and none
// comes back: the sum over i = 1..F of x_i/(1-x_i), where x_i is [BlindDraw] with i colluders left of P-(F-i) (RATIONALE.md, plain
// forms). Error: ErrRange as for BlindDraw, if some x_i is 1 (an honest pool smaller than the draw), or if F is above 20,000.
func LifetimeErrors(colluders, pool, n int) (*big.Rat, error) {
	if colluders > maxIdentities {
		return nil, fmt.Errorf("%w: %d colluders, expected at most %d", ErrRange, colluders, maxIdentities)
	}
	if colluders < 0 || pool < colluders {
		return nil, fmt.Errorf("%w: %d colluders of %d", ErrRange, colluders, pool)
	}
	sum := new(big.Rat)
	for i := 1; i <= colluders; i++ {
		left := pool - (colluders - i)
		if left < n {
			continue // fewer identities than seats: nothing is accepted at all
		}
		x, err := BlindDraw(i, left, n)
		if err != nil {
			return nil, err
		}
		if x.Cmp(newOne()) >= 0 {
			return nil, fmt.Errorf("%w: with %d colluders of %d every draw of %d colludes", ErrRange, i, left, n)
		}
		sum.Add(sum, oddsOf(x))
	}
	return sum, nil
}

// Unanimous is the smallest n for which n independent draws all collude with
// probability f^n <= eps, and that probability (RATIONALE.md, plain forms:
// unanimity or court, no history used). Error: ErrRange for f outside [0, 1),
// eps not positive, or n above 4096.
func Unanimous(f, eps *big.Rat) (int, *big.Rat, error) {
	if f.Sign() < 0 || f.Cmp(newOne()) >= 0 || eps.Sign() <= 0 {
		return 0, nil, fmt.Errorf("%w: f is %s, eps %s, expected 0 <= f < 1, eps > 0", ErrRange, f, eps)
	}
	// num <= den is f^n <= eps, by cross products: reducing each would be slow.
	num, den := new(big.Int).Set(eps.Denom()), new(big.Int).Set(eps.Num())
	for n := 1; n <= maxUnanimous; n++ {
		if num.Mul(num, f.Num()).Cmp(den.Mul(den, f.Denom())) <= 0 {
			return n, ratPow(f, n), nil
		}
	}
	return 0, nil, fmt.Errorf("%w: f = %s needs more than %d replicas", ErrRange, f, maxUnanimous)
}
