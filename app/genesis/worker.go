package genesis

import (
	"slices"
	"strings"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app/encoding"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// AddWorker registers a worker, and puts its bond into the module's account.
func AddWorker(g State, cdc codec.Codec, w workerstypes.Worker) error {
	err := Edit(g, cdc, workerstypes.ModuleName, &workerstypes.GenesisState{}, func(s *workerstypes.GenesisState) error {
		s.Workers = append(s.Workers, w)
		slices.SortFunc(s.Workers, func(a, b workerstypes.Worker) int { return strings.Compare(a.Address, b.Address) })
		return s.Validate(encoding.Addresses())
	})
	if err != nil {
		return err
	}
	return Hold(g, cdc, workerstypes.ModuleName, sdk.NewCoins(sdk.NewCoin(encoding.BaseDenom, math.NewIntFromUint64(w.Bonded))))
}

// Hold gives a module's account the coins that its state says it holds.
func Hold(g State, cdc codec.Codec, module string, coins sdk.Coins) error {
	if coins.IsZero() {
		return nil
	}
	address, err := encoding.Addresses().BytesToString(authtypes.NewModuleAddress(module))
	if err != nil {
		return err
	}
	return Edit(g, cdc, banktypes.ModuleName, &banktypes.GenesisState{}, func(s *banktypes.GenesisState) error {
		addBalance(s, address, coins)
		return nil
	})
}

// addBalance adds coins to an account's balance and to the supply.
func addBalance(s *banktypes.GenesisState, address string, coins sdk.Coins) {
	i := slices.IndexFunc(s.Balances, func(b banktypes.Balance) bool { return b.Address == address })
	if i < 0 {
		s.Balances = append(s.Balances, banktypes.Balance{Address: address, Coins: coins})
	} else {
		s.Balances[i].Coins = s.Balances[i].Coins.Add(coins...)
	}
	s.Balances = banktypes.SanitizeGenesisBalances(s.Balances)
	s.Supply = s.Supply.Add(coins...)
}
