package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	servercmd "github.com/cosmos/cosmos-sdk/server/cmd"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	markettypes "github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// runCommand runs one command line in a node's folder.
func runCommand(t *testing.T, home string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := NewRoot()
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(append(args, "--home", home))
	err := servercmd.Execute(root, EnvPrefix, home)
	return out.String(), err
}

// All files of a chain can be made by commands alone.
func TestGenesisByCommands(t *testing.T) {
	home := filepath.Join(t.TempDir(), "node")
	must := func(args ...string) string {
		t.Helper()
		out, err := runCommand(t, home, args...)
		require.NoError(t, err, out)
		return out
	}
	fails := func(why string, args ...string) {
		t.Helper()
		_, err := runCommand(t, home, args...)
		require.ErrorContains(t, err, why)
	}
	require.Contains(t, must("init", "one", "--chain-id", "credence-cli"), "beacon_possession")
	fails("is there already", "init", "one")
	info, err := os.Stat(setup.BeaconKeyFile(home))
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())

	alice, err := setup.NewKey(home, "alice", encoding.New().Codec)
	require.NoError(t, err)
	must("genesis", "add-account", "alice", "5000000ucred")
	must("genesis", "add-account", alice.String(), "1ucred")
	fails("neither an address", "genesis", "add-account", "bob", "1ucred")
	fails("coins", "genesis", "add-account", "alice", "many")

	must("genesis", "add-organisation", "acme", "--admin", "alice", "--member", "alice", "--roles", "validator,worker")
	fails("role", "genesis", "add-organisation", "bcme", "--admin", "alice", "--roles", "king")
	fails("already belongs", "genesis", "add-organisation", "bcme", "--admin", "alice", "--roles", "worker")
	fails("id", "genesis", "add-organisation", "ACME", "--admin", "alice")

	must("genesis", "add-seat", "acme", "alice")
	fails("acme", "genesis", "add-seat", "acme", "alice")
	fails("--price", "genesis", "add-public-pool", "--price", "cheap")
	fails("stake", "genesis", "add-public-pool", "--stake", "0CRED")
	fails("stake", "genesis", "add-public-pool", "--stake", "1000001CRED")
	fails("max-fuel", "genesis", "add-public-pool", "--max-fuel", "0")
	fails("zz", "genesis", "add-public-pool", "--category", "zz")
	fails("id", "genesis", "add-public-pool", "P")
	must("genesis", "add-public-pool", "--stake", "2CRED", "--price", "0.07CRED", "--max-fuel", "3G", "--category", "xs")
	fails("each once", "genesis", "add-public-pool")
	require.Contains(t, must("genesis", "validate"), "is valid")
	hasPublicPool(t, home, "credence-cli", 2_000_000, 70_000, 3_000_000_000, "", "xs")

	path := filepath.Join(home, "config", "genesis.json")
	bz, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, bytes.ReplaceAll(bz, []byte(`"min_active_seats": 1`), []byte(`"min_active_seats": 0`)), 0o600))
	fails("min_active_seats", "genesis", "validate")
}

// hasPublicPool requires that a node's genesis file has the council's pool, which workers join by default, and one offer of the pool
// for each category.
func hasPublicPool(t *testing.T, home, chainID string, stake, price, fuel uint64, categories ...string) {
	t.Helper()
	cdc := encoding.New().Codec
	doc, err := genutiltypes.AppGenesisFromFile(filepath.Join(home, "config", "genesis.json"))
	require.NoError(t, err)
	state, err := setup.StateOf(doc)
	require.NoError(t, err)
	var w workerstypes.GenesisState
	cdc.MustUnmarshalJSON(state[workerstypes.ModuleName], &w)
	require.Len(t, w.Pools, 1)
	require.Equal(t, "public", w.Params.DefaultPool)
	require.Equal(t, "public", w.Pools[0].Id)
	require.Empty(t, w.Pools[0].Operator)
	require.Zero(t, w.Pools[0].MaxCommissionBps)
	require.Equal(t, stake, w.Pools[0].Stake)
	var m markettypes.GenesisState
	cdc.MustUnmarshalJSON(state[markettypes.ModuleName], &m)
	var taken []string
	for _, r := range m.Orders {
		require.Contains(t, m.Arrivals, r.Id)
		require.Equal(t, markettypes.FormatID(r.Order.ID(chainID)), r.Id)
		require.Equal(t, app.Authority(), r.Order.Owner)
		require.Empty(t, r.Organisation)
		o := r.Order.Pool
		require.Equal(t, []any{"public", stake, price, fuel}, []any{o.Pool, o.Stake, o.Price, o.MaxFuel})
		taken = append(taken, o.Category)
	}
	require.ElementsMatch(t, categories, taken)
}

// The council of a new network has a pool, unless a flag says otherwise.
func TestGenesisOfTestnet(t *testing.T) {
	dir := t.TempDir()
	make := func(name string, args ...string) string {
		t.Helper()
		to := filepath.Join(dir, name)
		out, err := runCommand(t, filepath.Join(dir, "home"), append([]string{"testnet", "init-files", "--validators", "2", "--output-dir", to, "--chain-id", "test-1"}, args...)...)
		require.NoError(t, err, out)
		home := filepath.Join(to, "node2")
		out, err = runCommand(t, home, "genesis", "validate")
		require.NoError(t, err, out)
		return home
	}
	hasPublicPool(t, make("usual"), "test-1", genesis.PublicStake, genesis.PublicPrice, genesis.PublicMaxFuel, "")
	hasPublicPool(t, make("dear", "--price", "1CRED"), "test-1", genesis.PublicStake, 1_000_000, genesis.PublicMaxFuel, "")
	bz, err := os.ReadFile(filepath.Join(make("bare", "--no-pool"), "config", "genesis.json"))
	require.NoError(t, err)
	require.Contains(t, string(bz), `"default_pool": ""`)
	require.Contains(t, string(bz), `"quorum": "`+genesis.CouncilQuorum+`"`, "two thirds of the seats decide")
}
