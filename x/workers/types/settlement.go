package types

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
)

// SeatSettlement is what a task's end does to one worker. Amounts are in ucred.
type SeatSettlement struct {
	// Worker by address.
	Worker string
	// Unlock is the amount that is no longer locked: the stake of the assignment.
	Unlock uint64
	// Slash is the part of it that is taken.
	Slash uint64
	// Fault that the seat was found to have.
	Fault poco.Fault
	// Outage, of a FaultUnrevealed, tells which missed reveals belong to one outage.
	Outage poco.Outage
	// Right says that it gave the accepted answer.
	Right bool
	// Overturned says that the answer for which it was counted as right has turned out wrong.
	Overturned bool
	// Confirmed says that its right answer counts as a confirmation.
	Confirmed bool
	// Dispute says whether a strike of it is left pending, or is no longer.
	Dispute poco.Dispute
	// Vote is what a vote of workers does to its record.
	Vote poco.VoteMark
	// Earned is the amount that x/market pays it for the task. Here it is only added to the record.
	Earned uint64
}

// StakePay is a payment out of slashed stake.
type StakePay struct {
	// To is the account paid.
	To sdk.AccAddress
	// Amount in ucred.
	Amount uint64
}

// CheckSettlement says whether a settlement adds up:
//
//	sum(pays) + burn == sum(slash)      slash <= unlock, of every seat
//
// ErrSettlement says what does not.
func CheckSettlement(ends []SeatSettlement, pays []StakePay, burn uint64) error {
	var slashed uint64
	for _, e := range ends {
		if e.Slash > e.Unlock {
			return ErrSettlement.Wrapf("slash of %s: %d ucred, expected at most the %d that are unlocked", e.Worker, e.Slash, e.Unlock)
		}
		var ok bool
		if slashed, ok = addSafely(slashed, e.Slash); !ok {
			return ErrSettlement.Wrap("slash: the sum exceeds 64 bits")
		}
	}
	paid := burn
	for _, p := range pays {
		var ok bool
		if paid, ok = addSafely(paid, p.Amount); !ok {
			return ErrSettlement.Wrap("pays: the sum exceeds 64 bits")
		}
	}
	if paid != slashed {
		return ErrSettlement.Wrapf("pays and burn: %d ucred, expected the %d that are slashed", paid, slashed)
	}
	return nil
}

func addSafely(a, b uint64) (sum uint64, ok bool) {
	sum = a + b
	return sum, sum >= a
}
