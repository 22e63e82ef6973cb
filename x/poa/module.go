// Package poa is the validator set by authority: one seat per organisation. See README.md.
package poa

import (
	"context"
	"encoding/json"

	abci "github.com/cometbft/cometbft/abci/types"
	gogogrpc "github.com/cosmos/gogoproto/grpc"
	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"

	"cosmossdk.io/core/address"
	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/credence-chain/credence/internal/chainmodule"
	"github.com/credence-chain/credence/x/poa/keeper"
	"github.com/credence-chain/credence/x/poa/types"
)

var (
	_ appmodule.AppModule       = AppModule{}
	_ appmodule.HasBeginBlocker = AppModule{}
	_ module.AppModuleBasic     = AppModule{}
	_ module.HasABCIEndBlock    = AppModule{}
	_ module.HasABCIGenesis     = AppModule{}
	_ module.HasServices        = AppModule{}
)

// AppModule is the module as the application sees it.
type AppModule struct {
	chainmodule.Basic
	chainmodule.Genesis[types.GenesisState, *types.GenesisState]
	keeper keeper.Keeper
}

// NewAppModule wraps a keeper. A client that needs only codecs and commands passes an empty keeper.
func NewAppModule(k keeper.Keeper, addresses address.Codec) AppModule {
	return AppModule{
		keeper: k,
		Basic: chainmodule.NewBasic(types.ModuleName, chainmodule.Types{
			Amino:      types.RegisterLegacyAminoCodec,
			Interfaces: types.RegisterInterfaces,
			Routes: func(ctx context.Context, mux *gwruntime.ServeMux, conn gogogrpc.ClientConn) error {
				return types.RegisterQueryHandlerClient(ctx, mux, types.NewQueryClient(conn))
			},
		}),
		Genesis: chainmodule.NewGenesis(types.ModuleName, types.DefaultGenesis,
			func(g types.GenesisState) error { return g.Validate(addresses) }, nil, k.ExportGenesis),
	}
}

// ConsensusVersion counts changes of the state's layout.
func (AppModule) ConsensusVersion() uint64 { return 1 }

// RegisterServices serves messages and queries.
func (am AppModule) RegisterServices(cfg module.Configurator) {
	types.RegisterMsgServer(cfg.MsgServer(), keeper.NewMsgServer(am.keeper))
	types.RegisterQueryServer(cfg.QueryServer(), keeper.NewQueryServer(am.keeper))
}

// InitGenesis stores the genesis state and returns the validator set.
func (am AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, bz json.RawMessage) []abci.ValidatorUpdate {
	g, err := am.Decode(cdc, bz)
	if err != nil {
		panic(err)
	}
	updates, err := am.keeper.InitGenesis(ctx, g)
	if err != nil {
		panic(err)
	}
	return updates
}

// BeginBlock counts votes and reads evidence.
func (am AppModule) BeginBlock(ctx context.Context) error { return am.keeper.BeginBlock(ctx) }

// EndBlock returns the changes of the validator set.
func (am AppModule) EndBlock(ctx context.Context) ([]abci.ValidatorUpdate, error) {
	return am.keeper.EndBlock(ctx)
}
