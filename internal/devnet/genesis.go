package devnet

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/poco/contract"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Codec reads and writes the chain's types.
type Codec = codec.Codec

// The money of a devnet, in ucred.
const (
	// Funds is what every account has: 100,000 CRED.
	Funds = 100_000_000_000
	// Price of a right replica in the standing offer: 0.05 CRED.
	Price = 50_000
	// Stake locked for each assignment: 10 CRED. By the stake inequality it carries a value at risk of 50 CRED with two
	// replicas of seven organisations, and any with three.
	Stake = 10_000_000
	// Bond of every worker: 5,000 CRED.
	Bond = 5_000_000_000
	// Slots of every worker.
	Slots = 4
	// MaxFuel of the standing offer.
	MaxFuel = 1_000_000_000_000
)

// genesisState is the state of a new chain: organisations, seats, accounts, a pool with registered workers and a
// standing offer.
func genesisState(o Options, info *Info, seats []poatypes.Seat) (json.RawMessage, error) {
	a := app.New(log.NewNopLogger(), dbm.NewMemDB(), false, noOptions{}, app.Options{})
	cdc := a.Encoding.Codec
	g := genesis.State(a.DefaultGenesis())
	b := builder{g: g, cdc: cdc}

	b.keepError(genesis.SetDefaults(g, cdc))
	for _, v := range info.Validators {
		b.addAccount(v.Operator)
		b.addOrganisation(v.Name, "Validator "+v.Name, orgstypes.ROLE_VALIDATOR, v.Operator)
	}
	for _, acc := range info.Accounts {
		b.addAccount(acc.Address)
	}
	for _, w := range info.AllWorkers() {
		b.addAccount(w.Address)
	}
	for _, w := range info.Workers {
		members := []string{w.Address}
		if beside := info.ContainerWorker(w.Organisation); beside != nil {
			members = append(members, beside.Address)
		}
		b.addOrganisation(w.Organisation, "Worker organisation "+w.Organisation, orgstypes.ROLE_WORKER, w.Owner, members...)
	}
	b.addOrganisation(requesterOrg, "The laboratory that asks", orgstypes.ROLE_REQUESTER, info.Account(requesterName).Address)
	b.addOrganisation(providerOrg, "The studio that publishes apps", orgstypes.ROLE_PROVIDER, info.Account(providerName).Address)
	b.addOrganisation(operatorOrg, "The exchange that runs the pool", orgstypes.ROLE_POOL_OPERATOR, info.Account(operatorName).Address)
	for _, s := range seats {
		b.keepError(genesis.AddSeat(g, cdc, s))
	}
	b.addWorkers(o, info)
	b.addOrders(o, info)
	b.takeSoftwareEnclaves(o)
	b.keepError(genesis.Edit(g, cdc, govtypes.ModuleName, &govv1.GenesisState{}, func(s *govv1.GenesisState) error {
		period, expedited := 30*time.Second, 15*time.Second
		s.Params.VotingPeriod, s.Params.ExpeditedVotingPeriod = &period, &expedited
		return nil
	}))
	if b.err == nil && o.EditGenesis != nil {
		b.keepError(o.EditGenesis(Genesis{State: g, Codec: cdc}))
	}
	if b.err != nil {
		return nil, fmt.Errorf("genesis: %w", b.err)
	}
	return json.Marshal(g)
}

// builder keeps the first error.
type builder struct {
	g   genesis.State
	cdc codec.Codec
	err error
}

func (b *builder) keepError(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *builder) addAccount(address string) {
	raw, err := encoding.Addresses().StringToBytes(address)
	b.keepError(err)
	if b.err == nil {
		b.keepError(genesis.AddAccount(b.g, b.cdc, raw, sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, Funds))))
	}
}

func (b *builder) addOrganisation(id, name string, role orgstypes.Role, admin string, members ...string) {
	if b.err == nil {
		b.keepError(genesis.AddOrganisation(b.g, b.cdc, orgstypes.Organisation{
			Id: id, Name: name, Admins: []string{admin}, Members: members, Roles: []orgstypes.Role{role},
		}))
	}
}

// addWorkers opens the pools, registers everybody in one of them, and puts their stake into the module's account.
func (b *builder) addWorkers(o Options, info *Info) {
	if b.err != nil {
		return
	}
	b.keepError(genesis.Edit(b.g, b.cdc, workerstypes.ModuleName, &workerstypes.GenesisState{}, func(s *workerstypes.GenesisState) error {
		s.Params.CoolingBlocks, s.Params.ForgivenessBlocks = o.Cooling, o.Forgiveness
		s.Params.UnbondingBlocks = 600
		s.Params.DefaultPool = PoolName
		s.Pools = []workerstypes.Pool{{
			Id: PoolName, Operator: operatorOrg, Runtime: contract.RuntimeWasm, Stake: Stake, Description: "Every worker of the devnet",
		}}
		register := func(pool string, workers []WorkerInfo) {
			for _, w := range workers {
				s.Workers = append(s.Workers, workerstypes.Worker{
					Address: w.Address, Organisation: w.Organisation, Owner: w.Owner, Endpoint: w.Endpoint,
					Slots: Slots, Pools: []string{pool}, Bonded: Bond,
				})
			}
		}
		register(PoolName, info.Workers)
		if info.Containers != nil {
			s.Pools = append(s.Pools, workerstypes.Pool{
				Id: ContainerPoolName, Operator: operatorOrg, Runtime: contract.RuntimeOCI, Stake: Stake, Description: "Those that run containers",
			})
			slices.SortFunc(s.Pools, func(a, b workerstypes.Pool) int { return strings.Compare(a.Id, b.Id) })
			register(ContainerPoolName, info.Containers.Workers)
		}
		slices.SortFunc(s.Workers, func(a, b workerstypes.Worker) int { return strings.Compare(a.Address, b.Address) })
		return nil
	}))
	if b.err == nil {
		held := sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, Bond*int64(len(info.AllWorkers()))))
		b.keepError(genesis.Hold(b.g, b.cdc, workerstypes.ModuleName, held))
	}
}

// takeSoftwareEnclaves lets workers show answers by the software platform, and lists what they say that they were started from for the
// programs of modules. A chain of another id takes neither.
func (b *builder) takeSoftwareEnclaves(o Options) {
	if b.err != nil || !verifierstypes.IsDevelopmentChain(o.ChainID) {
		return
	}
	value := attester.DefaultMeasurement()
	m, err := enclavestypes.NewMeasurement(enclavestypes.PLATFORM_SOFTWARE, value[:])
	b.keepError(err)
	b.keepError(genesis.Edit(b.g, b.cdc, enclavestypes.ModuleName, &enclavestypes.GenesisState{}, func(s *enclavestypes.GenesisState) error {
		s.Params.Software = true
		s.Measurements = []enclavestypes.Measurement{m}
		s.Images = []enclavestypes.Image{{Runtime: contract.RuntimeWasm, Measurement: m.Id, Description: "a worker on the software platform, which is no enclave"}}
		return nil
	}))
}

// addOrders places the pool's standing orders: one for each category of iExec's and one for jobs with limits of their own.
func (b *builder) addOrders(o Options, info *Info) {
	if b.err != nil {
		return
	}
	owner := info.Account(operatorName).Address
	b.keepError(genesis.Edit(b.g, b.cdc, markettypes.ModuleName, &markettypes.GenesisState{}, func(s *markettypes.GenesisState) error {
		// Half-second blocks on a machine that everybody shares: twice the usual base of a window, in which several workers
		// compile and run at once. Windows that all answer in close early; a silent worker costs a whole one, hence the quick
		// pace of fuel.
		s.Params.CommitBlocks = 240
		s.Params.FuelPerBlock = 250_000_000
		// A bag of more tasks than the few workers have room for waits its turn: of 50 that were submitted at once on a busy machine, with
		// the usual 60 blocks, 33 and 36 were refunded.
		s.Params.WaitBlocks = 600
		// Some two minutes with the window to commit: stakes come back while one looks on.
		s.Params.AuditBlocks = 20
		place := func(pool, category string) {
			order := markettypes.Order{Owner: owner, Nonce: uint64(len(s.Orders)) + 1, Pool: &markettypes.PoolOrder{
				Pool: pool, Price: Price, MaxFuel: MaxFuel, Stake: Stake, Category: category, Resources: genesis.ExecutorResources,
			}}
			id := markettypes.FormatID(order.ID(o.ChainID))
			s.Orders = append(s.Orders, markettypes.OrderRecord{
				Id: id, Order: order, Kind: markettypes.ORDER_KIND_POOL, Status: markettypes.ORDER_STATUS_RESTING, Organisation: operatorOrg,
			})
			s.Arrivals = append(s.Arrivals, id)
		}
		pools := []string{PoolName}
		if info.Containers != nil {
			pools = append(pools, ContainerPoolName)
		}
		for _, pool := range pools {
			for _, category := range []string{"", "xs", "s", "m", "l", "xl"} {
				place(pool, category)
			}
		}
		slices.SortFunc(s.Orders, func(a, b markettypes.OrderRecord) int { return strings.Compare(a.Id, b.Id) })
		slices.Sort(s.Arrivals)
		return nil
	}))
}

// noOptions configures an application that only describes itself.
type noOptions struct{}

func (noOptions) Get(string) any { return nil }
