package baseline

import (
	"fmt"
	"math/big"
)

// TrustedFrom is BOINC's CONS_VALID_UNREPLICATED: the consecutive valid results
// from which a host may go unreplicated (sched_config.h).
const TrustedFrom = 10

// Trusted is BOINC's adaptive replication rule: a host runs unreplicated when
// it has at least 10 consecutive valid results and a random number in [0, 1)
// exceeds 1/consecutive, strictly (sched_send.cpp, set_trust).
func Trusted(consecutive int64, random *big.Rat) bool {
	return consecutive >= TrustedFrom && random.Cmp(big.NewRat(1, consecutive)) > 0
}

// HostEvent is what happened to a host's result.
type HostEvent uint8

// The events that count for a host's record.
const (
	ValidReplicated HostEvent = iota + 1
	ValidUnreplicated
	Invalid
	TimedOut
	ClientError
)

// Consecutive is a host's count of consecutive valid results after an event:
// it grows with a valid replicated result, stays with a valid unreplicated one,
// and falls to 0 with anything else (validator.cpp, transitioner.cpp,
// sched_result.cpp).
func Consecutive(count int64, e HostEvent) int64 {
	switch e {
	case ValidReplicated:
		return count + 1
	case ValidUnreplicated:
		return count
	default:
		return 0
	}
}

// Quorum is BOINC's verdict on the results that are in.
type Quorum struct {
	Canonical int // index of the canonical result, -1 when there is none
	MinValid  int // equal results that make one canonical: minQuorum/2 + 1
	NextCount int // results to aim for when there is no canonical one, else 0
}

// CheckSet is BOINC's quorum. Once at least minQuorum results are in, the canonical one is the first that at least minQuorum/2+1 of
// them equal, itself included. If there is none, one more result is asked for (validate_util2.cpp, check_set; validator.cpp).
// Error: ErrRange for minQuorum below 1.
func CheckSet(minQuorum int, results []string) (Quorum, error) {
	if minQuorum < 1 {
		return Quorum{}, fmt.Errorf("%w: min_quorum is %d, expected at least 1", ErrRange, minQuorum)
	}
	q := Quorum{Canonical: -1, MinValid: minQuorum/2 + 1, NextCount: len(results) + 1}
	if len(results) < minQuorum {
		return q, nil
	}
	for i, r := range results {
		equal := 0
		for _, other := range results {
			if other == r {
				equal++
			}
		}
		if equal >= q.MinValid {
			q.Canonical, q.NextCount = i, 0
			return q, nil
		}
	}
	return q, nil
}
