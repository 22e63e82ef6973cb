package setup

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/internal/steps"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// Testnet describes a network of validators on one machine.
type Testnet struct {
	// Dir holds one folder for each node: node1, node2 ...
	Dir string
	// ChainID names the chain.
	ChainID string
	// Ports are the nodes' ports. The network has one node for each entry.
	Ports []Ports
	// BlockTime is how long a node waits after a block before it begins the next.
	BlockTime time.Duration
	// VotingPeriod is how long the council may vote on a proposal.
	VotingPeriod time.Duration
	// Funds is the balance of every operator, in ucred.
	Funds int64
	// Defaults are the modules' default states.
	Defaults map[string]json.RawMessage
	// Edit, if set, changes the state before it is written, for instance to add accounts and organisations.
	Edit func(genesis.State, codec.Codec) error
}

// OperatorKey is the name of the operator's key in the keyring of a node's folder (backend "test").
const OperatorKey = "operator"

// Write writes the files of every node and returns the nodes, which can be started then.
func (t Testnet) Write() ([]Node, error) {
	w := &writing{Testnet: t, codec: encoding.New().Codec, state: genesis.State(t.Defaults)}
	err := steps.Run(
		t.checkPorts,
		func() error { return genesis.SetDefaults(w.state, w.codec) },
		func() error { return t.setVotingPeriod(w.state, w.codec) },
		w.makeNodes,
		w.editState,
		w.writeFiles,
	)
	if err != nil {
		return nil, err
	}
	return w.nodes, nil
}

// checkPorts returns an error if a port number is not valid.
func (t Testnet) checkPorts() error {
	for i, p := range t.Ports {
		for _, port := range []int{p.P2P, p.RPC, p.GRPC, p.API, p.Prometheus} {
			if port < 0 || port > math.MaxUint16 {
				return fmt.Errorf("port %d of node %d: expected at most %d; begin with a lower one", port, i+1, math.MaxUint16)
			}
		}
	}
	return nil
}

// writing is the state of Write.
type writing struct {
	Testnet
	codec codec.Codec
	state genesis.State
	nodes []Node
	peers []string // addresses of the nodes for their peers, in the order of the nodes
}

// makeNodes makes the keys of each node, and admits its operator as a founder.
func (w *writing) makeNodes() error {
	for i, ports := range w.Ports {
		name := fmt.Sprintf("node%d", i+1)
		node := Node{Home: filepath.Join(w.Dir, name), Moniker: name, ChainID: w.ChainID, Ports: ports, BlockTime: w.BlockTime}
		keys, err := node.MakeKeys()
		if err != nil {
			return err
		}
		operator, err := NewKey(node.Home, OperatorKey, w.codec)
		if err != nil {
			return err
		}
		if err := w.admitFounder(w.state, w.codec, fmt.Sprintf("val-%d", i+1), operator, keys); err != nil {
			return err
		}
		w.nodes, w.peers = append(w.nodes, node), append(w.peers, node.PeerAddress(keys))
	}
	return nil
}

func (w *writing) editState() error {
	if w.Edit == nil {
		return nil
	}
	return w.Edit(w.state, w.codec)
}

// writeFiles writes one genesis for all nodes, and the configuration of each node with the other nodes as its peers.
func (w *writing) writeFiles() error {
	doc, err := NewGenesis(w.ChainID, time.Now().UTC(), w.state)
	if err != nil {
		return err
	}
	for i := range w.nodes {
		n := &w.nodes[i]
		n.Peers = slices.Delete(slices.Clone(w.peers), i, i+1)
		if err := n.WriteConfig(); err != nil {
			return err
		}
		if err := doc.SaveAs(filepath.Join(n.Home, "config", "genesis.json")); err != nil {
			return err
		}
	}
	return nil
}

func (t Testnet) admitFounder(state genesis.State, cdc codec.Codec, org string, operator sdk.AccAddress, keys Keys) error {
	if err := genesis.AddAccount(state, cdc, operator, sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, t.Funds))); err != nil {
		return err
	}
	err := genesis.AddOrganisation(state, cdc, orgstypes.Organisation{
		Id: org, Name: "Validator " + org, Admins: []string{operator.String()}, Members: []string{operator.String()},
		Roles: []orgstypes.Role{orgstypes.ROLE_VALIDATOR},
	})
	if err != nil {
		return err
	}
	return genesis.AddSeat(state, cdc, poatypes.Seat{
		OrgId: org, Operator: operator.String(), Court: keys.Court, Power: poatypes.DefaultPower,
		ConsensusPubkey: keys.Consensus, BeaconPubkey: keys.Beacon, BeaconPossession: keys.Possession,
	})
}

func (t Testnet) setVotingPeriod(state genesis.State, cdc codec.Codec) error {
	if t.VotingPeriod <= 0 {
		return nil
	}
	return genesis.Edit(state, cdc, govtypes.ModuleName, &govv1.GenesisState{}, func(s *govv1.GenesisState) error {
		period, expedited := t.VotingPeriod, t.VotingPeriod/2
		s.Params.VotingPeriod, s.Params.ExpeditedVotingPeriod = &period, &expedited
		return nil
	})
}

// NewKey returns the account of a key in the keyring of a folder (backend "test"). It makes the key if there is none yet.
func NewKey(home, name string, cdc codec.Codec) (sdk.AccAddress, error) {
	ring, err := keyring.New("credence", keyring.BackendTest, home, nil, cdc)
	if err != nil {
		return nil, fmt.Errorf("keyring in %s: %w", home, err)
	}
	record, err := ring.Key(name)
	if err != nil {
		record, _, err = ring.NewMnemonic(name, keyring.English, sdk.FullFundraiserPath, keyring.DefaultBIP39Passphrase, hd.Secp256k1)
	}
	if err != nil {
		return nil, fmt.Errorf("key %s in %s: %w", name, home, err)
	}
	return record.GetAddress()
}
