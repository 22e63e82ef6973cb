// Package nodes measures whole nodes: real processes with consensus, gossip, a disk and their indexers, as they are shipped. The load
// comes from the benchmark's process. docs/performance.md has the figures.
package nodes_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil/builds"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

const (
	organisations = 20
	perOrg        = 3
	crowdSlots    = 400
	crowdPool     = "crowd"
	chainID       = "credence-devnet"
	fund          = 1_000_000_000_000 // of every worker of the crowd, in ucred; its bond too
)

// binaries is the folder with the programs under test.
var binaries string

func TestMain(m *testing.M) {
	os.Exit(builds.Main(m, &binaries, "credenced", "credence-worker"))
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// network is a devnet whose default pool is the crowd's. The devnet's own two workers are stopped.
type network struct {
	*devnet.Network
	conn *client.Conn
	keys []client.Key // of the crowd
	app  string
}

// start starts a network of so many validators, and publishes the app that the crowd pretends to run.
func start(t testing.TB, ctx context.Context, validators int) *network {
	n := &network{}
	var err error
	n.Network, err = devnet.Start(devnet.Options{
		State: t.TempDir(), ChainID: chainID, Validators: validators, Workers: 2, EditGenesis: n.addCrowd,
		Credenced: filepath.Join(binaries, "credenced"), Worker: filepath.Join(binaries, "credence-worker"),
	})
	require.NoError(t, err)
	t.Cleanup(n.Stop)
	require.NoError(t, n.Ready(ctx))
	for _, w := range n.Info.Workers {
		p := n.Worker(w.Organisation)
		p.Expect()
		p.Kill()
	}
	n.conn, err = client.Dial(ctx, n.Info.GRPC[:1], n.Info.ChainID)
	require.NoError(t, err)
	t.Cleanup(func() { n.conn.Close() })

	provider, err := client.LoadKey(n.Info.Account("provider").KeyFile)
	require.NoError(t, err)
	from, err := client.NewSender(n.conn, provider, client.SenderOptions{})
	require.NoError(t, err)
	_, err = from.Do(ctx, &appstypes.MsgPublish{
		Owner: provider.Address(), Name: "paint", Version: "1.0", Description: "paints", Runtime: contract.RuntimeWasm,
		Digest: taskstypes.DigestText(sha256.Sum256([]byte("the module"))), Size_: 1_000, Price: 1, Locators: []string{"http://artifacts.example"},
	})
	require.NoError(t, err)
	n.app = n.Info.Account("provider").Organisation + "/paint:1.0"
	return n
}

// addCrowd adds the workers of the crowd, each organisation with its own owner, and their pool, and gives that the offers of the devnet's. It raises the parameters that
// bound what a block does, which a council raises where tasks wait, and sends no patrols, whose courts would run a program.
func (n *network) addCrowd(g devnet.Genesis) error {
	coins := sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, fund))
	account := func() (string, error) {
		key, err := client.GenerateKey()
		if err != nil {
			return "", err
		}
		raw, err := encoding.Addresses().StringToBytes(key.Address())
		if err != nil {
			return "", err
		}
		n.keys = append(n.keys, key)
		return key.Address(), genesis.AddAccount(g.State, g.Codec, raw, coins)
	}
	err := genesis.Edit(g.State, g.Codec, workerstypes.ModuleName, &workerstypes.GenesisState{}, func(s *workerstypes.GenesisState) error {
		pool := s.Pools[0]
		pool.Id, pool.Description = crowdPool, "workers that run nothing"
		s.Pools = append(s.Pools, pool)
		slices.SortFunc(s.Pools, func(a, b workerstypes.Pool) int { return strings.Compare(a.Id, b.Id) })
		s.Params.DefaultPool, s.Params.MaxSlots, s.Params.DuePerBlock = crowdPool, crowdSlots, 2_000
		return nil
	})
	for o := 0; o < organisations && err == nil; o++ {
		org := orgstypes.Organisation{Id: fmt.Sprintf("lab-%d", o), Roles: []orgstypes.Role{orgstypes.ROLE_WORKER}}
		org.Name = org.Id
		var who []string
		for range perOrg {
			address, err := account()
			if err != nil {
				return err
			}
			who = append(who, address)
		}
		org.Admins, org.Members = who[:1], who[1:]
		if err = genesis.AddOrganisation(g.State, g.Codec, org); err != nil {
			break
		}
		for _, address := range who {
			w := workerstypes.Worker{
				Address: address, Organisation: org.Id, Owner: who[0], Endpoint: "http://w.example", Slots: crowdSlots, Pools: []string{crowdPool}, Bonded: fund,
			}
			if err = genesis.AddWorker(g.State, g.Codec, w); err != nil {
				break
			}
		}
	}
	if err != nil {
		return err
	}
	return errors.Join(
		genesis.Edit(g.State, g.Codec, taskstypes.ModuleName, &taskstypes.GenesisState{}, func(s *taskstypes.GenesisState) error {
			s.Params.DuePerBlock, s.Params.PatrolPerMille = 5_000, 0
			return nil
		}),
		genesis.Edit(g.State, g.Codec, dealstypes.ModuleName, &dealstypes.GenesisState{}, func(s *dealstypes.GenesisState) error {
			s.Params.OpensPerBlock = 2_000
			return nil
		}),
		genesis.Edit(g.State, g.Codec, markettypes.ModuleName, &markettypes.GenesisState{}, func(s *markettypes.GenesisState) error {
			s.Params.MatchesPerBlock, s.Params.EndsPerBlock = 1_000, 2_000
			s.Arrivals = nil
			for i, record := range s.Orders { // nobody else offers, and the crowd takes whatever the devnet's pool would have
				terms := *record.Order.Pool
				terms.Pool = crowdPool
				record.Order.Pool = &terms
				record.Id = markettypes.FormatID(record.Order.ID(chainID))
				s.Orders[i], s.Arrivals = record, append(s.Arrivals, record.Id)
			}
			slices.SortFunc(s.Orders, func(a, b markettypes.OrderRecord) int { return strings.Compare(a.Id, b.Id) })
			slices.Sort(s.Arrivals)
			return nil
		}),
	)
}
