// Package rehearsal has two upgrades that change nothing for anybody and everything that an upgrade can change: a module with a
// store of its own comes, which counts blocks; a parameter of a module that there is changes; then the module changes the
// encoding of what it stored. Tests carry them out on running chains. No released program lists them: see app/upgrade.go.
package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/appmodule"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"

	"github.com/credence-chain/credence/app/upgrades"
)

// Name of the module and its store.
const Name = "rehearsal"

// Names of the upgrades.
const (
	FirstName  = "rehearsal-1"
	SecondName = "rehearsal-2"
)

// JailBlocks is by how much the first upgrade raises jail_blocks of x/poa.
const JailBlocks = 7

// Begin is the number of blocks with which the count of the module begins.
const Begin = 1000

// First brings the module, at its first version, and changes a parameter.
func First() upgrades.Upgrade { return upgradeTo(FirstName, 1) }

// Second raises the module's version: what was stored is migrated.
func Second() upgrades.Upgrade {
	return upgrades.Upgrade{Name: SecondName}
}

// Both are the two upgrades as the program of the second lists them: the module is of the second version.
func Both() []upgrades.Upgrade { return []upgrades.Upgrade{upgradeTo(FirstName, 2), Second()} }

func upgradeTo(name string, version uint64) upgrades.Upgrade {
	return upgrades.Upgrade{
		Name:   name,
		Stores: storetypes.StoreUpgrades{Added: []string{Name}},
		Modules: []upgrades.Module{{Name: Name, New: func(_ codec.Codec, service store.KVStoreService) module.AppModule {
			return newModule(service, version)
		}}},
		Migrate: func(ctx sdk.Context, k upgrades.Keepers) error {
			params, err := k.Poa.Params.Get(ctx)
			if err != nil {
				return err
			}
			params.JailBlocks += JailBlocks
			return k.Poa.Params.Set(ctx, params)
		},
	}
}

// Module counts blocks: as a number in its first version, as a text in its second.
type Module struct {
	version uint64
	numbers collections.Item[uint64]
	texts   collections.Item[string]
}

var (
	_ module.AppModule          = Module{}
	_ module.HasGenesis         = Module{}
	_ module.HasServices        = Module{}
	_ appmodule.HasBeginBlocker = Module{}
)

func newModule(service store.KVStoreService, version uint64) Module {
	sb := collections.NewSchemaBuilder(service)
	m := Module{
		version: version,
		numbers: collections.NewItem(sb, collections.NewPrefix(0), "numbers", collections.Uint64Value),
		texts:   collections.NewItem(sb, collections.NewPrefix(1), "texts", collections.StringValue),
	}
	if _, err := sb.Build(); err != nil {
		panic(err)
	}
	return m
}

// Count returns how far it has counted.
func (m Module) Count(ctx context.Context) (count uint64, err error) {
	if m.version == 1 {
		return m.numbers.Get(ctx)
	}
	text, err := m.texts.Get(ctx)
	if err == nil {
		_, err = fmt.Sscan(text, &count)
	}
	return count, err
}

func (m Module) set(ctx context.Context, count uint64) error {
	if m.version == 1 {
		return m.numbers.Set(ctx, count)
	}
	return m.texts.Set(ctx, fmt.Sprint(count))
}

// BeginBlock counts the block.
func (m Module) BeginBlock(ctx context.Context) error {
	count, err := m.Count(ctx)
	if err != nil {
		return err
	}
	return m.set(ctx, count+1)
}

// migrate makes a text of the number.
func (m Module) migrate(ctx sdk.Context) error {
	count, err := m.numbers.Get(ctx)
	if err != nil {
		return err
	}
	return errors.Join(m.numbers.Remove(ctx), m.texts.Set(ctx, fmt.Sprint(count)))
}

// RegisterServices registers the migration.
func (m Module) RegisterServices(cfg module.Configurator) {
	if m.version < 2 {
		return
	}
	if err := cfg.RegisterMigration(Name, 1, m.migrate); err != nil {
		panic(err)
	}
}

// ConsensusVersion counts changes of the state's layout.
func (m Module) ConsensusVersion() uint64 { return m.version }

// InitGenesis begins to count.
func (m Module) InitGenesis(ctx sdk.Context, _ codec.JSONCodec, bz json.RawMessage) {
	var count uint64
	if err := errors.Join(json.Unmarshal(bz, &count), m.set(ctx, count)); err != nil {
		panic(err)
	}
}

// ExportGenesis returns the count.
func (m Module) ExportGenesis(ctx sdk.Context, _ codec.JSONCodec) json.RawMessage {
	count, err := m.Count(ctx)
	if err != nil {
		panic(err)
	}
	return json.RawMessage(fmt.Sprint(count))
}

// DefaultGenesis is where it begins.
func (Module) DefaultGenesis(codec.JSONCodec) json.RawMessage {
	return json.RawMessage(fmt.Sprint(Begin))
}

// ValidateGenesis takes any number.
func (Module) ValidateGenesis(_ codec.JSONCodec, _ client.TxEncodingConfig, bz json.RawMessage) error {
	var count uint64
	return json.Unmarshal(bz, &count)
}

// Name returns the module's name.
func (Module) Name() string { return Name }

// IsAppModule marks the type.
func (Module) IsAppModule() {}

// IsOnePerModuleType marks the type.
func (Module) IsOnePerModuleType() {}

// RegisterLegacyAminoCodec registers nothing.
func (Module) RegisterLegacyAminoCodec(*codec.LegacyAmino) {}

// RegisterInterfaces registers nothing.
func (Module) RegisterInterfaces(codectypes.InterfaceRegistry) {}

// RegisterGRPCGatewayRoutes serves nothing.
func (Module) RegisterGRPCGatewayRoutes(client.Context, *gwruntime.ServeMux) {}
