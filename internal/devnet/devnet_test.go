package devnet

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/executor/runtime"
)

func testOptions(t *testing.T) Options {
	t.Helper()
	o, err := Options{State: t.TempDir(), Credenced: "/bin/true", Worker: "/bin/true"}.fillDefaults()
	require.NoError(t, err)
	return o
}

func TestOptions(t *testing.T) {
	for _, tc := range []struct {
		name     string
		malleate func(*Options)
		expErr   string
	}{
		{"defaults", func(*Options) {}, ""},
		{"four validators", func(o *Options) { o.Validators = 4 }, ""},
		{"all lie", func(o *Options) { o.Saboteurs = 7 }, ""},
		{"negative validators", func(o *Options) { o.Validators = -1 }, "--validators -1"},
		{"one worker", func(o *Options) { o.Workers = 1 }, "--workers 1"},
		{"more liars than workers", func(o *Options) { o.Saboteurs = 8 }, "--saboteurs 8"},
		{"engine", func(o *Options) { o.OCI.Engine = "podman" }, "--oci-engine podman: expected one of docker"},
		{"container workers without an engine", func(o *Options) { o.ContainerWorkers = 1 }, "--oci-workers 1"},
		{"more container workers than organisations", func(o *Options) { o.OCI.Engine, o.ContainerWorkers = "docker", 8 }, "--oci-workers 8"},
		{"a port of the system", func(o *Options) { o.BasePort = 80 }, "--base-port 80"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := Options{State: t.TempDir(), Credenced: "/bin/true", Worker: "/bin/true"}
			tc.malleate(&o)
			_, err := o.fillDefaults()
			if tc.expErr == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.expErr)
		})
	}
	_, err := Options{State: t.TempDir(), Credenced: "/bin/true"}.fillDefaults()
	if err != nil { // the PATH may hold a credenced
		require.ErrorContains(t, err, "make build")
	}
}

func TestFaction(t *testing.T) {
	require.Equal(t, 2, Faction(7))
	require.Equal(t, 2, Faction(10))
	require.Equal(t, 3, Faction(11))
}

// The application can begin a chain with the genesis of a devnet.
func TestLayout(t *testing.T) {
	o := testOptions(t)
	o.Validators, o.Saboteurs, o.Enclaves = 4, 2, true
	info, err := layOut(o)
	require.NoError(t, err)
	require.Equal(t, []string{"fjord", "grove"}, info.Saboteurs)
	require.Len(t, info.GRPC, 4)
	seen := map[int]bool{}
	for _, p := range portsOf(info) {
		require.NotZero(t, p)
		require.False(t, seen[p], "port %d is used twice", p)
		seen[p] = true
	}
	require.Len(t, seen, 5*4+7+2) // five of each validator, one of each worker, the store's and the page's

	doc, err := genutiltypes.AppGenesisFromFile(filepath.Join(info.Validators[3].Home, "config", "genesis.json"))
	require.NoError(t, err)
	a := app.New(log.NewNopLogger(), dbm.NewMemDB(), true, noOptions{}, app.Options{}, baseapp.SetChainID(o.ChainID))
	params := genesis.ConsensusParams().ToProto()
	res, err := a.InitChain(&abci.RequestInitChain{ChainId: o.ChainID, InitialHeight: 1, ConsensusParams: &params, AppStateBytes: doc.AppState})
	require.NoError(t, err)
	require.Len(t, res.Validators, 4)

	var state struct {
		Workers struct {
			Params struct {
				DefaultPool string `json:"default_pool"`
			} `json:"params"`
		} `json:"workers"`
		Enclaves struct {
			Images []json.RawMessage `json:"images"`
		} `json:"enclaves"`
	}
	require.NoError(t, json.Unmarshal(doc.AppState, &state))
	require.Equal(t, PoolName, state.Workers.Params.DefaultPool, "nobody needs a pool of their own")
	require.Len(t, state.Enclaves.Images, 1, "workers answer under the policy attested")
	n := &Network{opts: o, Info: info}
	require.Contains(t, strings.Join(n.workerArgs(0, info.Workers[0]), " "), "--enclave software")
	n.opts.Enclaves = false
	require.NotContains(t, n.workerArgs(0, info.Workers[0]), "--enclave")

	// A devnet that continues keeps its ports. It may change which workers lie.
	require.NoError(t, info.Save())
	again, err := LoadInfo(filepath.Join(o.State, InfoFile))
	require.NoError(t, err)
	o.Saboteurs = 0
	require.NoError(t, adoptOptions(o, again))
	require.Empty(t, again.Saboteurs)
	require.Equal(t, portsOf(info), portsOf(again))

	o.Workers = 9
	require.ErrorContains(t, adoptOptions(o, again), "--reset")
	o.Workers = 7
	l, err := net.Listen("tcp", loopbackAddress(portOf(info.Store)))
	require.NoError(t, err)
	defer l.Close()
	require.ErrorContains(t, adoptOptions(o, again), "is taken")
}

// Each organisation that runs containers has a second worker, in a pool of its own. The application takes that genesis.
func TestLayoutWithContainers(t *testing.T) {
	o, err := Options{State: t.TempDir(), Credenced: "/bin/true", Worker: "/bin/true", Workers: 4, Saboteurs: 1, OCI: runtime.OCI{Engine: "docker", Path: "/x.sock"}}.fillDefaults()
	require.NoError(t, err)
	require.Equal(t, 3, o.ContainerWorkers)
	o.ContainerWorkers = 4
	info, err := layOut(o)
	require.NoError(t, err)
	require.Len(t, info.AllWorkers(), 8)
	require.Len(t, portsOf(info), 5+8+2)
	amber, delta := info.ContainerWorker("amber"), info.ContainerWorker("delta")
	require.NotEqual(t, info.Worker("amber").Address, amber.Address)
	require.Equal(t, info.Worker("amber").Owner, amber.Owner)
	require.True(t, delta.Saboteur, "an organisation that lies does so with both")
	require.False(t, amber.Saboteur)
	require.Equal(t, "amber", info.Name(amber.Address))

	doc, err := genutiltypes.AppGenesisFromFile(filepath.Join(info.Validators[0].Home, "config", "genesis.json"))
	require.NoError(t, err)
	a := app.New(log.NewNopLogger(), dbm.NewMemDB(), true, noOptions{}, app.Options{}, baseapp.SetChainID(o.ChainID))
	params := genesis.ConsensusParams().ToProto()
	_, err = a.InitChain(&abci.RequestInitChain{ChainId: o.ChainID, InitialHeight: 1, ConsensusParams: &params, AppStateBytes: doc.AppState})
	require.NoError(t, err)

	require.NoError(t, info.Save())
	again, err := LoadInfo(filepath.Join(o.State, InfoFile))
	require.NoError(t, err)
	o.Saboteurs, o.OCI = 0, runtime.OCI{}
	require.NoError(t, adoptOptions(o, again), "it goes on as it was")
	require.Equal(t, "docker", again.Containers.Engine)
	require.False(t, again.ContainerWorker("delta").Saboteur)
	o.OCI, o.ContainerWorkers = runtime.OCI{Engine: "crun"}, 3
	require.ErrorContains(t, adoptOptions(o, again), "has 4 workers for containers, not 3")
	o.ContainerWorkers = 4
	require.NoError(t, adoptOptions(o, again))
	require.Equal(t, []string{"--oci-engine", "crun", "--drain", "1s"}, containerArgs(again.Containers))
}

func TestInfo(t *testing.T) {
	path := filepath.Join(t.TempDir(), InfoFile)
	_, err := LoadInfo(path)
	require.ErrorIs(t, err, ErrNoDevnet)
	raw, err := json.Marshal(Info{Format: 2})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	_, err = LoadInfo(path)
	require.ErrorContains(t, err, "--reset")
	t.Setenv(EnvInfo, "/x/devnet.json")
	require.Equal(t, "/x/devnet.json", FindInfo())
	t.Setenv(EnvInfo, filepath.Dir(path))
	require.Equal(t, path, FindInfo(), "the folder of a devnet names it as well")
}

func TestWipeOnlyWhatIsOurs(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "thesis.tex")
	require.NoError(t, os.WriteFile(precious, []byte("x"), 0o600))
	require.ErrorContains(t, wipeFolder(dir), "thesis.tex")
	require.FileExists(t, precious)

	o := testOptions(t)
	info, err := layOut(o)
	require.NoError(t, err)
	require.NoError(t, info.Save())
	require.NoError(t, wipeFolder(o.State))
	entries, err := os.ReadDir(o.State)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	first, err := lockFolder(dir)
	require.NoError(t, err)
	_, err = lockFolder(dir)
	require.ErrorIs(t, err, errRunning)
	require.NoError(t, first.Close())
	second, err := lockFolder(dir)
	require.NoError(t, err)
	require.NoError(t, second.Close())
}

func TestProcess(t *testing.T) {
	dir := t.TempDir()
	ended := make(chan error, 1)
	p := &Process{
		Name: "sleeper", LogFile: filepath.Join(dir, "log"), path: "/bin/sh",
		// The grandchild ignores SIGTERM. It is killed with its process group.
		args:  []string{"-c", `trap "" TERM; sleep 100 & echo $! ; wait; wait`},
		ended: func(_ *Process, err error) { ended <- err },
	}
	require.NoError(t, p.Start())
	require.Error(t, p.Start())
	require.NotZero(t, p.PID())
	require.Eventually(t, func() bool { return strings.TrimSpace(p.Tail(1)) != "" }, time.Minute, 10*time.Millisecond)
	grandchild := strings.TrimSpace(p.Tail(1))

	p.Stop(100 * time.Millisecond)
	require.Zero(t, p.PID())
	require.Eventually(t, func() bool { return gone(grandchild) }, time.Minute, 10*time.Millisecond)
	select {
	case err := <-ended:
		t.Fatalf("a process that was stopped is no surprise: %v", err)
	default:
	}

	// A process that ends without being stopped is reported.
	p.args = []string{"-c", "exit 3"}
	require.NoError(t, p.Start())
	require.ErrorContains(t, <-ended, "exit status 3")
}

// gone reports whether a process ended. A process that waits to be reaped has ended.
func gone(pid string) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	return err != nil || strings.Contains(string(stat), ") Z ")
}
