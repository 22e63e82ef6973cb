package apps

import (
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	"cosmossdk.io/client/v2/autocli"

	"github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/credence-chain/credence/x/apps/types"
)

// words splits a command line as a shell does, single quotes alone.
func words(line string) (out []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}

// TestEveryMethodHasACommand: described, with examples that the command itself takes.
func TestEveryMethodHasACommand(t *testing.T) {
	addresses := address.NewBech32Codec("cred")
	options := AppModule{}.AutoCLIOptions()
	root := &cobra.Command{Use: "credenced"}
	require.NoError(t, autocli.AppOptions{
		ModuleOptions: map[string]*autocliv1.ModuleOptions{types.ModuleName: options},
		AddressCodec:  addresses, ValidatorAddressCodec: addresses, ConsensusAddressCodec: addresses,
	}.EnhanceRootCommand(root))

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
			t.Run(string(m.Name()), func(t *testing.T) {
				c := commands[string(m.Name())]
				require.NotNil(t, c)
				require.NotEmpty(t, c.Short)
				name, _, _ := strings.Cut(c.Use, " ")
				for field := range c.FlagOptions {
					require.NotNil(t, m.Input().Fields().ByName(protoreflect.Name(field)), "%s", field)
				}
				require.NotEmpty(t, c.Example)
				for line := range strings.SplitSeq(c.Example, "\n") {
					cmd, args, err := root.Find(words(line)[1:])
					require.NoError(t, err, line)
					require.Equal(t, "credenced "+kind+" apps "+name, cmd.CommandPath(), line)
					require.NoError(t, cmd.ParseFlags(args), line)
					require.NoError(t, cmd.ValidateArgs(cmd.Flags().Args()), line)
				}
			})
		}
	}
}

func TestExamplesAreWellFormed(t *testing.T) {
	_, err := address.NewBech32Codec("cred").StringToBytes(exampleAccount)
	require.NoError(t, err)
	require.NoError(t, types.ValidateDigest(exampleDigest))
}
