// Package rehearsal is an upgrade that no release has. Tests, and the build with the tag "rehearsal", use it to practise a
// release's upgrade. It moves the whole state of x/beacon into a store of its own, under the consensus version 2. No other module
// is affected. A block that began before the migration would find no seed and stop the node.
package rehearsal

import (
	"fmt"

	"cosmossdk.io/core/appmodule"
	"cosmossdk.io/core/store"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/x/beacon"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
)

const (
	// Name is the name of the plan.
	Name = "rehearsal"
	// Store is the store that holds the beacon's state afterwards.
	Store = "rehearsed_beacon"
)

// Version is the current version with the rehearsal as its next upgrade.
func Version() upgrades.Version {
	v := upgrades.Current()
	v.Upgrades = append(v.Upgrades, upgrades.Upgrade{Name: Name, Stores: storetypes.StoreUpgrades{Added: []string{Store}}})
	v.Moved = map[string]string{beacontypes.ModuleName: Store}
	v.Change = func(m appmodule.AppModule, service func(string) store.KVStoreService) appmodule.AppModule {
		if b, is := m.(beacon.AppModule); is {
			return moved{AppModule: b, from: service(beacontypes.StoreKey), to: service(Store)}
		}
		return m
	}
	return v
}

// Idle is the current version with an upgrade of the same name that changes nothing. Tests compare a rehearsal with it.
func Idle() upgrades.Version {
	v := upgrades.Current()
	v.Upgrades = append(v.Upgrades, upgrades.Upgrade{Name: Name})
	return v
}

// moved is x/beacon with its state in another store.
type moved struct {
	beacon.AppModule
	from, to store.KVStoreService
}

// ConsensusVersion counts the move as a new version.
func (m moved) ConsensusVersion() uint64 { return m.AppModule.ConsensusVersion() + 1 }

// RegisterServices adds the migration to the module's services.
func (m moved) RegisterServices(cfg module.Configurator) {
	m.AppModule.RegisterServices(cfg)
	if err := cfg.RegisterMigration(beacontypes.ModuleName, m.AppModule.ConsensusVersion(), m.migrateKeys); err != nil {
		panic(err)
	}
}

// migrateKeys moves every key.
func (m moved) migrateKeys(ctx sdk.Context) error {
	from, to := m.from.OpenKVStore(ctx), m.to.OpenKVStore(ctx)
	it, err := from.Iterator(nil, nil)
	if err != nil {
		return err
	}
	var keys [][]byte
	for ; it.Valid(); it.Next() {
		if err := to.Set(it.Key(), it.Value()); err != nil {
			it.Close()
			return err
		}
		keys = append(keys, it.Key())
	}
	if err := it.Close(); err != nil {
		return err
	}
	if len(keys) == 0 {
		return fmt.Errorf("the store %s is empty: its state was expected there", beacontypes.StoreKey)
	}
	for _, key := range keys {
		if err := from.Delete(key); err != nil {
			return err
		}
	}
	return nil
}
