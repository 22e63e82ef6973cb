package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/poa/types"
)

// feeBlocks is how often fees are shared out, in blocks. Sharing visits all seats, which not every block should do.
const feeBlocks = 100

const isolated = isolate.Module(types.ModuleName)

// shareFees pays the collected transaction fees to the operators of the active seats, in proportion to their power. A remainder
// that does not divide stays for the next time, and so does the share of a payment that fails.
func (k Keeper) shareFees(ctx context.Context) error {
	if heightOf(ctx)%feeBlocks != 0 {
		return nil
	}
	collected := k.bank.GetAllBalances(ctx, k.accounts.GetModuleAddress(authtypes.FeeCollectorName))
	if collected.IsZero() {
		return nil
	}
	active, err := k.ActiveSeats(ctx)
	if err != nil {
		return err
	}
	var total int64
	for _, s := range active {
		total += s.Power
	}
	for _, s := range active {
		_ = isolated.Do(sdk.UnwrapSDKContext(ctx), "fees of a seat", s.OrgId, func(ctx sdk.Context) error {
			return k.payFees(ctx, s, collected, total)
		})
	}
	return nil
}

func (k Keeper) payFees(ctx context.Context, s types.Seat, collected sdk.Coins, total int64) error {
	var share sdk.Coins
	for _, c := range collected {
		if amount := c.Amount.MulRaw(s.Power).QuoRaw(total); amount.IsPositive() {
			share = append(share, sdk.NewCoin(c.Denom, amount))
		}
	}
	if share.IsZero() {
		return nil
	}
	operator, err := k.addresses.StringToBytes(s.Operator)
	if err != nil {
		return err
	}
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, authtypes.FeeCollectorName, operator, share); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventFeesPaid{OrgId: s.OrgId, Operator: s.Operator, Amount: share.String()})
}
