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
