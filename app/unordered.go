package app

import (
	"encoding/json"
	"fmt"
	"time"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"

	"github.com/credence-chain/credence/app/encoding"
)

// unorderedName names the part of a genesis file that lists the included unordered transactions that have not timed out.
const unorderedName = "unordered"

// unorderedModule carries the unordered transactions that x/auth remembers from an export into an import. x/auth's own genesis
// leaves them out, so that they could be sent a second time on a chain of the same name. The module has no state of its own.
type unorderedModule struct{ accounts authkeeper.AccountKeeper }

var (
	_ module.AppModuleBasic = unorderedModule{}
	_ module.HasGenesis     = unorderedModule{}
)

// unorderedState is the content of that part of a genesis file.
type unorderedState struct {
	// Nonces in order of timeout.
	Nonces []unorderedNonce `json:"nonces"`
}

// unorderedNonce is one transaction.
type unorderedNonce struct {
	// Account is the account that signed it.
	Account string `json:"account"`
	// Timeout is the time after which it is refused anyway, in nanoseconds since 1970.
	Timeout int64 `json:"timeout,string"`
}

func (unorderedModule) IsAppModule()                                                  {}
func (unorderedModule) IsOnePerModuleType()                                           {}
func (unorderedModule) Name() string                                                  { return unorderedName }
func (unorderedModule) ConsensusVersion() uint64                                      { return 1 }
func (unorderedModule) RegisterLegacyAminoCodec(*codec.LegacyAmino)                   {}
func (unorderedModule) RegisterInterfaces(codectypes.InterfaceRegistry)               {}
func (unorderedModule) RegisterGRPCGatewayRoutes(client.Context, *gwruntime.ServeMux) {}

// DefaultGenesis returns a list without transactions.
func (unorderedModule) DefaultGenesis(codec.JSONCodec) json.RawMessage {
	return json.RawMessage(`{"nonces":[]}`)
}

// ValidateGenesis checks a genesis file's part.
func (unorderedModule) ValidateGenesis(_ codec.JSONCodec, _ client.TxEncodingConfig, bz json.RawMessage) error {
	_, err := parseUnordered(bz)
	return err
}

func parseUnordered(bz json.RawMessage) (state unorderedState, err error) {
	if err := json.Unmarshal(bz, &state); err != nil {
		return state, fmt.Errorf("genesis of %s: %w", unorderedName, err)
	}
	for i, n := range state.Nonces {
		if _, err := encoding.Addresses().StringToBytes(n.Account); err != nil {
			return state, fmt.Errorf("genesis of %s: nonces[%d]: account: %w", unorderedName, i, err)
		}
	}
	return state, nil
}

// InitGenesis stores the transactions of the genesis.
func (m unorderedModule) InitGenesis(ctx sdk.Context, _ codec.JSONCodec, bz json.RawMessage) {
	state, err := parseUnordered(bz)
	if err != nil {
		panic(err)
	}
	for _, n := range state.Nonces {
		account, err := encoding.Addresses().StringToBytes(n.Account)
		if err != nil {
			panic(err)
		}
		if err := m.accounts.TryAddUnorderedNonce(ctx, account, time.Unix(0, n.Timeout)); err != nil {
			panic(fmt.Errorf("genesis of %s: %s: %w", unorderedName, n.Account, err))
		}
	}
}

// ExportGenesis returns the transactions that have not timed out.
func (m unorderedModule) ExportGenesis(ctx sdk.Context, _ codec.JSONCodec) json.RawMessage {
	state := unorderedState{Nonces: []unorderedNonce{}}
	err := m.accounts.UnorderedNonces.Walk(ctx, nil, func(key collections.Pair[int64, []byte]) (bool, error) {
		account, err := encoding.Addresses().BytesToString(key.K2())
		state.Nonces = append(state.Nonces, unorderedNonce{Account: account, Timeout: key.K1()})
		return err != nil, err
	})
	if err != nil {
		panic(err)
	}
	bz, err := json.Marshal(state)
	if err != nil {
		panic(err)
	}
	return bz
}
