package cmd

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	"cosmossdk.io/log/v2"

	dbm "github.com/cosmos/cosmos-db"
	servercmd "github.com/cosmos/cosmos-sdk/server/cmd"
	gogoproto "github.com/cosmos/gogoproto/proto"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
)

// execute runs a whole command line as the program does, without a node. It returns the output and the exit status.
func execute(t *testing.T, args ...string) (string, int) {
	t.Helper()
	t.Setenv("CREDENCED_HOME", t.TempDir())
	t.Setenv(devnet.EnvInfo, t.TempDir()+"/none.json")
	var out bytes.Buffer
	root := NewRoot()
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := cli.ExplainCommandError(servercmd.Execute(root, EnvPrefix, t.TempDir()))
	if err != nil {
		cli.TellError(&out, err)
	}
	return out.String(), cli.ExitStatus(err)
}

// A command line that cannot be read ends with status 2 and a single message with a proposal. Asking for help is no error.
func TestCommandLinesThatCanNotBeRead(t *testing.T) {
	for _, tc := range []struct {
		line   string
		expOut string
		status int
	}{
		{"runn", `credenced has no command "runn"; did you mean run?`, cli.ExitUsage},
		{"task wach ab", `credenced task has no command "wach"; did you mean watch?`, cli.ExitUsage},
		{"order ispect x", `credenced order has no command "ispect"; did you mean inspect?`, cli.ExitUsage},
		{"query market ordr", `credenced query market has no command "ordr"; did you mean order`, cli.ExitUsage},
		{"query taks", `credenced query has no command "taks"; did you mean tasks, or txs?`, cli.ExitUsage},
		{"tx bank snd", `credenced tx bank has no command "snd"; did you mean send?`, cli.ExitUsage},
		{"keys lst", `credenced keys has no command "lst"; did you mean list?`, cli.ExitUsage},
		{"comet show-nod-id", `has no command "show-nod-id"`, cli.ExitUsage},
		{"devnet dmo", `credenced devnet has no command "dmo"`, cli.ExitUsage},
		{"genesis valdate", `credenced genesis has no command`, cli.ExitUsage},
		{"task list --requestr x", "--requestr: there is no such flag; did you mean --requester?", cli.ExitUsage},
		{"query market params --outptu json", "--outptu: there is no such flag; did you mean --output?", cli.ExitUsage},
		{"tx bank send a b 1ucred --form x", "--form: there is no such flag; did you mean --from?", cli.ExitUsage},
		{"start --grpc.enabel", "--grpc.enabel: there is no such flag; did you mean --grpc.enable?", cli.ExitUsage},
		{"run", "APP: missing; expected credenced run APP", cli.ExitUsage},
		{"run a.wasm --bag x", `--bag "x": expected a whole number`, cli.ExitUsage},
		{"run a.wasm --bag 0", "--bag 0", cli.ExitUsage},
		{"run a.wasm --trust lots", "--trust", cli.ExitUsage},
		{"run a.wasm --output xml", `--output "xml": expected text or json`, cli.ExitUsage},
		{"task watch", "ID: missing; expected credenced task watch ID", cli.ExitUsage},
		{"task fetch ab", "--out is missing", cli.ExitUsage},
		{"query tasks task", "expected credenced query tasks task ID", cli.ExitUsage},
		{"tx market cancel-request", "expected credenced tx market cancel-request ID", cli.ExitUsage},
		{"order cancel", "FILE|ID|KIND: missing", cli.ExitUsage},
		{"run a.wasm", "credenced devnet", cli.ExitNetwork},
		{"task show abcd", "credenced devnet", cli.ExitNetwork},
		{"query market request 66", `"66" is no id: expected the id of a request, 64 hexadecimal digits, or at least the first 4`, cli.ExitUsage},
		{"status --node tcp://127.0.0.1:1", "no node answers", cli.ExitNetwork},
		{"query bank params --node tcp://127.0.0.1:1", "  Next: start one with", cli.ExitNetwork},
		{"", "Available Commands", cli.ExitDone},
		{"task", "Available Commands", cli.ExitDone},
		{"query market", "Available Commands", cli.ExitDone},
		{"run --help", "130  stopped by Ctrl-C", cli.ExitDone},
	} {
		t.Run(tc.line, func(t *testing.T) {
			out, status := execute(t, strings.Fields(tc.line)...)
			require.Contains(t, out, tc.expOut)
			require.Equal(t, tc.status, status, out)
			if status != 0 {
				require.Equal(t, 1, strings.Count(out, "Error: "), out)
			}
		})
	}
}

// every calls visit for the command and all commands below it.
func every(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, sub := range cmd.Commands() {
		every(sub, visit)
	}
}

// This holds for every command, ours and the SDK's: an unknown flag gives an error in words. In every group an unknown command does
// too.
func TestEveryCommandSaysWhatIsWrong(t *testing.T) {
	root := NewRoot()
	groups, commands := 0, 0
	every(root, func(cmd *cobra.Command) {
		if cmd.DisableFlagParsing || cmd.Name() == "help" {
			return
		}
		commands++
		err := cmd.FlagErrorFunc()(cmd, &pflag.NotExistError{})
		var problem *cli.Problem
		require.ErrorAs(t, err, &problem, cmd.CommandPath())
		require.Equal(t, cli.ExitUsage, problem.Exit, cmd.CommandPath())
		if !cmd.HasSubCommands() {
			return
		}
		groups++
		require.NotNil(t, cmd.Args, cmd.CommandPath())
		require.ErrorAs(t, cmd.Args(cmd, []string{"surely-none"}), &problem, cmd.CommandPath())
		require.Contains(t, problem.What, "has no command")
	})
	require.Greater(t, groups, 15)
	require.Greater(t, commands, 150)
}

// Every AutoCLI argument and flag that is an id may be given by the beginning of the id.
func TestEveryIDTakesItsBeginning(t *testing.T) {
	a := app.New(log.NewNopLogger(), dbm.NewMemDB(), false, emptyOptions{}, app.Options{})
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	known := map[string]bool{}
	for _, arg := range idArguments {
		known[fmt.Sprintf("%s %d %s", arg.path, arg.place, arg.flag)] = true
	}
	// In these modules, fields with these names are ids. The exceptions follow.
	isID := map[string][]string{
		"market": {"id", "request", "order", "match"}, "deals": {"id", "request", "order", "voucher"}, "vouchers": {"id"}, "tasks": {"id", "task", "deal"}, "apps": {"reference"},
	}
	// Here the argument is a name, and not an id or a digest.
	other := map[string]bool{"query market category 0 ": true, "tx apps set-price 0 ": true}
	found := 0
	for module, options := range a.AutoCLI().ModuleOptions {
		names := isID[module]
		if names == nil {
			continue
		}
		check := func(kind, service, method, use string, args []string) {
			desc, err := gogoproto.HybridResolver.FindDescriptorByName(protoreflect.FullName(service))
			require.NoError(t, err)
			input := desc.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(method)).Input()
			for i := range input.Fields().Len() {
				field := string(input.Fields().Get(i).Name())
				if !contains(names, field) {
					continue
				}
				own, _, _ := strings.Cut(use, " ")
				key := fmt.Sprintf("%s %s %s 0 %s", kind, module, own, field)
				for place, arg := range args {
					if arg == field {
						key = fmt.Sprintf("%s %s %s %d ", kind, module, own, place)
					}
				}
				if other[key] {
					continue
				}
				found++
				require.True(t, known[key], "%q is an id that takes no beginning: add it to idArguments", key)
			}
		}
		for _, c := range options.Query.RpcCommandOptions {
			if !c.Skip {
				var args []string
				for _, p := range c.PositionalArgs {
					args = append(args, p.ProtoField)
				}
				check("query", options.Query.Service, c.RpcMethod, c.Use, args)
			}
		}
		for _, c := range options.Tx.RpcCommandOptions {
			if !c.Skip && !c.GovProposal {
				var args []string
				for _, p := range c.PositionalArgs {
					args = append(args, p.ProtoField)
				}
				check("tx", options.Tx.Service, c.RpcMethod, c.Use, args)
			}
		}
	}
	require.Equal(t, len(idArguments), found, "idArguments has what is none")
}

func contains(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

// Every command below tx that sends a transaction waits for its block, unless a flag says otherwise.
func TestEveryTransactionIsAwaited(t *testing.T) {
	tx, _, err := NewRoot().Find([]string{"tx"})
	require.NoError(t, err)
	n := 0
	every(tx, func(cmd *cobra.Command) {
		if cmd.Flags().Lookup("broadcast-mode") != nil {
			n++
			require.NotNil(t, cmd.Flags().Lookup(flagNoWait), cmd.CommandPath())
		}
	})
	require.Greater(t, n, 50)
}

func TestWorkersWarning(t *testing.T) {
	need := devnet.CountNeededWorkers(defaultTrust)
	require.Greater(t, need, 2)
	require.Contains(t, workersWarning(2), fmt.Sprintf("%d are needed at least", need))
	require.NotEmpty(t, workersWarning(need-1))
	require.Empty(t, workersWarning(need))
	require.Empty(t, workersWarning(7))
}
