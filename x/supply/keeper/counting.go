package keeper

import (
	"context"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"

	"github.com/credence-chain/credence/x/supply/types"
)

// CountingBank is the bank that a module gets which destroys coins. It counts them under the module's cause.
type CountingBank struct {
	bankkeeper.BaseKeeper
	supply Keeper
	cause  string
}

// CountAs returns a bank that counts its burns under a cause. It panics on a cause that destroys nothing, since such a program has
// a mistake.
func (k Keeper) CountAs(cause string, bank bankkeeper.BaseKeeper) CountingBank {
	if !slices.Contains(types.Destroyed, cause) {
		panic("supply: " + cause + " destroys no coins")
	}
	return CountingBank{BaseKeeper: bank, supply: k, cause: cause}
}

// BurnCoins destroys coins of a module and counts them.
func (b CountingBank) BurnCoins(ctx context.Context, module string, coins sdk.Coins) error {
	return b.supply.burn(ctx, module, b.cause, coins, "")
}
