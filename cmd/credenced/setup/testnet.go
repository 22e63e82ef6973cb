package setup

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// Testnet describes a network of validators on one machine.
type Testnet struct {
	// Dir holds one folder a node: node1, node2 ...
	Dir string
	// ChainID names the chain.
	ChainID string
	// Ports are the nodes' ports; as many nodes are made.
	Ports []Ports
	// BlockTime is how long nodes wait after a block.
	BlockTime time.Duration
	// VotingPeriod is how long the council votes.
	VotingPeriod time.Duration
	// Funds is what every operator has, in ucred.
	Funds int64
	// Defaults are the modules' default states.
	Defaults map[string]json.RawMessage
	// Edit may change the state before it is written, for instance add accounts and organisations.
	Edit func(genesis.State, codec.Codec) error
}

// OperatorKey is the name of the operator's key in the keyring of a node's folder (backend "test").
const OperatorKey = "operator"

// Write writes every node's files and returns the nodes, ready to start.
func (t Testnet) Write() ([]Node, error) {
	enc := encoding.New()
	state := genesis.State(t.Defaults)
	if err := genesis.SetDefaults(state, enc.Codec); err != nil {
		return nil, err
	}
	if err := t.setVotingPeriod(state, enc.Codec); err != nil {
		return nil, err
	}
	nodes := make([]Node, len(t.Ports))
	peers := make([]string, len(t.Ports))
	for i, ports := range t.Ports {
		name := fmt.Sprintf("node%d", i+1)
		nodes[i] = Node{Home: filepath.Join(t.Dir, name), Moniker: name, ChainID: t.ChainID, Ports: ports, BlockTime: t.BlockTime}
		keys, err := nodes[i].MakeKeys()
		if err != nil {
			return nil, err
		}
		peers[i] = nodes[i].PeerAddress(keys)
		operator, err := NewKey(nodes[i].Home, OperatorKey, enc.Codec)
		if err != nil {
			return nil, err
		}
		if err := t.admitFounder(state, enc.Codec, fmt.Sprintf("val-%d", i+1), operator, keys); err != nil {
			return nil, err
		}
	}
	if t.Edit != nil {
		if err := t.Edit(state, enc.Codec); err != nil {
			return nil, err
		}
	}
	doc, err := NewGenesis(t.ChainID, time.Now().UTC(), state)
	if err != nil {
		return nil, err
	}
	for i := range nodes {
		nodes[i].Peers = append(append([]string{}, peers[:i]...), peers[i+1:]...)
		if err := nodes[i].WriteConfig(); err != nil {
			return nil, err
		}
		if err := doc.SaveAs(filepath.Join(nodes[i].Home, "config", "genesis.json")); err != nil {
			return nil, err
		}
	}
	return nodes, nil
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

// NewKey returns the account of a key in the keyring of a folder (backend "test"), made when it is not there yet.
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
