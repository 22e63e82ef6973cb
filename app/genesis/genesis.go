// Package genesis builds the application's part of a genesis file, step by step: accounts, organisations, seats.
package genesis

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	gogoproto "github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app/encoding"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// State is the application's part of a genesis file: module name -> its state.
type State map[string]json.RawMessage

// Edit decodes one module's state into state, calls change with it, and puts it back. Callers use it to set parameters: Edit(g,
// cdc, "poa", &poatypes.GenesisState{}, func(s *poatypes.GenesisState) error { ... }).
func Edit[T gogoproto.Message](g State, cdc codec.JSONCodec, module string, state T, change func(T) error) error {
	bz, found := g[module]
	if !found {
		return fmt.Errorf("genesis has no state of module %s", module)
	}
	if err := cdc.UnmarshalJSON(bz, state); err != nil {
		return fmt.Errorf("genesis of %s: %w", module, err)
	}
	if err := change(state); err != nil {
		return err
	}
	bz, err := cdc.MarshalJSON(state)
	if err != nil {
		return fmt.Errorf("genesis of %s: %w", module, err)
	}
	g[module] = bz
	return nil
}

// CouncilQuorum is the share of the counting seats whose operators have to vote before a proposal is decided. It is two thirds, as
// a decimal of 18 digits that is rounded down, so that two of three seats are enough.
const CouncilQuorum = "0.666666666666666666"

// SetDefaults describes the coin, so that wallets show CRED, and sets the council's quorum to two thirds of the seats.
func SetDefaults(g State, cdc codec.JSONCodec) error {
	err := Edit(g, cdc, govtypes.ModuleName, &govv1.GenesisState{}, func(s *govv1.GenesisState) error {
		s.Params.Quorum = CouncilQuorum
		return nil
	})
	if err != nil {
		return err
	}
	return Edit(g, cdc, banktypes.ModuleName, &banktypes.GenesisState{}, func(s *banktypes.GenesisState) error {
		s.DenomMetadata = []banktypes.Metadata{{
			Description: "The coin of Credence.",
			Base:        encoding.BaseDenom,
			Display:     encoding.DisplayDenom,
			Name:        "Credence",
			Symbol:      encoding.DisplayDenom,
			DenomUnits: []*banktypes.DenomUnit{
				{Denom: encoding.BaseDenom},
				{Denom: encoding.DisplayDenom, Exponent: encoding.DisplayExponent},
			},
		}}
		return nil
	})
}

// AddAccount adds an account with coins. An existing account gets the coins in addition to its own.
func AddAccount(g State, cdc codec.Codec, addr sdk.AccAddress, coins sdk.Coins) error {
	err := Edit(g, cdc, authtypes.ModuleName, &authtypes.GenesisState{}, func(s *authtypes.GenesisState) error {
		accounts, err := authtypes.UnpackAccounts(s.Accounts)
		if err != nil {
			return err
		}
		if accounts.Contains(addr) {
			return nil
		}
		accounts = authtypes.SanitizeGenesisAccounts(append(accounts, authtypes.NewBaseAccountWithAddress(addr)))
		s.Accounts, err = authtypes.PackAccounts(accounts)
		return err
	})
	if err != nil || coins.IsZero() {
		return err
	}
	return Edit(g, cdc, banktypes.ModuleName, &banktypes.GenesisState{}, func(s *banktypes.GenesisState) error {
		addBalance(s, addr.String(), coins)
		return nil
	})
}

// AddOrganisation adds an organisation that is admitted from the first block on.
func AddOrganisation(g State, cdc codec.JSONCodec, org orgstypes.Organisation) error {
	org.Status, org.Roles = orgstypes.STATUS_ACTIVE, orgstypes.SortRoles(org.Roles)
	return Edit(g, cdc, orgstypes.ModuleName, &orgstypes.GenesisState{}, func(s *orgstypes.GenesisState) error {
		s.Organisations = append(s.Organisations, org)
		slices.SortFunc(s.Organisations, func(a, b orgstypes.Organisation) int { return strings.Compare(a.Id, b.Id) })
		return s.Validate(encoding.Addresses())
	})
}

// AddSeat gives an organisation its seat in the validator set.
func AddSeat(g State, cdc codec.JSONCodec, seat poatypes.Seat) error {
	return Edit(g, cdc, poatypes.ModuleName, &poatypes.GenesisState{}, func(s *poatypes.GenesisState) error {
		s.Seats = append(s.Seats, seat)
		slices.SortFunc(s.Seats, func(a, b poatypes.Seat) int { return strings.Compare(a.OrgId, b.OrgId) })
		return s.Validate(encoding.Addresses())
	})
}
