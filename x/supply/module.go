// Package supply counts the causes of the supply of coins, and lets the council mint within a cap. See README.md.
package supply

import (
	"context"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"

	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/credence-chain/credence/internal/chainmodule"
	"github.com/credence-chain/credence/x/supply/keeper"
	"github.com/credence-chain/credence/x/supply/types"
)

var (
	_ appmodule.AppModule   = AppModule{}
	_ module.AppModuleBasic = AppModule{}
	_ module.HasGenesis     = AppModule{}
	_ module.HasServices    = AppModule{}
)

// AppModule is the module as the application sees it.
type AppModule struct {
	chainmodule.Basic
	chainmodule.Genesis[types.GenesisState, *types.GenesisState]
	keeper keeper.Keeper
}

// NewAppModule wraps a keeper. A client that needs only codecs and commands passes an empty keeper.
func NewAppModule(k keeper.Keeper) AppModule {
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
			types.GenesisState.Validate, k.InitGenesis, k.ExportGenesis),
	}
}

// ConsensusVersion counts changes of the state's layout.
func (AppModule) ConsensusVersion() uint64 { return 1 }

// RegisterServices serves messages and queries.
func (am AppModule) RegisterServices(cfg module.Configurator) {
	types.RegisterMsgServer(cfg.MsgServer(), keeper.NewMsgServer(am.keeper))
	types.RegisterQueryServer(cfg.QueryServer(), keeper.NewQueryServer(am.keeper))
}
