package setup

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	cmted25519 "github.com/cometbft/cometbft/crypto/ed25519"

	"github.com/cosmos/cosmos-sdk/codec"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/x/poa/beaconkey"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

type nothing struct{}

func (nothing) Get(string) any { return nil }

// newApp returns an application, for its default state and its checks of a genesis.
func newApp() *app.App {
	return app.New(log.NewNopLogger(), dbm.NewMemDB(), false, nothing{}, app.Options{})
}

// Keys are made once: a second call finds them and returns the same public keys. Only the owner can read their files.
func TestMakeKeys(t *testing.T) {
	n := Node{Home: filepath.Join(t.TempDir(), "new", "home")}
	keys, err := n.MakeKeys()
	require.NoError(t, err)
	require.Len(t, keys.NodeID, 40)
	require.Len(t, keys.Consensus, 32)
	again, err := n.MakeKeys()
	require.NoError(t, err)
	require.Equal(t, keys, again)
	other, err := Node{Home: t.TempDir()}.MakeKeys()
	require.NoError(t, err)
	require.NotEqual(t, keys, other)
	for _, path := range []string{BeaconKeyFile(n.Home), CourtKeyFile(n.Home), filepath.Join(n.Home, "config", "priv_validator_key.json"), filepath.Join(n.Home, "config", "node_key.json")} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm(), path)
	}
	require.Equal(t, keys.NodeID+"@127.0.0.1:7", Node{Ports: Ports{P2P: 7}}.PeerAddress(keys))
}

// A key file that cannot be read is never replaced. Replacing it would lose the seat.
func TestMakeKeysKeepsWhatItCanNotRead(t *testing.T) {
	for name, path := range map[string]func(string) string{"beacon": BeaconKeyFile, "court": CourtKeyFile} {
		t.Run(name, func(t *testing.T) {
			n := Node{Home: t.TempDir()}
			_, err := n.MakeKeys()
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path(n.Home), []byte("spoilt"), 0o600))
			_, err = n.MakeKeys()
			require.Error(t, err)
			left, err := os.ReadFile(path(n.Home))
			require.NoError(t, err)
			require.Equal(t, "spoilt", string(left))
		})
	}
}

// Each key of a seat has a proof of possession, for one chain and one organisation.
func TestSeatKeys(t *testing.T) {
	n := Node{Home: t.TempDir(), ChainID: "amber-1"}
	k, err := n.SeatKeys("amber")
	require.NoError(t, err)
	made, err := n.MakeKeys()
	require.NoError(t, err)
	require.Equal(t, made.Consensus, k.ConsensusPubkey)
	require.Equal(t, made.Beacon, k.BeaconPubkey)
	require.Equal(t, made.Possession, k.BeaconPossession)
	court, err := credence.LoadKey(CourtKeyFile(n.Home))
	require.NoError(t, err)
	require.Equal(t, court.PubKey().Bytes(), k.CourtPubkey)

	consensus := cmted25519.PubKey(k.ConsensusPubkey)
	message := func(kind poatypes.KeyKind, chain, org string, key []byte) []byte {
		return poatypes.PossessionMessage(kind, chain, org, key)
	}
	require.True(t, consensus.VerifySignature(message(poatypes.KeyConsensus, "amber-1", "amber", k.ConsensusPubkey), k.ConsensusPossession))
	require.False(t, consensus.VerifySignature(message(poatypes.KeyConsensus, "amber-1", "birch", k.ConsensusPubkey), k.ConsensusPossession), "for one organisation")
	require.False(t, consensus.VerifySignature(message(poatypes.KeyConsensus, "amber-2", "amber", k.ConsensusPubkey), k.ConsensusPossession), "for one chain")
	require.True(t, court.PubKey().VerifySignature(message(poatypes.KeyCourt, "amber-1", "amber", k.CourtPubkey), k.CourtPossession))
	require.False(t, court.PubKey().VerifySignature(message(poatypes.KeyConsensus, "amber-1", "amber", k.CourtPubkey), k.CourtPossession), "for one use")
}

// If the seat has two beacon keys, the second is the next one to rotate to.
func TestSeatKeysHaveTheNextBeaconKey(t *testing.T) {
	n := Node{Home: t.TempDir(), ChainID: "amber-1"}
	first, err := n.SeatKeys("amber")
	require.NoError(t, err)
	next := filepath.Join(n.Home, "config", beaconkey.NextFileName)
	key, err := beaconkey.Save(next, []byte("01234567890123456789012345678901"))
	require.NoError(t, err)
	second, err := n.SeatKeys("amber")
	require.NoError(t, err)
	require.Equal(t, key.PublicKey(), second.BeaconPubkey)
	require.NotEqual(t, first.BeaconPubkey, second.BeaconPubkey)
	require.Equal(t, first.CourtPubkey, second.CourtPubkey)
}

func TestNewKeyIsMadeOnce(t *testing.T) {
	home := t.TempDir()
	cdc := encoding.New().Codec
	a, err := NewKey(home, "operator", cdc)
	require.NoError(t, err)
	again, err := NewKey(home, "operator", cdc)
	require.NoError(t, err)
	require.Equal(t, a, again)
	b, err := NewKey(home, "another", cdc)
	require.NoError(t, err)
	require.NotEqual(t, a, b)
}

// The nodes of a network on one machine have files that fit together: ports, peers, seats and one genesis.
func TestTestnet(t *testing.T) {
	a := newApp()
	dir := filepath.Join(t.TempDir(), "net")
	edited := false
	nodes, err := Testnet{
		Dir: dir, ChainID: "net-1", Ports: []Ports{PortsFrom(1000), PortsFrom(2000), {P2P: 3000, RPC: 3001}}, BlockTime: 2 * time.Second,
		VotingPeriod: time.Minute, Funds: 12_345, Defaults: a.DefaultGenesis(),
		Edit: func(genesis.State, codec.Codec) error { edited = true; return nil },
	}.Write()
	require.NoError(t, err)
	require.Len(t, nodes, 3)
	require.True(t, edited)
	var first []byte
	for i, n := range nodes {
		require.Equal(t, filepath.Join(dir, n.Moniker), n.Home)
		require.Len(t, n.Peers, 2)
		keys, err := n.MakeKeys()
		require.NoError(t, err)
		require.NotContains(t, n.Peers, n.PeerAddress(keys), "a node is no peer of its own")
		comet := settingsIn(t, filepath.Join(n.Home, "config", "config.toml"))
		require.Equal(t, "2s", comet["consensus.timeout_commit"])
		require.Equal(t, "true", comet["consensus.create_empty_blocks"])
		require.Equal(t, tcpAddress(n.Ports.P2P), comet["p2p.laddr"])
		require.Equal(t, tcpAddress(n.Ports.RPC), comet["rpc.laddr"])
		require.Equal(t, []string{"true", "true", "false"}[i], comet["instrumentation.prometheus"])
		application := settingsIn(t, filepath.Join(n.Home, "config", "app.toml"))
		require.Equal(t, []string{"true", "true", "false"}[i], application["grpc.enable"])
		require.Equal(t, []string{"true", "true", "false"}[i], application["api.enable"])
		client := settingsIn(t, filepath.Join(n.Home, "config", "client.toml"))
		require.Equal(t, "net-1", client["chain-id"])
		require.Equal(t, tcpAddress(n.Ports.RPC), client["node"])
		file, err := os.ReadFile(filepath.Join(n.Home, "config", "genesis.json"))
		require.NoError(t, err)
		if i == 0 {
			first = file
		}
		require.Equal(t, first, file, "all have one genesis")
	}

	var doc struct {
		ChainID string                     `json:"chain_id"`
		State   map[string]json.RawMessage `json:"app_state"`
	}
	require.NoError(t, json.Unmarshal(first, &doc))
	require.Equal(t, "net-1", doc.ChainID)
	require.NoError(t, a.BasicManager.ValidateGenesis(a.Encoding.Codec, a.Encoding.TxConfig, doc.State))
	var poa poatypes.GenesisState
	require.NoError(t, a.Encoding.Codec.UnmarshalJSON(doc.State["poa"], &poa))
	require.Len(t, poa.Seats, 3)
	var gov govv1.GenesisState
	require.NoError(t, a.Encoding.Codec.UnmarshalJSON(doc.State["gov"], &gov))
	require.Equal(t, time.Minute, *gov.Params.VotingPeriod)
	require.Equal(t, 30*time.Second, *gov.Params.ExpeditedVotingPeriod)
	require.Contains(t, string(doc.State["bank"]), `"12345"`)
}

func TestTestnetRefuses(t *testing.T) {
	a := newApp()
	_, err := Testnet{Dir: t.TempDir(), Ports: []Ports{PortsFrom(26600), PortsFrom(65534)}, Defaults: a.DefaultGenesis()}.Write()
	require.ErrorContains(t, err, "port 65536 of node 2: expected at most 65535; begin with a lower one")
	_, err = Testnet{Dir: t.TempDir(), Ports: []Ports{PortsFrom(-1)}, Defaults: a.DefaultGenesis()}.Write()
	require.ErrorContains(t, err, "port -1 of node 1")

	broken := errors.New("no room for a pool")
	dir := t.TempDir()
	_, err = Testnet{Dir: dir, ChainID: "net-1", Ports: []Ports{PortsFrom(1000)}, Funds: 1, Defaults: a.DefaultGenesis(), Edit: func(genesis.State, codec.Codec) error { return broken }}.Write()
	require.ErrorIs(t, err, broken)
	require.NoFileExists(t, filepath.Join(dir, "node1", "config", "genesis.json"))
}

// EditFile changes an existing genesis file. If the change fails, the file stays as it was.
func TestEditFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "genesis.json")
	err := EditFile(path, func(genesis.State) error { return nil })
	require.ErrorContains(t, err, "genesis file "+path)
	require.ErrorContains(t, err, "credenced init makes one")

	doc, err := NewGenesis("amber-1", time.Unix(1_800_000_000, 0).UTC(), genesis.State{"orgs": json.RawMessage(`{"a":1}`)})
	require.NoError(t, err)
	require.NoError(t, doc.SaveAs(path))
	require.NoError(t, EditFile(path, func(s genesis.State) error {
		s["orgs"] = json.RawMessage(`{"a":2}`)
		return nil
	}))
	changed, err := os.ReadFile(path)
	require.NoError(t, err)
	require.JSONEq(t, `{"orgs":{"a":2}}`, string(stateIn(t, changed)))
	require.Contains(t, string(changed), `"chain_id": "amber-1"`)
	require.Contains(t, string(changed), "2027-01-15T08:00:00Z")

	broken := errors.New("no")
	require.ErrorIs(t, EditFile(path, func(s genesis.State) error { delete(s, "orgs"); return broken }), broken)
	same, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(changed), string(same))

	doc.AppState = json.RawMessage(`[]`)
	require.NoError(t, doc.SaveAs(path))
	require.ErrorContains(t, EditFile(path, func(genesis.State) error { return nil }), "app_state of the genesis file")
}

func stateIn(t *testing.T, file []byte) json.RawMessage {
	t.Helper()
	var doc struct {
		State json.RawMessage `json:"app_state"`
	}
	require.NoError(t, json.Unmarshal(file, &doc))
	return doc.State
}
