package devnet

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"

	srvconfig "github.com/cosmos/cosmos-sdk/server/config"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/x/poa/beaconkey"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// blockTime is the pause after a block. With the time that consensus takes, it makes blocks of half a second.
const blockTime = 450 * time.Millisecond

// writeNodes writes the folder of every validator: its keys, configuration and genesis.
func writeNodes(o Options, info *Info) error {
	seats := make([]poatypes.Seat, len(info.Validators))
	for i := range info.Validators {
		v := &info.Validators[i]
		seat, err := writeKeys(v)
		if err != nil {
			return fmt.Errorf("keys of %s: %w", v.Name, err)
		}
		seats[i] = seat
	}
	state, err := genesisState(o, info, seats)
	if err != nil {
		return err
	}
	doc := genutiltypes.NewAppGenesisWithVersion(info.ChainID, state)
	doc.GenesisTime = time.Now().UTC().Truncate(time.Second)
	doc.Consensus = genutiltypes.NewConsensusGenesis(genesis.ConsensusParams().ToProto(), nil)
	for i, v := range info.Validators {
		if err := doc.SaveAs(filepath.Join(v.Home, "config", "genesis.json")); err != nil {
			return err
		}
		peers, err := peersOf(o, info, i)
		if err != nil {
			return err
		}
		writeConfig(o, v, peers)
	}
	return nil
}

// peersOf returns the addresses at which validator number i finds all others.
func peersOf(o Options, info *Info, i int) (peers []string, err error) {
	for k, v := range info.Validators {
		if k == i {
			continue
		}
		address := loopbackAddress(v.P2P)
		if o.Link != nil {
			if address, err = o.Link(info.Validators[i], v); err != nil {
				return nil, fmt.Errorf("from %s to %s: %w", info.Validators[i].Name, v.Name, err)
			}
		}
		peers = append(peers, fmt.Sprintf("%s@%s", v.NodeID, address))
	}
	return peers, nil
}

// writeKeys makes a validator's keys, and returns the seat with these keys.
func writeKeys(v *ValidatorInfo) (poatypes.Seat, error) {
	config, data := filepath.Join(v.Home, "config"), filepath.Join(v.Home, "data")
	for _, folder := range []string{config, data} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return poatypes.Seat{}, err
		}
	}
	signer := privval.NewFilePV(ed25519.GenPrivKey(), filepath.Join(config, "priv_validator_key.json"), filepath.Join(data, "priv_validator_state.json"))
	signer.Save()
	node, err := p2p.LoadOrGenNodeKey(filepath.Join(config, "node_key.json"))
	if err != nil {
		return poatypes.Seat{}, err
	}
	v.NodeID = string(node.ID())
	seed, err := beaconkey.NewSeed(rand.Reader)
	if err != nil {
		return poatypes.Seat{}, err
	}
	beacon, err := beaconkey.Save(filepath.Join(config, beaconkey.FileName), seed)
	if err != nil {
		return poatypes.Seat{}, err
	}
	return poatypes.Seat{
		OrgId: v.Name, Operator: v.Operator, Court: v.CourtAddress, ConsensusPubkey: signer.Key.PubKey.Bytes(),
		BeaconPubkey: beacon.PublicKey(), BeaconPossession: beacon.Possession(), Power: poatypes.DefaultPower,
	}, nil
}

func writeConfig(o Options, v ValidatorInfo, peers []string) {
	c := cmtcfg.DefaultConfig()
	c.SetRoot(v.Home)
	c.Moniker = v.Name
	c.LogLevel = "info"
	c.RPC.ListenAddress = "tcp://" + loopbackAddress(v.RPC)
	c.RPC.PprofListenAddress = ""
	c.P2P.ListenAddress = "tcp://" + loopbackAddress(v.P2P)
	c.P2P.PersistentPeers = strings.Join(peers, ",")
	c.P2P.AddrBookStrict = false
	c.P2P.AllowDuplicateIP = true
	c.P2P.PexReactor = false
	c.Consensus.TimeoutCommit = blockTime
	if o.BlockTime > 0 {
		c.Consensus.TimeoutCommit = o.BlockTime
	}
	c.Consensus.TimeoutPropose = time.Second
	c.Consensus.SkipTimeoutCommit = false
	cmtcfg.WriteConfigFile(filepath.Join(v.Home, "config", "config.toml"), c)

	a := srvconfig.DefaultConfig()
	a.MinGasPrices = encoding.LeastGasPrice
	a.IndexEvents = encoding.IndexedEvents()
	a.API.Enable = true
	a.API.Address = "tcp://" + loopbackAddress(v.REST)
	a.GRPC.Enable = true
	a.GRPC.Address = loopbackAddress(v.GRPC)
	a.GRPCWeb.Enable = false
	a.StateSync.SnapshotInterval = o.SnapshotInterval
	srvconfig.WriteConfigFile(filepath.Join(v.Home, "config", "app.toml"), a)
}
