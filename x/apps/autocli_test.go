package apps

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/credence-chain/credence/x/apps/types"
)

// TestEveryMethodHasACommand: with an example, and arguments and flags that are fields of its request.
func TestEveryMethodHasACommand(t *testing.T) {
	options := AppModule{}.AutoCLIOptions()
	for kind, service := range map[string]*autocliv1.ServiceCommandDescriptor{"query": options.Query, "tx": options.Tx} {
		commands := map[string]*autocliv1.RpcCommandOptions{}
		for _, c := range service.RpcCommandOptions {
			commands[c.RpcMethod] = c
		}
		found, err := proto.HybridResolver.FindDescriptorByName(protoreflect.FullName(service.Service))
		require.NoError(t, err)
		methods := found.(protoreflect.ServiceDescriptor).Methods()
		require.Len(t, commands, methods.Len())
		for i := range methods.Len() {
			m := methods.Get(i)
			c := commands[string(m.Name())]
			require.NotNil(t, c, "%s", m.Name())
			fields := m.Input().Fields()
			for _, a := range c.PositionalArgs {
				require.NotNil(t, fields.ByName(protoreflect.Name(a.ProtoField)), "%s: %s", m.Name(), a.ProtoField)
			}
			for field, o := range c.FlagOptions {
				require.NotNil(t, fields.ByName(protoreflect.Name(field)), "%s: %s", m.Name(), field)
				require.NotEmpty(t, o.Usage)
			}
			name, _, _ := strings.Cut(c.Use, " ")
			for example := range strings.SplitSeq(c.Example, "\n") {
				require.True(t, strings.HasPrefix(example, "credenced "+kind+" apps "+name), "%s: %q", m.Name(), example)
			}
		}
	}
}

func TestExamplesAreWellFormed(t *testing.T) {
	_, err := address.NewBech32Codec("cred").StringToBytes(exampleAccount)
	require.NoError(t, err)
	require.NoError(t, types.ValidateDigest(exampleDigest))
}
