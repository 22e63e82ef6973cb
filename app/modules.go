package app

import (
	"cosmossdk.io/core/appmodule"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/types/module"
)

type storeService = store.KVStoreService

// appModules returns the manager's modules as the type that commands are made from.
func appModules(m *module.Manager) map[string]appmodule.AppModule {
	out := make(map[string]appmodule.AppModule, len(m.Modules))
	for name, mod := range m.Modules {
		if am, ok := mod.(appmodule.AppModule); ok {
			out[name] = am
		}
	}
	return out
}
