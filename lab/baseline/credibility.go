package baseline

import (
	"fmt"
	"math/big"
)

// CrP is Sarmenta's credibility of a worker that passed k checks, where
// blacklisting cannot be enforced: 1-f for k = 0, else 1 - f/k. Error: ErrRange
// for f outside [0, 1] or k negative.
func CrP(f *big.Rat, k int64) (*big.Rat, error) {
	if err := checkRecord(f, k); err != nil {
		return nil, err
	}
	if k == 0 {
		return complement(f), nil
	}
	return complement(new(big.Rat).Quo(f, new(big.Rat).SetInt64(k))), nil
}

// CrPBlacklist is the credibility with blacklisting: 1-f for k = 0, else
// 1 - f/((1-f) k e); e is taken as a rational within 2^-256. Error: ErrRange as
// [CrP], and for f = 1.
func CrPBlacklist(f *big.Rat, k int64) (*big.Rat, error) {
	if err := checkRecord(f, k); err != nil {
		return nil, err
	}
	if k == 0 {
		return complement(f), nil
	}
	if f.Cmp(newOne()) == 0 {
		return nil, fmt.Errorf("%w: f is 1, expected less", ErrRange)
	}
	d := new(big.Rat).Mul(complement(f), new(big.Rat).SetInt64(k))
	return complement(d.Quo(f, d.Mul(d, euler()))), nil
}

// CrG is the credibility of each group of equal results, given the credibility
// of every result in it:
//
//	CrG(a) = P(a good) prod over i!=a of P(i bad)
//	         / ( prod over all P(bad) + sum over j of P(j good) prod over i!=j of P(i bad) )
//
// with P(good) the product of the members' credibilities and P(bad) that of
// their complements. Equal to O_a/(1 + sum of O), O = prod c/(1-c), iExec's
// form, but defined for c = 1 too. Source: Sarmenta, credibility-based voting.
// Error: ErrRange for no groups, an empty group, a credibility outside [0, 1],
// or two groups that are both certain.
func CrG(groups [][]*big.Rat) ([]*big.Rat, error) {
	if len(groups) == 0 {
		return nil, fmt.Errorf("%w: no groups", ErrRange)
	}
	good, bad := make([]*big.Rat, len(groups)), make([]*big.Rat, len(groups))
	for i, g := range groups {
		if len(g) == 0 {
			return nil, fmt.Errorf("%w: group %d is empty", ErrRange, i)
		}
		good[i], bad[i] = newOne(), newOne()
		for _, c := range g {
			if err := checkProbability("credibility", c); err != nil {
				return nil, err
			}
			good[i].Mul(good[i], c)
			bad[i].Mul(bad[i], complement(c))
		}
	}

	total := newOne() // all groups bad
	for _, b := range bad {
		total.Mul(total, b)
	}
	out := make([]*big.Rat, len(groups))
	for a := range groups {
		out[a] = new(big.Rat).Set(good[a])
		for i, b := range bad {
			if i != a {
				out[a].Mul(out[a], b)
			}
		}
		total.Add(total, out[a])
	}
	if total.Sign() == 0 {
		return nil, fmt.Errorf("%w: two groups are both certain", ErrRange)
	}
	for a := range out {
		out[a].Quo(out[a], total)
	}
	return out, nil
}

// maxUnanimous bounds the search of Unanimous.
const maxUnanimous = 4096

// Unanimous returns how many equal results of workers of credibility c are needed for CrG >= 1-eps. Error: ErrRange for c outside
// (1/2, 1], eps outside (0, 1], or more than 4096 results.
func Unanimous(c, eps *big.Rat) (int, error) {
	if err := checkProbability("credibility", c); err != nil {
		return 0, err
	}
	if err := checkProbability("eps", eps); err != nil {
		return 0, err
	}
	// CrG = g/(g+b) >= 1-eps with g = c^n, b = (1-c)^n  <=>  g*eps >= (1-eps)*b
	g, b := new(big.Rat).Set(eps), complement(eps)
	for n := 1; n <= maxUnanimous; n++ {
		g.Mul(g, c)
		b.Mul(b, complement(c))
		if g.Cmp(b) >= 0 {
			return n, nil
		}
		if n == 1 && c.Cmp(big.NewRat(1, 2)) <= 0 {
			break // more of them never help
		}
	}
	return 0, fmt.Errorf("%w: workers of credibility %s never reach 1 - %s", ErrRange, c, eps)
}

func checkRecord(f *big.Rat, k int64) error {
	if err := checkProbability("f", f); err != nil {
		return err
	}
	if k < 0 {
		return fmt.Errorf("%w: k is %d, expected 0 or more", ErrRange, k)
	}
	return nil
}
