package workers_test

import (
	"strings"
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/credence-chain/credence/x/workers"
	"github.com/credence-chain/credence/x/workers/types"
)

// TestCommands: every message and query has a command, what it does in a line, and examples of it with flags that it has.
func TestCommands(t *testing.T) {
	options := workers.AppModule{}.AutoCLIOptions()
	for _, s := range []struct {
		kind string
		have *autocliv1.ServiceCommandDescriptor
		want grpc.ServiceDesc
	}{{"query", options.Query, types.Query_serviceDesc}, {"tx", options.Tx, types.Msg_serviceDesc}} {
		require.Equal(t, s.want.ServiceName, s.have.Service)
		commands := map[string]*autocliv1.RpcCommandOptions{}
		for _, c := range s.have.RpcCommandOptions {
			require.Nil(t, commands[c.RpcMethod], c.RpcMethod)
			commands[c.RpcMethod] = c
		}
		require.Len(t, commands, len(s.want.Methods))
		desc, err := gogoproto.HybridResolver.FindDescriptorByName(protoreflect.FullName(s.want.ServiceName))
		require.NoError(t, err)
		for _, m := range s.want.Methods {
			c := commands[m.MethodName]
			require.NotNil(t, c, m.MethodName)
			require.NotEmpty(t, c.Short, m.MethodName)
			fields := desc.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(m.MethodName)).Input().Fields()
			for _, a := range c.PositionalArgs {
				require.NotNil(t, fields.ByName(protoreflect.Name(a.ProtoField)), "%s: %s", m.MethodName, a.ProtoField)
			}
			name, _, _ := strings.Cut(c.Use, " ")
			for _, example := range strings.Split(c.Example, "\n") {
				require.True(t, strings.HasPrefix(example+" ", "credenced "+s.kind+" workers "+name+" "), "%s: %q", m.MethodName, example)
				for _, word := range strings.Fields(example) {
					flag, is := strings.CutPrefix(word, "--")
					if !is || flag == "from" || flag == "output" || flag == "page-limit" {
						continue
					}
					require.NotNil(t, fields.ByName(protoreflect.Name(strings.ReplaceAll(flag, "-", "_"))), "%s: --%s", m.MethodName, flag)
				}
			}
		}
	}
}
