// Package upgrades says what a version of the program changes in the state of a running chain.
//
// An Upgrade is carried out in the PreBlock of the height that the council's plan of its name says. All nodes stop before that
// block, and go on with a program that lists the upgrade: its stores are added, renamed and deleted when the program loads the state;
// in the block, the modules whose ConsensusVersion is higher than the stored one run their migrations, modules that are new
// begin with their default genesis, and Migrate does what no module can do alone.
//
// To release a version whose state differs: raise the ConsensusVersion of the modules that change and register their
// migrations in RegisterServices, write an Upgrade, list it in app/upgrade.go, and rehearse it: TestUpgrade of the package app is
// the harness. A version that changes no state needs none of this.
package upgrades

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	appskeeper "github.com/credence-chain/credence/x/apps/keeper"
	beaconkeeper "github.com/credence-chain/credence/x/beacon/keeper"
	dealskeeper "github.com/credence-chain/credence/x/deals/keeper"
	marketkeeper "github.com/credence-chain/credence/x/market/keeper"
	orgskeeper "github.com/credence-chain/credence/x/orgs/keeper"
	poakeeper "github.com/credence-chain/credence/x/poa/keeper"
	supplykeeper "github.com/credence-chain/credence/x/supply/keeper"
	taskskeeper "github.com/credence-chain/credence/x/tasks/keeper"
	voucherskeeper "github.com/credence-chain/credence/x/vouchers/keeper"
	workerskeeper "github.com/credence-chain/credence/x/workers/keeper"
)

// Keepers is the state that an upgrade may change.
type Keepers struct {
	Supply   supplykeeper.Keeper
	Orgs     orgskeeper.Keeper
	Poa      poakeeper.Keeper
	Beacon   beaconkeeper.Keeper
	Apps     appskeeper.Keeper
	Workers  workerskeeper.Keeper
	Vouchers voucherskeeper.Keeper
	Deals    dealskeeper.Keeper
	Market   marketkeeper.Keeper
	Tasks    taskskeeper.Keeper
}

// Upgrade is a version that changes the state.
type Upgrade struct {
	// Name as in the council's plan, and of the folder from which a supervisor takes the program.
	Name string
	// Stores that are added, renamed or deleted, by key. A module that is new needs its store here.
	Stores storetypes.StoreUpgrades
	// Modules that are part of the program because of this upgrade and that app.go does not know: those of rehearsals.
	Modules []Module
	// Migrate changes the state after the modules' migrations; nil for nothing more. It must be deterministic.
	Migrate func(ctx sdk.Context, k Keepers) error
}

// Module is a module that an upgrade brings.
type Module struct {
	// Name of the module, and key of its store.
	Name string
	// New makes it over its store.
	New func(cdc codec.Codec, service store.KVStoreService) module.AppModule
}

// ErrMissing begins the reason of a node that meets a plan which its program does not list.
var ErrMissing = errors.New("this program lacks an upgrade that the chain has reached")

// MissingError says which upgrade a program lacks.
type MissingError struct {
	// Plan that the council adopted.
	Plan upgradetypes.Plan
}

// Error implements error, with what to do next.
func (e *MissingError) Error() string {
	text := fmt.Sprintf("%s: %q at height %d; nothing is lost, and the node goes on with the program of that name: "+
		"see \"An upgrade\" in docs/operator.md", ErrMissing, e.Plan.Name, e.Plan.Height)
	if e.Plan.Info != "" {
		text += ". The plan says: " + e.Plan.Info
	}
	return text
}

// Is says that it is ErrMissing.
func (e *MissingError) Is(target error) bool { return target == ErrMissing }

// Find returns the upgrade of a name.
func Find(list []Upgrade, called string) (Upgrade, bool) {
	i := slices.IndexFunc(list, func(u Upgrade) bool { return u.Name == called })
	if i < 0 {
		return Upgrade{}, false
	}
	return list[i], true
}

// Names are those of a list, in order.
func Names(list []Upgrade) (names []string) {
	for _, u := range list {
		names = append(names, u.Name)
	}
	return names
}

// name is what supervisors take for a folder as it is.
var name = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,63}$`)

// Validate checks a list: names, each once, and that the store of each module that an upgrade brings is added by it.
func Validate(list []Upgrade) error {
	for i, u := range list {
		if !name.MatchString(u.Name) {
			return fmt.Errorf("upgrade %q: expected a name of a-z, 0-9, '.' and '-': it is that of a folder", u.Name)
		}
		if _, twice := Find(list[:i], u.Name); twice {
			return fmt.Errorf("upgrade %q is listed twice", u.Name)
		}
		for _, m := range u.Modules {
			if !slices.Contains(u.Stores.Added, m.Name) {
				return fmt.Errorf("upgrade %q brings the module %q, expected its store among those that are added: %q", u.Name, m.Name, u.Stores.Added)
			}
		}
	}
	return nil
}
