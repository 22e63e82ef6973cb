package baseline

import (
	"fmt"
	"math/big"
)

// maxVotes bounds the search for m.
const maxVotes = 2048

// MFirst is the outcome of voting until one value has m copies, when each
// result is wrong with probability phi = f*s and all wrong results agree:
//
//	error   = sum over j=m..2m-1 of C(2m-1,j) phi^j (1-phi)^(2m-1-j)
//	results = sum over b=0..m-1 of (m+b) C(m-1+b,b) [(1-phi)^m phi^b + phi^m (1-phi)^b]
//
// results being the exact expected number until a value has m copies (Sarmenta
// quotes the upper estimate m/(1-phi)). Source: Sarmenta, majority voting.
// Error: ErrRange for phi outside [0, 1] or m outside 1..2048.
func MFirst(phi *big.Rat, m int) (wrong, results *big.Rat, err error) {
	if err := checkVotes(phi, m); err != nil {
		return nil, nil, err
	}
	bad, all := phi.Num(), phi.Denom()
	good := new(big.Int).Sub(all, bad)
	badPow, goodPow, allPow := powersOf(bad, 2*m), powersOf(good, 2*m), powersOf(all, 2*m)

	// Over the common denominator all^(2m-1).
	num := new(big.Int)
	ways := big.NewInt(1) // C(m-1+b, b)
	for b := range m {
		term := new(big.Int).Mul(goodPow[m], badPow[b])
		term.Add(term, new(big.Int).Mul(badPow[m], goodPow[b]))
		term.Mul(term, ways).Mul(term, big.NewInt(int64(m+b)))
		num.Add(num, term.Mul(term, allPow[m-1-b]))
		ways.Mul(ways, big.NewInt(int64(m+b))).Quo(ways, big.NewInt(int64(b+1)))
	}
	return mfirstError(badPow, goodPow, allPow, m), new(big.Rat).SetFrac(num, allPow[2*m-1]), nil
}

// MinVotes is the smallest m whose [MFirst] error is at most eps. Error:
// ErrRange for phi outside [0, 1/2) unless one vote is enough, eps not positive,
// or m above 2048.
//
// It steps with error(m+1) = error(m) - (1-2 phi) C(2m-1,m) (phi (1-phi))^m: two
// more votes only matter when the first 2m-1 were one vote apart.
func MinVotes(phi, eps *big.Rat) (int, error) {
	if err := checkVotes(phi, 1); err != nil {
		return 0, err
	}
	if phi.Cmp(eps) <= 0 {
		return 1, nil
	}
	if eps.Sign() <= 0 || phi.Cmp(big.NewRat(1, 2)) >= 0 {
		return 0, fmt.Errorf("%w: phi is %s, eps %s, expected phi < 1/2 and eps > 0", ErrRange, phi, eps)
	}
	bad, all := phi.Num(), phi.Denom()
	good := new(big.Int).Sub(all, bad)
	lead := new(big.Int).Sub(good, bad)
	both := new(big.Int).Mul(bad, good)
	square := new(big.Int).Mul(all, all)

	// wrong/scale is the error at m, scale = all^(2m-1).
	wrong, scale := new(big.Int).Set(bad), new(big.Int).Set(all)
	tied := new(big.Int).Set(both) // C(2m-1,m) (bad*good)^m
	for m := 1; m < maxVotes; m++ {
		wrong.Mul(wrong, square).Sub(wrong, new(big.Int).Mul(lead, tied))
		scale.Mul(scale, square)
		// C(2m+1,m+1) = C(2m-1,m) * 2(2m+1)/(m+1)
		tied.Mul(tied, both).Mul(tied, big.NewInt(int64(2*(2*m+1)))).Quo(tied, big.NewInt(int64(m+1)))
		left := new(big.Int).Mul(wrong, eps.Denom())
		if left.Cmp(new(big.Int).Mul(scale, eps.Num())) <= 0 {
			return m + 1, nil
		}
	}
	return 0, fmt.Errorf("%w: phi = %s needs more than %d votes for eps = %s", ErrRange, phi, maxVotes, eps)
}

func mfirstError(bad, good, all []*big.Int, m int) *big.Rat {
	num := new(big.Int)
	ways := new(big.Int).Binomial(int64(2*m-1), int64(m)) // C(2m-1, j)
	for j := m; j <= 2*m-1; j++ {
		term := new(big.Int).Mul(bad[j], good[2*m-1-j])
		num.Add(num, term.Mul(term, ways))
		ways.Mul(ways, big.NewInt(int64(2*m-1-j))).Quo(ways, big.NewInt(int64(j+1)))
	}
	return new(big.Rat).SetFrac(num, all[2*m-1])
}

func checkVotes(phi *big.Rat, m int) error {
	if err := checkProbability("phi", phi); err != nil {
		return err
	}
	if m < 1 || m > maxVotes {
		return fmt.Errorf("%w: m is %d, expected 1 to %d", ErrRange, m, maxVotes)
	}
	return nil
}

// powersOf is x^0 .. x^n.
func powersOf(x *big.Int, n int) []*big.Int {
	out := make([]*big.Int, n+1)
	out[0] = big.NewInt(1)
	for i := 1; i <= n; i++ {
		out[i] = new(big.Int).Mul(out[i-1], x)
	}
	return out
}
