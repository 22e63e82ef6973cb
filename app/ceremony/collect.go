package ceremony

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/artifact"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file makes the genesis of a plan and its applications. Everything is checked before the state is built, each application by
// itself and then all together, because no key, name or account may belong to two founders. The founders are sorted by their
// organisations' ids, so that everybody gets the same bytes in whatever order the applications arrive.

// Collection is the outcome of a ceremony.
type Collection struct {
	// Genesis is the file's bytes, and Hash their SHA-256 as "sha256:" and hex.
	Genesis []byte
	Hash    string
	// Founders are the applications in the order of their organisations' ids.
	Founders []Application
}

// Peers are the founders' nodes, as id@host:port.
func (c Collection) Peers() (out []string) {
	for _, a := range c.Founders {
		out = append(out, a.Node.Peer())
	}
	return out
}

// HashOf returns the hash by which founders compare a genesis file.
func HashOf(file []byte) string {
	return artifact.Sum(file).String()
}

// Collect checks that each founder has one valid application, and makes the genesis. The applications may come in any order.
// defaults are the modules' default states. The result depends only on the arguments and on the version of the program.
func Collect(p Plan, applications []Application, defaults map[string]json.RawMessage, cdc codec.Codec) (*Collection, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	founders := slices.Clone(applications)
	slices.SortFunc(founders, func(a, b Application) int { return strings.Compare(a.Organisation, b.Organisation) })
	if err := checkFounders(p, founders); err != nil {
		return nil, err
	}
	state, err := buildGenesis(p, founders, defaults, cdc)
	if err != nil {
		return nil, err
	}
	app, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	doc := &genutiltypes.AppGenesis{
		AppName: "credence", ChainID: p.ChainID, GenesisTime: p.GenesisTime.UTC(), InitialHeight: 1, AppState: app,
		Consensus: &genutiltypes.ConsensusGenesis{Params: genesis.ConsensusParams()},
	}
	file, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, err
	}
	file = append(file, '\n')
	return &Collection{Genesis: file, Hash: HashOf(file), Founders: founders}, nil
}

// checkFounders checks each application, and all of them together. They are sorted.
func checkFounders(p Plan, founders []Application) error {
	unique := map[string]string{} // what must be one founder's alone -> whose it is
	for _, a := range founders {
		if err := a.Validate(p); err != nil {
			return fmt.Errorf("application of %s: %w", cmp.Or(a.Organisation, "nobody"), err)
		}
		for _, x := range a.listIdentities() {
			if other, taken := unique[x]; taken {
				return fmt.Errorf("application of %s: %s is there already, with %s", a.Organisation, x, other)
			}
			unique[x] = a.Organisation
		}
	}
	for _, id := range p.Founders {
		if _, applied := unique["organisation "+id]; !applied {
			return fmt.Errorf("there is no application of %s, a founder by the plan", id)
		}
	}
	return nil
}

// listIdentities returns the names and keys that no two founders may share.
func (a Application) listIdentities() []string {
	out := []string{
		"organisation " + a.Organisation, "account " + a.Court.Address,
		"consensus key " + hex.EncodeToString(a.Seat.Consensus), "beacon key " + hex.EncodeToString(a.Seat.Beacon),
		"node " + a.Node.ID(), "peers' address " + a.Node.Address,
	}
	for _, address := range a.listMembers() {
		out = append(out, "account "+address)
	}
	for _, w := range a.Workers {
		out = append(out, "worker's endpoint "+w.Endpoint)
	}
	return out
}

func buildGenesis(p Plan, founders []Application, defaults map[string]json.RawMessage, cdc codec.Codec) (genesis.State, error) {
	state := genesis.State{}
	for module, raw := range defaults {
		state[module] = raw
	}
	if err := genesis.SetDefaults(state, cdc); err != nil {
		return nil, err
	}
	err := genesis.Edit(state, cdc, govtypes.ModuleName, &govv1.GenesisState{}, func(s *govv1.GenesisState) error {
		voting, expedited := time.Duration(p.VotingPeriod), time.Duration(p.ExpeditedVotingPeriod)
		s.Params.VotingPeriod, s.Params.ExpeditedVotingPeriod = &voting, &expedited
		return nil
	})
	if err != nil {
		return nil, err
	}
	if p.Pool != nil {
		err := genesis.AddPublicPool(state, cdc, p.ChainID, genesis.PublicPool{
			Stake: p.Pool.Stake, Price: p.Pool.Price, MaxFuel: p.Pool.MaxFuel, Categories: p.Pool.Categories,
		})
		if err != nil {
			return nil, fmt.Errorf("plan: public_pool: %w", err)
		}
	}
	for _, a := range founders {
		if err := a.addTo(p, state, cdc); err != nil {
			return nil, fmt.Errorf("application of %s: %w", a.Organisation, err)
		}
	}
	return state, nil
}

// addTo adds one founder to the state.
func (a Application) addTo(p Plan, state genesis.State, cdc codec.Codec) error {
	fund := func(address string, amount uint64) error {
		raw, err := encoding.Addresses().StringToBytes(address)
		if err != nil {
			return err
		}
		return genesis.AddAccount(state, cdc, raw, newCoins(amount))
	}
	if err := fund(a.Operator.Address, p.OperatorFunds); err != nil {
		return err
	}
	org := orgstypes.Organisation{Id: a.Organisation, Name: cmp.Or(a.Name, a.Organisation), Admins: []string{a.Operator.Address}, Members: a.listMembers()}
	var err error
	if org.Roles, err = a.listRoles(); err != nil {
		return err
	}
	for _, account := range a.Accounts {
		if err := fund(account.Address, p.AccountFunds); err != nil {
			return err
		}
	}
	// Answers of workers and courts cost no fee, but their senders need an account.
	for _, w := range a.Workers {
		if err := fund(w.Address, 1); err != nil {
			return err
		}
	}
	if err := fund(a.Court.Address, 1); err != nil {
		return err
	}
	slices.Sort(org.Members)
	if err := genesis.AddOrganisation(state, cdc, org); err != nil {
		return err
	}
	err = genesis.AddSeat(state, cdc, poatypes.Seat{
		OrgId: a.Organisation, Operator: a.Operator.Address, Court: a.Court.Address, Power: poatypes.DefaultPower,
		ConsensusPubkey: a.Seat.Consensus, BeaconPubkey: a.Seat.Beacon, BeaconPossession: a.Seat.Possession,
	})
	if err != nil {
		return err
	}
	for _, w := range a.Workers {
		err := genesis.AddWorker(state, cdc, workerstypes.Worker{
			Address: w.Address, Organisation: a.Organisation, Owner: a.Operator.Address, Endpoint: w.Endpoint,
			Slots: w.Slots, Pools: []string{genesis.PublicPoolID}, Bonded: p.WorkerBond,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func newCoins(amount uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(encoding.BaseDenom, math.NewIntFromUint64(amount)))
}
