// Package upgrades says which upgrades a build carries out, and loads the stores for the one that is due.
//
// The council passes a plan: a name and a height. Builds for the heights before do not know the plan's name. They decide the block
// of that height, and refuse to execute it. The build that knows the name loads the stores that its upgrade adds, runs the
// migrations, and continues from that block. See docs/adr/0034-upgrades.md.
package upgrades

import (
	"errors"
	"fmt"
	"slices"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/core/appmodule"
	"cosmossdk.io/core/store"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"
)

// Upgrade changes the state of a running chain from one version to the next.
type Upgrade struct {
	// Name is the name of the plan that asks for the upgrade.
	Name string
	// Stores lists the stores that the upgrade adds, renames or deletes before the first block of the new version is executed. An
	// upgrade can't delete a store from which one of its migrations reads.
	Stores storetypes.StoreUpgrades
	// Finish does the work that belongs to no module, after the modules' migrations; nil for nothing. An error stops the node.
	Finish func(ctx sdk.Context) error
}

// Version is what a build knows about the state's layout besides the information in its modules.
type Version struct {
	// Upgrades are the upgrades that the build carries out, oldest first. An upgrade stays in the list as long as a node may be
	// started from an older state.
	Upgrades []Upgrade
	// Moved says which store holds a module's state if it is not the store with the module's name.
	Moved map[string]string
	// Change wraps a module whose layout differs from the one in this source; nil for none. Only rehearsals need it.
	Change func(module appmodule.AppModule, service func(store string) store.KVStoreService) appmodule.AppModule
}

// Current is the version of this source. It has no upgrade yet: the first release that changes the state adds the first.
func Current() Version { return Version{} }

// FindUpgrade returns the upgrade with a name.
func (v Version) FindUpgrade(name string) (Upgrade, bool) {
	i := slices.IndexFunc(v.Upgrades, func(u Upgrade) bool { return u.Name == name })
	if i < 0 {
		return Upgrade{}, false
	}
	return v.Upgrades[i], true
}

// StoreOf returns the name of the store that holds a module's state.
func (v Version) StoreOf(module string) string {
	if moved, is := v.Moved[module]; is {
		return moved
	}
	return module
}

// NewLoader loads the application's stores. If an upgrade of v is due in the next block, it adds, renames and deletes the stores
// that the upgrade lists. It reads the plan from the state. It does not use the file that the earlier build writes when it stops,
// because a node that was stopped before has no such file.
func (v Version) NewLoader(db dbm.DB, cdc codec.BinaryCodec) baseapp.StoreLoader {
	return func(ms storetypes.CommitMultiStore) error {
		plan, found, err := planIn(db, cdc)
		if err != nil {
			return fmt.Errorf("upgrade plan: %w", err)
		}
		height := ms.LastCommitID().Version
		if found {
			u, has := v.FindUpgrade(plan.Name)
			switch {
			case has && plan.ShouldExecute(height+1):
				return ms.LoadLatestVersionAndUpgrade(&u.Stores)
			case has:
				return TooEarlyError{Name: plan.Name, At: plan.Height, Height: height}
			}
		}
		if err := ms.LoadLatestVersion(); err != nil && len(v.Upgrades) > 0 {
			return fmt.Errorf("load the state at height %d, in which no upgrade of this build is due: %w; a state before its last upgrade, %s, needs the build before it",
				height, err, v.Upgrades[len(v.Upgrades)-1].Name)
		} else if err != nil {
			return err
		}
		return nil
	}
}

// TooEarlyError says that a build was started before the height of its upgrade.
type TooEarlyError struct {
	Name       string
	At, Height int64
}

// Error implements error.
func (e TooEarlyError) Error() string {
	return fmt.Sprintf("this build carries out the upgrade %q, which is due at height %d, and the state is that of height %d: start the build before it until that one stops",
		e.Name, e.At, e.Height)
}

// planIn reads the plan from the last committed state of a database. It loads only the store of x/upgrade.
func planIn(db dbm.DB, cdc codec.BinaryCodec) (plan upgradetypes.Plan, found bool, err error) {
	ms := rootmulti.NewStore(db, log.NewNopLogger())
	if ms.LastCommitID().Version == 0 {
		return plan, false, nil
	}
	key := storetypes.NewKVStoreKey(upgradetypes.StoreKey)
	ms.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	if err := ms.LoadLatestVersion(); err != nil {
		return plan, false, err
	}
	bz := ms.GetKVStore(key).Get(upgradetypes.PlanKey())
	if bz == nil {
		return plan, false, nil
	}
	return plan, true, cdc.Unmarshal(bz, &plan)
}

// Check refuses a version in which an upgrade has no name, or in which two have the same name.
func (v Version) Check() error {
	seen := map[string]bool{}
	for _, u := range v.Upgrades {
		if u.Name == "" {
			return errors.New("an upgrade has no name")
		}
		if seen[u.Name] {
			return fmt.Errorf("upgrade %q is there twice", u.Name)
		}
		seen[u.Name] = true
	}
	return nil
}
