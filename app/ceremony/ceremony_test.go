package ceremony

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/client"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/beaconkey"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

type nothing struct{}

func (nothing) Get(string) any { return nil }

// ceremony is a plan of three founders with a good application each.
type ceremony struct {
	plan    Plan
	list    []Application
	signers []Signers
	app     *app.App
}

func hold(t *testing.T) *ceremony {
	t.Helper()
	c := &ceremony{app: app.New(log.NewNopLogger(), dbm.NewMemDB(), false, nothing{}, app.Options{})}
	c.plan = DefaultPlan("amber-1", time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC))
	c.plan.Founders = []string{"cedar", "amber", "birch"}
	require.NoError(t, c.plan.Validate())
	for i, id := range c.plan.Founders {
		a, s := apply(t, c.plan, id, i)
		c.list, c.signers = append(c.list, a), append(c.signers, s)
	}
	return c
}

func newKey(t testing.TB) client.Key {
	t.Helper()
	key, err := client.GenerateKey()
	require.NoError(t, err)
	return key
}

func accountOf(k client.Key) Account { return Account{k.Address(), k.PubKey().Bytes()} }

func apply(t testing.TB, p Plan, id string, i int) (Application, Signers) {
	t.Helper()
	seed, err := beaconkey.NewSeed(rand.Reader)
	require.NoError(t, err)
	beacon, err := beaconkey.New(seed)
	require.NoError(t, err)
	operator, court, member, worker := newKey(t), newKey(t), newKey(t), newKey(t)
	s := Signers{Operator: operator, Court: court, Consensus: ed25519.GenPrivKey(), Node: ed25519.GenPrivKey(), Accounts: []Signer{member}, Workers: []Signer{worker}}
	a := Application{
		Format: Format, Plan: p.Hash(), Organisation: id, Name: id + " Ltd", Roles: []string{"requester", "provider"},
		Operator: accountOf(operator), Court: accountOf(court), Accounts: []Account{accountOf(member)},
		Seat:      Seat{s.Consensus.PubKey().Bytes(), beacon.PublicKey(), beacon.Possession()},
		Node:      Node{s.Node.PubKey().Bytes(), fmt.Sprintf("val.%s.example:%d", id, 26656+i)},
		Endpoints: Endpoints{RPC: "https://rpc." + id + ".example", Store: "https://store." + id + ".example/" + id},
		Workers:   []Worker{{accountOf(worker), "https://worker." + id + ".example", 2}},
	}
	require.NoError(t, a.Sign(s))
	require.NoError(t, a.Validate(p))
	return a, s
}

func (c *ceremony) collect(list []Application) (*Collection, error) {
	return Collect(c.plan, list, c.app.DefaultGenesis(), c.app.Encoding.Codec)
}

// Every collector makes the same file, in any order of the applications, and the file is a valid genesis.
func TestEverybodyMakesTheSameGenesis(t *testing.T) {
	c := hold(t)
	first, err := c.collect(c.list)
	require.NoError(t, err)
	var doc struct {
		State map[string]json.RawMessage `json:"app_state"`
	}
	require.NoError(t, json.Unmarshal(first.Genesis, &doc))
	require.NoError(t, c.app.BasicManager.ValidateGenesis(c.app.Encoding.Codec, c.app.Encoding.TxConfig, doc.State))
	require.Contains(t, string(doc.State["gov"]), `"quorum": "`+genesis.CouncilQuorum+`"`, "two thirds of the seats decide")
	require.Equal(t, []string{"amber", "birch", "cedar"}, []string{first.Founders[0].Organisation, first.Founders[1].Organisation, first.Founders[2].Organisation})
	require.Equal(t, first.Founders[0].Node.ID()+"@val.amber.example:26657", first.Peers()[0])
	for _, order := range [][3]int{{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		again, err := c.collect([]Application{c.list[order[0]], c.list[order[1]], c.list[order[2]]})
		require.NoError(t, err)
		require.Equal(t, first.Hash, again.Hash)
	}

	// Files keep the whole of an application.
	path := filepath.Join(t.TempDir(), "a.json")
	require.NoError(t, c.list[0].Save(path))
	back, err := LoadApplication(path)
	require.NoError(t, err)
	require.Equal(t, c.list[0], back)
	require.NoError(t, c.plan.Save(path))
	plan, err := LoadPlan(path)
	require.NoError(t, err)
	require.Equal(t, c.plan, plan)
}

// A field that its founder did not sign is refused by its name. A value that two founders share is refused too.
func TestCollectRefuses(t *testing.T) {
	c := hold(t)
	mallory := newKey(t)
	for _, tc := range []struct {
		name     string
		malleate func(a *Application, other Application)
		sign     bool // the founder itself signs it again
		expErr   string
	}{
		{"another plan", func(a *Application, _ Application) { a.Plan = "00" }, true, "made for another plan"},
		{"no founder", func(a *Application, _ Application) { a.Organisation = "delta" }, true, "one of the plan's founders"},
		{"a changed name", func(a *Application, _ Application) { a.Name = "Mallory Ltd" }, false, "operator: its proof does not verify"},
		{"another operator", func(a *Application, _ Application) { a.Operator = accountOf(mallory) }, false, "operator: its proof does not verify"},
		{"another's address", func(a *Application, other Application) { a.Operator.Address = other.Operator.Address }, true, "is not that of its public key"},
		{"another's consensus key", func(a *Application, other Application) { a.Seat.Consensus = other.Seat.Consensus }, true, "seat.consensus_public_key: its proof"},
		{"another's beacon key", func(a *Application, other Application) { a.Seat.Beacon = other.Seat.Beacon }, true, "seat.beacon_possession"},
		{"another's beacon key with its proof", func(a *Application, other Application) {
			a.Seat.Beacon, a.Seat.Possession = other.Seat.Beacon, other.Seat.Possession
		}, true, "beacon key"},
		{"no court key", func(a *Application, _ Application) { a.Court = Account{} }, true, "court.public_key: 0 bytes, expected 33"},
		{"another's court key", func(a *Application, other Application) { a.Court = other.Court }, true, "court: its proof does not verify"},
		{"no proof of the court key", func(a *Application, _ Application) { a.Proofs.Court = nil }, false, "court: its proof does not verify"},
		{"the operator in the court", func(a *Application, _ Application) { a.Court = a.Operator }, true, "court.address"},
		{"a member in the court", func(a *Application, _ Application) { a.Court = a.Accounts[0] }, true, "court.address"},
		{"a worker in the court", func(a *Application, _ Application) { a.Court = a.Workers[0].Account }, true, "court.address"},
		{"another's node", func(a *Application, other Application) { a.Node.Key = other.Node.Key }, true, "node.public_key: its proof"},
		{"another's account", func(a *Application, other Application) { a.Accounts[0] = other.Operator }, true, "accounts[0]: its proof"},
		{"an account without proof", func(a *Application, _ Application) { a.Accounts = append(a.Accounts, accountOf(mallory)) }, true, "proofs.accounts: 1"},
		{"another's worker", func(a *Application, other Application) { a.Workers[0].Account = other.Workers[0].Account }, true, "workers[0]: its proof"},
		{"a worker that is the operator", func(a *Application, _ Application) { a.Workers[0].Account = a.Operator }, true, "expected a key of its own"},
		{"a worker of no slots", func(a *Application, _ Application) { a.Workers[0].Slots = 0 }, true, "workers[0].slots"},
		{"a worker nowhere", func(a *Application, _ Application) { a.Workers[0].Endpoint = "ftp://x" }, true, "workers[0].endpoint"},
		{"a node everywhere", func(a *Application, _ Application) { a.Node.Address = "0.0.0.0:26656" }, true, "every address of a machine"},
		{"a node without a port", func(a *Application, _ Application) { a.Node.Address = "val.example" }, true, "node.address"},
		{"another's peers' address", func(a *Application, other Application) { a.Node.Address = other.Node.Address }, true, "peers' address"},
		{"an endpoint that is none", func(a *Application, _ Application) { a.Endpoints.Store = "store" }, true, "endpoints.store"},
		{"no role", func(a *Application, _ Application) { a.Roles = []string{"king"} }, true, "roles[0]"},
		{"another format", func(a *Application, _ Application) { a.Format = 2 }, true, "format 2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			list := slices.Clone(c.list)
			a := list[0]
			a.Accounts, a.Roles = slices.Clone(a.Accounts), slices.Clone(a.Roles)
			a.Workers = slices.Clone(a.Workers)
			tc.malleate(&a, list[1])
			if tc.sign {
				require.NoError(t, a.Sign(c.signers[0]))
			}
			if tc.name == "an account without proof" {
				require.Len(t, a.Proofs.Accounts, 1)
			}
			list[0] = a
			_, err := c.collect(list)
			require.ErrorContains(t, err, tc.expErr)
		})
	}
	_, err := c.collect(c.list[:2])
	require.ErrorContains(t, err, "no application of birch")
	_, err = c.collect(append(slices.Clone(c.list), c.list[0]))
	require.ErrorContains(t, err, "organisation cedar is there already")
	c.plan.Pool = nil
	_, err = c.collect(c.list)
	require.ErrorContains(t, err, "made for another plan, or the plan was changed")
}

// A court key's proof is for one chain, one organisation and one set of keys. A founder reuses its own proof for another chain, and is
// refused.
func TestProofsOfAnotherChain(t *testing.T) {
	c := hold(t)
	elsewhere := c.plan
	elsewhere.ChainID = "birch-1"
	a := c.list[0]
	a.Plan = elsewhere.Hash()
	require.NoError(t, a.Sign(c.signers[0]))
	require.NoError(t, a.Validate(elsewhere))
	require.ErrorContains(t, a.Validate(c.plan), "made for another plan")
	for field, take := range map[string]func(into, from *Proofs){
		"operator":                  func(into, from *Proofs) { into.Operator = from.Operator },
		"court":                     func(into, from *Proofs) { into.Court = from.Court },
		"seat.consensus_public_key": func(into, from *Proofs) { into.Consensus = from.Consensus },
		"node.public_key":           func(into, from *Proofs) { into.Node = from.Node },
		"accounts[0]":               func(into, from *Proofs) { into.Accounts = from.Accounts },
		"workers[0]":                func(into, from *Proofs) { into.Workers = from.Workers },
	} {
		here := c.list[0]
		require.NoError(t, here.Validate(c.plan))
		take(&here.Proofs, &a.Proofs)
		require.ErrorContains(t, here.Validate(c.plan), field+": its proof does not verify")
	}
}

// One person holds the keys of two founders and can sign for both. An account that is in both applications is still refused.
func TestNoCourtAccountOfTwo(t *testing.T) {
	c := hold(t)
	for what, other := range map[string]struct {
		account Account
		signer  Signer
	}{
		"court": {c.list[1].Court, c.signers[1].Court}, "operator": {c.list[1].Operator, c.signers[1].Operator},
		"member": {c.list[1].Accounts[0], c.signers[1].Accounts[0]},
	} {
		list, signers := slices.Clone(c.list), c.signers[0]
		list[0].Court, signers.Court = other.account, other.signer
		require.NoError(t, list[0].Sign(signers))
		require.NoError(t, list[0].Validate(c.plan))
		_, err := c.collect(list)
		require.ErrorContains(t, err, "account "+other.account.Address+" is there already", what)
	}
}

// The court's account exists, so that its answers can be sent. It belongs to no organisation.
func TestSeatsHaveCourtAccounts(t *testing.T) {
	c := hold(t)
	made, err := c.collect(c.list)
	require.NoError(t, err)
	var doc struct {
		State map[string]json.RawMessage `json:"app_state"`
	}
	require.NoError(t, json.Unmarshal(made.Genesis, &doc))
	var seats poatypes.GenesisState
	var orgs orgstypes.GenesisState
	var bank banktypes.GenesisState
	var auth authtypes.GenesisState
	cdc := c.app.Encoding.Codec
	require.NoError(t, cdc.UnmarshalJSON(doc.State[poatypes.ModuleName], &seats))
	require.NoError(t, cdc.UnmarshalJSON(doc.State[orgstypes.ModuleName], &orgs))
	require.NoError(t, cdc.UnmarshalJSON(doc.State[banktypes.ModuleName], &bank))
	require.NoError(t, cdc.UnmarshalJSON(doc.State[authtypes.ModuleName], &auth))
	accounts, err := authtypes.UnpackAccounts(auth.Accounts)
	require.NoError(t, err)
	require.Len(t, seats.Seats, len(c.list))
	for i, a := range made.Founders {
		require.Equal(t, a.Court.Address, seats.Seats[i].Court)
		require.NotContains(t, orgs.Organisations[i].Members, a.Court.Address)
		require.Len(t, orgs.Organisations[i].Members, 3)
		require.True(t, slices.ContainsFunc(bank.Balances, func(b banktypes.Balance) bool {
			return b.Address == a.Court.Address && b.Coins.Equal(newCoins(1))
		}))
		require.True(t, slices.ContainsFunc(accounts, func(x authtypes.GenesisAccount) bool { return x.GetAddress().String() == a.Court.Address }))
	}
}

func TestPlanRefuses(t *testing.T) {
	for name, change := range map[string]func(*Plan){
		"chain_id":       func(p *Plan) { p.ChainID = "a b" },
		"founders[1]":    func(p *Plan) { p.Founders = []string{"amber", "amber"} },
		"founders[0]":    func(p *Plan) { p.Founders = []string{"../x"} },
		"founders: 0":    func(p *Plan) { p.Founders = nil },
		"voting_period":  func(p *Plan) { p.ExpeditedVotingPeriod = p.VotingPeriod },
		"operator_funds": func(p *Plan) { p.OperatorFunds = 0 },
		"funds of":       func(p *Plan) { p.WorkerBond = maxFunds + 1 },
		"genesis_time":   func(p *Plan) { p.GenesisTime = time.Time{} },
		"format":         func(p *Plan) { p.Format = 0 },
	} {
		p := DefaultPlan("amber-1", time.Now())
		p.Founders = []string{"amber"}
		require.NoError(t, p.Validate())
		change(&p)
		require.ErrorContains(t, p.Validate(), name)
	}
	path := filepath.Join(t.TempDir(), "plan.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"format":1,"surprise":1}`), 0o600))
	_, err := LoadPlan(path)
	require.ErrorContains(t, err, "surprise")
}
