package types_test

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	sdkcodec "github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// Every message of the service is registered: as a transaction's message, and by its name for signing as JSON.
func TestEveryMessageIsRegistered(t *testing.T) {
	amino := sdkcodec.NewLegacyAmino()
	types.RegisterLegacyAminoCodec(amino)
	found, err := proto.HybridResolver.FindDescriptorByName("credence.market.v1.Msg")
	require.NoError(t, err)
	methods := found.(protoreflect.ServiceDescriptor).Methods()
	require.NotZero(t, methods.Len())
	for i := range methods.Len() {
		name := methods.Get(i).Input().FullName()
		msg, err := registry.Resolve("/" + string(name))
		require.NoError(t, err, name)
		require.Implements(t, (*sdk.Msg)(nil), msg)
		bz, err := amino.MarshalJSON(msg)
		require.NoError(t, err)
		require.Contains(t, string(bz), `"type":"credence/market/`+string(name.Name())+`"`)
	}
}
