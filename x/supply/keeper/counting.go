package keeper

import (
	"context"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/internal/purse"
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

// SendCoinsFromModuleToAccounts sends coins of a module to several accounts. The module's balance changes once.
func (b CountingBank) SendCoinsFromModuleToAccounts(ctx context.Context, module string, credits []purse.Credit) error {
	var sum sdk.Coins
	outputs := make([]banktypes.Output, len(credits))
	for i, c := range credits {
		sum, outputs[i] = sum.Add(c.Coins...), banktypes.NewOutput(c.To, c.Coins)
	}
	return b.InputOutputCoins(ctx, banktypes.NewInput(authtypes.NewModuleAddress(module), sum), outputs)
}
