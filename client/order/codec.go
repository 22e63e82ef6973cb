package order

import (
	"sync"

	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client"
)

// accounts is the codec for addresses. It does not depend on the SDK's global configuration.
var accounts = address.Bech32Codec{Bech32Prefix: client.Bech32Prefix}

// keys returns the registry of all types of public keys that the chain takes.
var keys = sync.OnceValue(func() codectypes.InterfaceRegistry {
	registry := codectypes.NewInterfaceRegistry()
	cryptocodec.RegisterInterfaces(registry)
	return registry
})

// accountText returns an address in bech32, with the chain's prefix.
func accountText(raw []byte) string {
	text, err := accounts.BytesToString(raw)
	if err != nil {
		return sdk.AccAddress(raw).String()
	}
	return text
}
