package cmd

import (
	"strings"
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	"cosmossdk.io/log/v2"

	dbm "github.com/cosmos/cosmos-db"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/internal/autocli"
)

// shellWords splits a command line as a shell does. It knows both kinds of quotes, not nested.
func shellWords(line string) (out []string) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if q := line[:1]; q == "'" || q == `"` {
			word, rest, _ := strings.Cut(line[1:], q)
			out, line = append(out, word), rest
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		out, line = append(out, word), rest
	}
	return out
}

// Every query and message of the chain's modules has a command or a stated reason for having none. Each command has a line on its
// purpose. A command with arguments has an example that it takes itself.
func TestEveryMethodHasACommand(t *testing.T) {
	a := app.New(log.NewNopLogger(), dbm.NewMemDB(), false, emptyOptions{}, app.Options{})
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	root := NewRoot()
	_, err := encoding.Addresses().StringToBytes(autocli.ExampleAccount)
	require.NoError(t, err)
	modules := 0
	for name, options := range a.AutoCLI().ModuleOptions {
		if options.Query == nil || !strings.HasPrefix(options.Query.Service, "credence.") {
			continue
		}
		modules++
		for kind, service := range map[string]*autocliv1.ServiceCommandDescriptor{"query": options.Query, "tx": options.Tx} {
			commands := map[string]*autocliv1.RpcCommandOptions{}
			for _, c := range service.RpcCommandOptions {
				require.Nil(t, commands[c.RpcMethod], c.RpcMethod)
				commands[c.RpcMethod] = c
			}
			found, err := gogoproto.HybridResolver.FindDescriptorByName(protoreflect.FullName(service.Service))
			require.NoError(t, err)
			methods := found.(protoreflect.ServiceDescriptor).Methods()
			require.Len(t, commands, methods.Len(), service.Service)
			for i := range methods.Len() {
				m := methods.Get(i)
				t.Run(string(m.FullName()), func(t *testing.T) {
					c := commands[string(m.Name())]
					require.NotNil(t, c, "no command")
					if c.Skip {
						return
					}
					require.NotEmpty(t, c.Short)
					for field := range c.FlagOptions {
						require.NotNil(t, m.Input().Fields().ByName(protoreflect.Name(field)), field)
					}
					if len(c.PositionalArgs) > 0 {
						require.NotEmpty(t, c.Example)
					}
					own, _, _ := strings.Cut(c.Use, " ")
					for line := range strings.SplitSeq(c.Example, "\n") {
						if line == "" {
							continue
						}
						cmd, args, err := root.Find(shellWords(line)[1:])
						require.NoError(t, err, line)
						require.Equal(t, "credenced "+kind+" "+name+" "+own, cmd.CommandPath(), line)
						require.NoError(t, cmd.ParseFlags(args), line)
						require.NoError(t, cmd.ValidateArgs(cmd.Flags().Args()), line)
					}
				})
			}
		}
	}
	require.Equal(t, 13, modules)
}
