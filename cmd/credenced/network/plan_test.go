package network

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/ceremony"
)

// Each flag of "network init" sets its value in the plan.
func TestInitWritesThePlan(t *testing.T) {
	out := filepath.Join(t.TempDir(), "plan.json")
	said, err := run(t, Chain{}, "init", "--chain-id", "amber-1", "--founder", "amber", "--founder", "birch,cedar", "--out", out,
		"--genesis-time", "2027-01-11T10:00:00+01:00", "--funds", "7CRED", "--account-funds", "6CRED", "--bond", "50CRED", "--stake", "40CRED", "--price", "0.5CRED",
		"--max-fuel", "3G", "--category", "xs,s", "--voting-period", "2h", "--expedited-voting-period", "30m")
	require.NoError(t, err)
	p, err := ceremony.LoadPlan(out)
	require.NoError(t, err)
	require.Equal(t, out+": the plan of amber-1, hash "+p.Hash()[:16]+"\nSend it to: amber, birch, cedar. Each applies with: credenced network apply\n", said)
	require.Equal(t, "amber-1", p.ChainID)
	require.Equal(t, []string{"amber", "birch", "cedar"}, p.Founders)
	require.Equal(t, time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC), p.GenesisTime)
	require.EqualValues(t, 7_000_000, p.OperatorFunds)
	require.EqualValues(t, 6_000_000, p.AccountFunds)
	require.EqualValues(t, 50_000_000, p.WorkerBond)
	require.EqualValues(t, 40_000_000, p.Pool.Stake)
	require.EqualValues(t, 500_000, p.Pool.Price)
	require.EqualValues(t, 3e9, p.Pool.MaxFuel)
	require.Equal(t, []string{"xs", "s"}, p.Pool.Categories)
	require.Equal(t, 2*time.Hour, time.Duration(p.VotingPeriod))
	require.Equal(t, 30*time.Minute, time.Duration(p.ExpeditedVotingPeriod))

	out = filepath.Join(t.TempDir(), "bare.json")
	_, err = run(t, Chain{}, "init", "--chain-id", "amber-1", "--founder", "amber", "--out", out, "--no-pool", "--voting-period", "1h")
	require.NoError(t, err)
	p, err = ceremony.LoadPlan(out)
	require.NoError(t, err)
	require.Nil(t, p.Pool)
	require.Equal(t, 30*time.Minute, time.Duration(p.ExpeditedVotingPeriod), "half of the voting period")
	require.WithinDuration(t, time.Now(), p.GenesisTime, time.Minute)
}

func TestInitRefuses(t *testing.T) {
	there := filepath.Join(t.TempDir(), "plan.json")
	require.NoError(t, os.WriteFile(there, []byte("mine"), 0o600))
	for _, tc := range []struct{ name, args, says string }{
		{"no chain", "--founder amber", `required flag(s) "chain-id" not set`},
		{"no founder", "--chain-id amber-1", `required flag(s) "founder" not set`},
		{"a time in words", "--chain-id amber-1 --founder amber --genesis-time tomorrow", `--genesis-time "tomorrow": expected a time such as 2027-01-11T09:00:00Z`},
		{"funds", "--chain-id amber-1 --founder amber --funds much", `--funds: `},
		{"price", "--chain-id amber-1 --founder amber --price -1CRED", `--price: `},
		{"fuel", "--chain-id amber-1 --founder amber --max-fuel lots", `--max-fuel: `},
		{"a founder twice", "--chain-id amber-1 --founder amber,amber", `amber`},
		{"a founder that can be no id", "--chain-id amber-1 --founder Amber!", `Amber!`},
		{"the file is there", "--chain-id amber-1 --founder amber --out " + there, there + " is there already: choose another --out, or remove it"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := append([]string{"init"}, strings.Fields(tc.args)...)
			if !strings.Contains(tc.args, "--out") {
				args = append(args, "--out", filepath.Join(t.TempDir(), "plan.json"))
			}
			_, err := run(t, Chain{}, args...)
			require.ErrorContains(t, err, tc.says)
		})
	}
	left, err := os.ReadFile(there)
	require.NoError(t, err)
	require.Equal(t, "mine", string(left))
}

// A bad application is refused before a file is written.
func TestApplyRefuses(t *testing.T) {
	dir := t.TempDir()
	plan := filepath.Join(dir, "plan.json")
	_, err := run(t, Chain{}, "init", "--chain-id", "amber-1", "--founder", "amber", "--out", plan)
	require.NoError(t, err)
	there := filepath.Join(dir, "there.json")
	require.NoError(t, os.WriteFile(there, []byte("mine"), 0o600))
	key := filepath.Join(dir, "w.key")
	for _, tc := range []struct {
		name string
		args []string
		says string
	}{
		{"no plan", []string{"--plan", filepath.Join(dir, "gone.json"), "--organisation", "amber", "--address", "a:1"}, "gone.json"},
		{"no address", []string{"--plan", plan, "--organisation", "amber"}, `required flag(s) "address" not set`},
		{"the file is there", []string{"--plan", plan, "--organisation", "amber", "--address", "a:1", "--out", there}, "is there already"},
		{"no founder", []string{"--plan", plan, "--organisation", "zebra", "--address", "a:26656"}, "zebra"},
		{"a worker without an endpoint", []string{"--plan", plan, "--organisation", "amber", "--address", "a:1", "--worker-key-file", key}, "worker-endpoint"},
		{"two workers at one endpoint", []string{"--plan", plan, "--organisation", "amber", "--address", "a:1", "--worker-key-file", key + "," + key + "2", "--worker-endpoint", "http://w"}, "--worker-key-file: 2, --worker-endpoint: 1, expected one for each"},
		{"a keyring that there is not", []string{"--plan", plan, "--organisation", "amber", "--address", "a:1", "--keyring-backend", "cloud"}, "--keyring-backend cloud"},
		{"a role that there is not", []string{"--plan", plan, "--organisation", "amber", "--address", "a:26656", "--roles", "king"}, "king"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := append([]string{"apply", "--home", filepath.Join(dir, "home"), "--operator-key-file", filepath.Join(dir, "op.key")}, tc.args...)
			if tc.name == "a keyring that there is not" {
				args = append([]string{"apply", "--home", filepath.Join(dir, "home")}, tc.args...)
			}
			out := filepath.Join(dir, "application.json")
			if tc.name != "the file is there" {
				args = append(args, "--out", out)
			}
			_, err := run(t, Chain{}, args...)
			require.ErrorContains(t, err, tc.says)
			require.NoFileExists(t, out)
		})
	}
	left, err := os.ReadFile(there)
	require.NoError(t, err)
	require.Equal(t, "mine", string(left))
}

// The application has the founder's accounts, endpoints and roles, each with its key's signature.
func TestApplyWritesItsFlags(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	_, err := run(t, Chain{}, "init", "--chain-id", "amber-1", "--founder", "amber", "--out", in("plan.json"))
	require.NoError(t, err)
	apply := func(out string) string {
		said, err := run(t, Chain{}, "apply", "--plan", in("plan.json"), "--home", in("home"), "--organisation", "amber", "--name", "Amber GmbH", "--address", "val.example:26656",
			"--operator-key-file", in("op.key"), "--account-key-file", in("a.key")+","+in("b.key"), "--roles", "requester,provider", "--rpc", "http://rpc.example:26657",
			"--store", "https://store.example", "--worker-key-file", in("w.key"), "--worker-endpoint", "http://w.example:7100", "--worker-slots", "3", "--out", in(out))
		require.NoError(t, err)
		return said
	}
	said := apply("first.json")
	require.Contains(t, said, in("first.json")+": the application of amber to amber-1\nOperator cred1")
	require.Contains(t, said, "Keep "+in("home/config")+" and the operator's key safe: they are the seat.\n")
	require.NotContains(t, said, "Write these words down", "a key of a file has no words")
	a, err := ceremony.LoadApplication(in("first.json"))
	require.NoError(t, err)
	p, err := ceremony.LoadPlan(in("plan.json"))
	require.NoError(t, err)
	require.NoError(t, a.Validate(p))
	require.Equal(t, "Amber GmbH", a.Name)
	require.Equal(t, []string{"requester", "provider"}, a.Roles)
	require.Equal(t, "http://rpc.example:26657", a.Endpoints.RPC)
	require.Equal(t, "https://store.example", a.Endpoints.Store)
	require.Len(t, a.Accounts, 2)
	require.Len(t, a.Workers, 1)
	require.Equal(t, "http://w.example:7100", a.Workers[0].Endpoint)
	require.EqualValues(t, 3, a.Workers[0].Slots)
	require.Equal(t, "val.example:26656", a.Node.Address)

	apply("second.json") // with the keys of the first application
	b, err := ceremony.LoadApplication(in("second.json"))
	require.NoError(t, err)
	require.Equal(t, a.Operator, b.Operator)
	require.Equal(t, a.Court, b.Court)
	require.Equal(t, a.Node, b.Node)
	require.Equal(t, a.Workers[0].Account, b.Workers[0].Account)
}

func TestCollectRefuses(t *testing.T) {
	dir := t.TempDir()
	plan := filepath.Join(dir, "plan.json")
	_, err := run(t, Chain{}, "init", "--chain-id", "amber-1", "--founder", "amber,birch", "--out", plan)
	require.NoError(t, err)
	torn := filepath.Join(dir, "torn.json")
	require.NoError(t, os.WriteFile(torn, []byte("{"), 0o600))
	for _, tc := range []struct {
		name string
		args []string
		says string
	}{
		{"nothing", nil, "requires at least 1 arg"},
		{"no plan", []string{"--plan", filepath.Join(dir, "gone.json"), torn}, "gone.json"},
		{"no such application", []string{"--plan", plan, filepath.Join(dir, "gone.application.json")}, "gone.application.json"},
		{"half an application", []string{"--plan", plan, torn}, torn},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := run(t, Chain{}, append([]string{"collect", "--out", filepath.Join(dir, "out")}, tc.args...)...)
			require.ErrorContains(t, err, tc.says)
			require.NoDirExists(t, filepath.Join(dir, "out"))
		})
	}
}
