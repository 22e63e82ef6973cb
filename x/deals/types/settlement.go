package types

import (
	"math/bits"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// EscrowPay is one payment out of a task's escrow, in ucred.
type EscrowPay struct {
	To     sdk.AccAddress
	Amount uint64
}

// TaskSettlement says how the escrow of one task is used after the task has ended.
type TaskSettlement struct {
	Deal     string // its deal
	Task     string // its id, for the event
	Index    uint64 // its index within the request's bag
	Pays     []EscrowPay
	Premium  uint64 // ucred that are destroyed
	Refund   uint64 // ucred that the payer gets back
	Accepted bool   // it ended with an accepted answer
	Failed   bool   // the accepted answer is that the program failed
}

// Unused says whether the task ended without an accepted answer and without any payment. Its volume then goes back to the orders.
func (s TaskSettlement) Unused() bool { return !s.Accepted && len(s.Pays) == 0 }

// SumPays returns the sum in ucred; ErrSettlement when it exceeds 64 bits.
func SumPays(pays []EscrowPay) (sum uint64, err error) {
	for _, p := range pays {
		var carry uint64
		if sum, carry = bits.Add64(sum, p.Amount, 0); carry != 0 {
			return 0, ErrSettlement.Wrap("payments exceed 64 bits")
		}
	}
	return sum, nil
}
