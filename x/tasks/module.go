// Package tasks runs a task's life: draw, commit, reveal, verdict, settlement, and the court. See README.md.
package tasks

import (
	"context"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"

	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/credence-chain/credence/internal/chainmodule"
	"github.com/credence-chain/credence/x/tasks/keeper"
	"github.com/credence-chain/credence/x/tasks/types"
)

var (
	_ appmodule.AppModule       = AppModule{}
	_ appmodule.HasBeginBlocker = AppModule{}
	_ appmodule.HasEndBlocker   = AppModule{}
	_ module.AppModuleBasic     = AppModule{}
	_ module.HasGenesis         = AppModule{}
	_ module.HasServices        = AppModule{}
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

// BeginBlock processes due tasks, and makes draws.
func (am AppModule) BeginBlock(ctx context.Context) error { return am.keeper.BeginBlock(ctx) }

// EndBlock judges and settles the tasks that the block's messages completed.
func (am AppModule) EndBlock(ctx context.Context) error { return am.keeper.EndBlock(ctx) }
