package poco

import (
	"fmt"
	"math/big"
	"strings"
)

// Bounds of the demanded trust T: at most one wrong result in T tasks is to be expected.
const (
	MinTrust = 2
	MaxTrust = 1_000_000_000
)

// QuantiseTrust rounds a demanded trust up to the next of 2, 5, 10, 20, 50, 100, ... Each trust has its own ledgers, and a ledger
// that few tasks share has little budget.
func QuantiseTrust(trust uint64) (uint64, error) {
	if trust < MinTrust || trust > MaxTrust {
		return 0, fmt.Errorf("trust: got %d, expected %d to %d", trust, MinTrust, MaxTrust)
	}
	for base := uint64(1); ; base *= 10 {
		for _, m := range [...]uint64{1, 2, 5} {
			if m*base >= trust {
				return m * base, nil
			}
		}
	}
}

// ParseTrust reads a demanded trust as people write it: an integer T ("10000"), a percentage ("99.99%") or bits
// ("20bits", T = 2^20). A percentage p means T = 1/(1-p), rounded up.
func ParseTrust(s string) (uint64, error) {
	text := strings.TrimSpace(s)
	bad := func(why string) (uint64, error) {
		return 0, fmt.Errorf("trust: got %q, %s; expected a percentage such as 99.99%%, a number such as 10000, or bits such as 13bits", s, why)
	}
	var t *big.Rat
	switch {
	case strings.HasSuffix(text, "%"):
		p, ok := new(big.Rat).SetString(strings.TrimSuffix(text, "%"))
		if !ok || strings.ContainsAny(text, "/eE") {
			return bad("which is not a percentage")
		}
		rest := new(big.Rat).Sub(big.NewRat(1, 1), p.Quo(p, big.NewRat(100, 1)))
		if rest.Sign() <= 0 {
			return bad("but certainty cannot be promised by replication")
		}
		t = rest.Inv(rest)
	case strings.HasSuffix(text, "bits"):
		var n uint
		if _, err := fmt.Sscanf(strings.TrimSuffix(text, "bits"), "%d", &n); err != nil || n > 29 {
			return bad("which is not a number of bits from 1 to 29")
		}
		t = new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), n))
	default:
		n, ok := new(big.Rat).SetString(text)
		if !ok || strings.ContainsAny(text, "/eE.") {
			return bad("which is not a trust")
		}
		t = n
	}
	up := new(big.Int).Quo(new(big.Int).Add(t.Num(), new(big.Int).Sub(t.Denom(), big.NewInt(1))), t.Denom())
	if t.Sign() <= 0 || !up.IsUint64() || up.Uint64() < MinTrust || up.Uint64() > MaxTrust {
		return bad(fmt.Sprintf("which is outside 50%% (%d) to 99.9999999%% (%d)", MinTrust, MaxTrust))
	}
	return up.Uint64(), nil
}
