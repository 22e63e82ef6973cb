// Package vouchers lets issuers give credit, which holders spend on requests. See README.md.
package vouchers

import (
	"context"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"

	"cosmossdk.io/core/address"
	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/credence-chain/credence/internal/chainmodule"
	"github.com/credence-chain/credence/x/vouchers/keeper"
	"github.com/credence-chain/credence/x/vouchers/types"
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
			func(g types.GenesisState) error { return g.Validate(addresses) }, k.InitGenesis, k.ExportGenesis),
	}
}

// ConsensusVersion counts changes of the state's layout.
func (AppModule) ConsensusVersion() uint64 { return 1 }

// RegisterServices serves messages and queries.
func (am AppModule) RegisterServices(cfg module.Configurator) {
	types.RegisterMsgServer(cfg.MsgServer(), keeper.NewMsgServer(am.keeper))
	types.RegisterQueryServer(cfg.QueryServer(), keeper.NewQueryServer(am.keeper))
}

// BeginBlock ends the vouchers whose height has come.
func (am AppModule) BeginBlock(ctx context.Context) error { return am.keeper.BeginBlock(ctx) }

// EndBlock counts the coins that the block's transactions added, and sends the coins that they spent to the spending modules.
func (am AppModule) EndBlock(ctx context.Context) error { return am.keeper.EndBlock(ctx) }
