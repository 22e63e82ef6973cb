package types

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
)

// SeatSettlement says what the end of a task does to one worker. Amounts are in ucred.
type SeatSettlement struct {
	// Worker is the worker's address.
	Worker string
	// Unlock is the amount that is no longer locked: the stake of the assignment.
	Unlock uint64
	// Slash is the part of Unlock that is taken.
	Slash uint64
	// Fault is the fault that the seat was found to have.
	Fault poco.Fault
	// Outage is set with FaultUnrevealed and FaultLate. It tells which missed reveals belong to one outage.
	Outage poco.Outage
	// Right says that the worker gave the accepted answer.
	Right bool
	// Overturned says that the worker's answer counted as right before, and has turned out wrong.
	Overturned bool
	// Confirmed says that the worker's right answer counts as a confirmation.
	Confirmed bool
	// Dispute says whether a pending strike is added to the worker's record, or removed from it.
	Dispute poco.Dispute
	// Vote is the effect of a vote of workers on the worker's record.
	Vote poco.VoteMark
	// Earned is the amount that x/market pays the worker for the task. This module only adds it to the record.
	Earned uint64
}

// StakePay is a payment out of slashed stake.
type StakePay struct {
	// To is the account that is paid.
	To sdk.AccAddress
	// Amount in ucred.
	Amount uint64
}

// CheckSettlement checks that a settlement adds up, and that no seat loses more than was locked:
//
//	sum(pays) + burn == sum(slash)      slash <= unlock, for every seat
//
// It returns an ErrSettlement that says what is wrong.
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
