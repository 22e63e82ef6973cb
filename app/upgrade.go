package app

import (
	"context"
	"fmt"

	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app/upgrades"
)

// released are the upgrades that this program carries out, oldest first. Nothing was released yet: the first release is what
// later ones upgrade from. A name stays listed for as long as a node may begin from before it.
var released []upgrades.Upgrade

// Upgrades are the upgrades that this program carries out, oldest first.
func Upgrades() []upgrades.Upgrade { return released }

// addedModules are the modules that upgrades bring and that this file does not know by name.
func (a *App) addedModules() (added []module.AppModule) {
	for _, u := range a.upgrades {
		for _, m := range u.Modules {
			added = append(added, m.New(a.Encoding.Codec, runtime.NewKVStoreService(a.keys[m.Name])))
		}
	}
	return added
}

// addedStores are the keys of their stores.
func addedStores(list []upgrades.Upgrade) (names []string) {
	for _, u := range list {
		for _, m := range u.Modules {
			names = append(names, m.Name)
		}
	}
	return names
}

// addedHooks are those of these modules that act at the beginning of a block.
func addedHooks(added []module.AppModule) (names []string) {
	for _, m := range added {
		if _, acts := any(m).(appmodule.HasBeginBlocker); acts {
			names = append(names, m.(module.HasName).Name())
		}
	}
	return names
}

// prepareUpgrades gives each upgrade its handler, and has the state loaded with the stores of the one that the node stopped
// for. It comes before the state is loaded. A list that is wrong is a mistake in the program, which must not run.
func (a *App) prepareUpgrades() {
	if err := upgrades.Validate(a.upgrades); err != nil {
		panic(err)
	}
	for _, u := range a.upgrades {
		a.UpgradeKeeper.SetUpgradeHandler(u.Name, a.carryOut(u))
	}
	plan, err := a.UpgradeKeeper.ReadUpgradeInfoFromDisk()
	if err != nil {
		panic(fmt.Errorf("data/upgrade-info.json, which says what the node stopped for: %w", err))
	}
	u, found := upgrades.Find(a.upgrades, plan.Name)
	if !found || a.UpgradeKeeper.IsSkipHeight(plan.Height) {
		return
	}
	stores := storetypes.StoreUpgrades{Added: u.Stores.Added, Renamed: u.Stores.Renamed, Deleted: u.Stores.Deleted}
	a.SetStoreLoader(upgradetypes.UpgradeStoreLoader(plan.Height, &stores))
}

func (a *App) carryOut(u upgrades.Upgrade) upgradetypes.UpgradeHandler {
	return func(ctx context.Context, _ upgradetypes.Plan, from module.VersionMap) (module.VersionMap, error) {
		to, err := a.ModuleManager.RunMigrations(ctx, a.configurator, from)
		if err != nil {
			return nil, fmt.Errorf("migrations of upgrade %q: %w", u.Name, err)
		}
		if u.Migrate != nil {
			if err := u.Migrate(sdk.UnwrapSDKContext(ctx), a.upgradeKeepers()); err != nil {
				return nil, fmt.Errorf("upgrade %q: %w", u.Name, err)
			}
		}
		return to, nil
	}
}

func (a *App) upgradeKeepers() upgrades.Keepers {
	return upgrades.Keepers{
		Supply: a.SupplyKeeper, Orgs: a.OrgsKeeper, Poa: a.PoaKeeper, Beacon: a.BeaconKeeper, Apps: a.AppsKeeper, Workers: a.WorkersKeeper,
		Vouchers: a.VouchersKeeper, Deals: a.DealsKeeper, Market: a.MarketKeeper, Tasks: a.TasksKeeper,
	}
}

// explainUpgrade says of the error of a block's beginning whether it is that of an upgrade which the program lacks.
func (a *App) explainUpgrade(ctx sdk.Context, err error) error {
	plan, planErr := a.UpgradeKeeper.GetUpgradePlan(ctx)
	if planErr != nil { // there is none
		return err
	}
	if plan.ShouldExecute(ctx.BlockHeight()) && !a.UpgradeKeeper.HasHandler(plan.Name) && !a.UpgradeKeeper.IsSkipHeight(ctx.BlockHeight()) {
		return &upgrades.MissingError{Plan: plan}
	}
	return err
}
