package doctor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/p2p"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/checkup"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// running is a node with a folder, an RPC and a gRPC service. The test sets what the services answer.
type running struct {
	t      *testing.T
	home   string
	status ctypes.ResultStatus
	peers  int
	states []string // the states of the peers in consensus
	mute   bool     // it tells no states of peers
	seat   poatypes.Seat
}

// answer serves the node's RPC.
func (r *running) answer(w http.ResponseWriter, req *http.Request) {
	var call struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
	}
	if json.NewDecoder(req.Body).Decode(&call) != nil {
		return
	}
	var result any
	switch call.Method {
	case "status":
		result = &r.status
	case "net_info":
		result = &ctypes.ResultNetInfo{NPeers: r.peers}
	case "dump_consensus_state":
		if r.mute {
			return
		}
		state := &ctypes.ResultDumpConsensusState{RoundState: json.RawMessage("{}")}
		for _, s := range r.states {
			state.Peers = append(state.Peers, ctypes.PeerStateInfo{PeerState: json.RawMessage(s)})
		}
		result = state
	}
	text, err := cmtjson.Marshal(result)
	if err != nil {
		return
	}
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, call.ID, text)
}

// newRunning starts a healthy node. All of its services are at the two ports that the test serves.
func newRunning(t *testing.T) *running {
	t.Helper()
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	r := &running{t: t, home: filepath.Join(t.TempDir(), "node"), peers: 3, states: []string{`{"round_state":{"height":"103"}}`}}
	server := httptest.NewServer(http.HandlerFunc(r.answer))
	t.Cleanup(server.Close)
	grpc := nodetest.NewNode(t)
	keys, err := setup.Node{Home: r.home}.MakeKeys()
	require.NoError(t, err)
	r.seat = poatypes.Seat{OrgId: "amber", ConsensusPubkey: keys.Consensus, BeaconPubkey: keys.Beacon}
	nodetest.Answer(grpc, "/credence.poa.v1.Query/Seats", func(*poatypes.QuerySeatsRequest) (*poatypes.QuerySeatsResponse, error) {
		return &poatypes.QuerySeatsResponse{Seats: []poatypes.Seat{{OrgId: "birch", ConsensusPubkey: []byte("another")}, r.seat}}, nil
	})
	m := setup.Member{Home: r.home, Moniker: "m", ChainID: nodetest.ChainID, Role: setup.RoleFull, Listen: "127.0.0.1", Serve: "127.0.0.1", Keyring: "test"}
	require.NoError(t, m.Write())
	at := strings.TrimPrefix(server.URL, "http://")
	r.edit("config.toml", "tcp://127.0.0.1:26657", "tcp://"+at, "tcp://127.0.0.1:26656", "tcp://"+at, `"127.0.0.1:26660"`, `"`+at+`"`)
	r.edit("app.toml", `"127.0.0.1:9090"`, `"`+grpc.Endpoint+`"`, "tcp://127.0.0.1:1317", "tcp://"+at)
	require.NoError(t, os.WriteFile(filepath.Join(r.home, "config", "genesis.json"), []byte("{}"), 0o600))
	r.status = ctypes.ResultStatus{
		NodeInfo: p2p.DefaultNodeInfo{Moniker: "amber", Network: nodetest.ChainID, Version: "0.40"},
		SyncInfo: ctypes.SyncInfo{LatestBlockHeight: 100, LatestBlockTime: time.Now(), LatestBlockHash: cmtbytes.HexBytes{1}},
	}
	return r
}

// edit replaces texts in a configuration file. Each text must be there.
func (r *running) edit(name string, pairs ...string) {
	r.t.Helper()
	path := filepath.Join(r.home, "config", name)
	text, err := os.ReadFile(path)
	require.NoError(r.t, err)
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(r.t, string(text), pairs[i])
	}
	require.NoError(r.t, os.WriteFile(path, []byte(strings.NewReplacer(pairs...).Replace(string(text))), 0o600))
}

// Each problem of a running node has a line of its own, with the next step. A healthy node has no such line.
func TestDoctorOfARunningNode(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(r *running)
		says  string
	}{
		{"well", func(*running) {}, ""},
		{"a peer that is a little ahead", func(r *running) { r.states = []string{`{"round_state":{"height":"111"}}`} }, ""},
		{"alone", func(r *running) { r.peers = 0 }, "FAIL  peers        none; check persistent_peers and seeds"},
		{"catching up", func(r *running) { r.status.SyncInfo.CatchingUp = true }, "FAIL  height       100, and it is catching up with the chain; wait for it"},
		{"behind", func(r *running) { r.states = append(r.states, `"what"`, `{"round_state":{"height":"500"}}`) }, "FAIL  height       100, and a peer is at 499"},
		{"mute about its peers", func(r *running) { r.mute = true }, "FAIL  height       100, and the node does not say how far its peers are: "},
		{"late", func(r *running) { r.status.SyncInfo.LatestBlockTime = time.Now().Add(-time.Hour) }, "FAIL  clock        the latest block is 1h0m0"},
		{"early", func(r *running) { r.status.SyncInfo.LatestBlockTime = time.Now().Add(time.Minute) }, "FAIL  clock        the latest block is -"},
		{"a service that is away", func(r *running) { r.edit("app.toml", `address = "tcp://127.0.0.1:`, `address = "tcp://127.0.0.254:`) }, "FAIL  services     REST: "},
		{"gas for nothing", func(r *running) { r.edit("app.toml", `"0.001ucred"`, `"0ucred"`) }, `minimum-gas-prices is "0ucred": anybody fills blocks for nothing`},
		{"gas for nothing, in other digits", func(r *running) { r.edit("app.toml", `"0.001ucred"`, `"0.000ucred"`) }, `minimum-gas-prices is "0.000ucred": anybody fills blocks for nothing`},
		{"no price of gas", func(r *running) { r.edit("app.toml", `"0.001ucred"`, `""`) }, `minimum-gas-prices is ""`},
		{"a price of gas that is none", func(r *running) { r.edit("app.toml", `"0.001ucred"`, `"cheap"`) }, `minimum-gas-prices is "cheap"`},
		{"jailed", func(r *running) { r.seat.Jailed = true }, "is jailed; bring it back with: credenced tx poa unjail"},
		{"revoked", func(r *running) { r.seat.Revoked = true }, "is revoked"},
		{"tombstoned", func(r *running) { r.seat.Tombstoned = true }, "is tombstoned: it signed two blocks at one height"},
		{"another beacon key", func(r *running) { r.seat.BeaconPubkey = []byte("another") }, "FAIL  seat"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRunning(t)
			tc.spoil(r)
			var out bytes.Buffer
			cmd := Command()
			cmd.SilenceErrors, cmd.SilenceUsage = true, true
			cmd.SetOut(&out)
			cmd.SetArgs([]string{"--home", r.home})
			err := cmd.ExecuteContext(t.Context())
			said := strings.ReplaceAll(out.String(), "FAIL  disk", "ok    disk") // the disk of the test's machine may be small
			if tc.says == "" {
				require.NotContains(t, said, "FAIL")
				require.Contains(t, said, "amber on "+nodetest.ChainID)
				require.Contains(t, said, "of amber, active")
				return
			}
			require.ErrorIs(t, err, checkup.ErrUnhealthy)
			require.Contains(t, said, tc.says)
		})
	}
}

// A node without a seat signs no blocks. If the key is with a signer, doctor does not compare it.
func TestDoctorOfANodeWithoutASeat(t *testing.T) {
	r := newRunning(t)
	r.seat.ConsensusPubkey = []byte("somebody else")
	report := func() string {
		var out bytes.Buffer
		_ = checkup.Report(t.Context(), &out, Checks(r.home, nil))
		return out.String()
	}
	require.Contains(t, report(), "none: this node signs no blocks")
	r.edit("config.toml", `priv_validator_laddr = ""`, `priv_validator_laddr = "tcp://127.0.0.1:26659"`)
	require.Contains(t, report(), "the consensus key is with a signer, expected at tcp://127.0.0.1:26659")
}
