// Package chainmodule has the code that all modules of the chain share towards the SDK. A module embeds Basic, which registers its
// messages and queries, and Genesis, which reads and writes its part of a genesis file. Each module implements its block hooks and
// registers its services itself.
package chainmodule

import (
	"context"
	"encoding/json"
	"fmt"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"github.com/cosmos/gogoproto/proto"
	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
)

// Types registers what the protobuf files of a module declare.
type Types struct {
	// Amino registers the messages for signing as amino JSON.
	Amino func(*codec.LegacyAmino)
	// Interfaces registers the messages.
	Interfaces func(codectypes.InterfaceRegistry)
	// Routes serves the queries over REST, by asking conn.
	Routes func(ctx context.Context, mux *gwruntime.ServeMux, conn gogogrpc.ClientConn) error
}

// Basic implements the part of a module that codecs and commands use.
type Basic struct {
	name  string
	types Types
}

var _ module.AppModuleBasic = Basic{}

// NewBasic returns the module of a name.
func NewBasic(name string, types Types) Basic { return Basic{name: name, types: types} }

// IsAppModule marks the type.
func (Basic) IsAppModule() {}

// IsOnePerModuleType marks the type.
func (Basic) IsOnePerModuleType() {}

// Name returns the module's name.
func (b Basic) Name() string { return b.name }

// RegisterLegacyAminoCodec registers the messages for signing as amino JSON.
func (b Basic) RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) { b.types.Amino(cdc) }

// RegisterInterfaces registers the messages.
func (b Basic) RegisterInterfaces(r codectypes.InterfaceRegistry) { b.types.Interfaces(r) }

// RegisterGRPCGatewayRoutes serves the queries over REST. It panics when two modules claim one route.
func (b Basic) RegisterGRPCGatewayRoutes(ctx client.Context, mux *gwruntime.ServeMux) {
	if err := b.types.Routes(context.Background(), mux, ctx); err != nil {
		panic(fmt.Errorf("REST routes of %s: %w", b.name, err))
	}
}

// state is a module's part of a genesis file.
type state[G any] interface {
	*G
	proto.Message
}

// Genesis is a module's part G of a genesis file.
type Genesis[G any, P state[G]] struct {
	name string
	// initial returns the default state.
	initial func() P
	// validate checks the state of a file, before any of it is stored.
	validate func(G) error
	// store stores the state. It is nil if the module implements InitGenesis itself.
	store func(ctx context.Context, g G) error
	// read returns the module's state.
	read func(ctx context.Context) (P, error)
}

// NewGenesis returns the part of the module of a name.
func NewGenesis[G any, P state[G]](name string, initial func() P, validate func(G) error, store func(context.Context, G) error,
	read func(context.Context) (P, error),
) Genesis[G, P] {
	return Genesis[G, P]{name: name, initial: initial, validate: validate, store: store, read: read}
}

// DefaultGenesis returns the default state.
func (m Genesis[G, P]) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(m.initial())
}

// ValidateGenesis checks a genesis file's part.
func (m Genesis[G, P]) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, bz json.RawMessage) error {
	g, err := m.Decode(cdc, bz)
	if err != nil {
		return err
	}
	return m.validate(g)
}

// Decode reads a genesis file's part. It does not check it.
func (m Genesis[G, P]) Decode(cdc codec.JSONCodec, bz json.RawMessage) (g G, err error) {
	if err := cdc.UnmarshalJSON(bz, P(&g)); err != nil {
		return g, fmt.Errorf("genesis of %s: %w", m.name, err)
	}
	return g, nil
}

// InitGenesis stores the genesis state. It panics when it cannot: a chain does not begin with a part of its state.
func (m Genesis[G, P]) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, bz json.RawMessage) {
	g, err := m.Decode(cdc, bz)
	if err != nil {
		panic(err)
	}
	if err := m.store(ctx, g); err != nil {
		panic(fmt.Errorf("genesis of %s: %w", m.name, err))
	}
}

// ExportGenesis returns the state. It panics when it cannot read it.
func (m Genesis[G, P]) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	g, err := m.read(ctx)
	if err != nil {
		panic(fmt.Errorf("export of %s: %w", m.name, err))
	}
	return cdc.MustMarshalJSON(g)
}
