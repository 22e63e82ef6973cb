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

// Codec encodes and decodes the chain's types.
type Codec = codec.Codec

// The money of a devnet, in ucred.
const (
	// Funds is the balance of every account: 100,000 CRED.
	Funds = 100_000_000_000
	// Price of a right replica in the standing offer: 0.05 CRED.
	Price = 50_000
	// Stake that is locked for each assignment: 10 CRED. By the stake inequality, with seven organisations, it is enough for a value at
	// risk of 50 CRED with two replicas, and for any value with three.
	Stake = 10_000_000
	// Bond of every worker: 5,000 CRED.
	Bond = 5_000_000_000
	// Slots is the number of slots of every worker, unless Options say another.
	Slots = 4
	// MaxFuel of the standing offer.
	MaxFuel = 1_000_000_000_000
)

// genesisState returns the state of a new chain: organisations, seats, accounts, and a pool with registered workers and a standing offer.
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

// builder changes a genesis state in steps. It keeps the first error, after which the steps do nothing.
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

// addWorkers opens the pools, registers each worker in one of them, and puts their stakes into the module's account.
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
					Slots: uint32(o.Slots), Pools: []string{pool}, Bonded: Bond,
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

// takeSoftwareEnclaves allows the software platform for evidence, and lists the measurement that its workers report. Only a development
// chain, by its id, allows that platform.
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

// addOrders places the pool's standing orders: one for each of iExec's categories, and one for jobs with limits of their own.
func (b *builder) addOrders(o Options, info *Info) {
	if b.err != nil {
		return
	}
	owner := info.Account(operatorName).Address
	b.keepError(genesis.Edit(b.g, b.cdc, markettypes.ModuleName, &markettypes.GenesisState{}, func(s *markettypes.GenesisState) error {
		// Blocks take half a second, and all workers compile and run on one machine. So the base of a window is twice the usual one. A
		// window closes early if all answer, but a silent worker costs a whole window. So the part of a window for fuel is short.
		s.Params.CommitBlocks = 240
		s.Params.FuelPerBlock = 250_000_000
		// A bag with more tasks than the few workers can run at once has to wait. With the usual 60 blocks, on a busy machine, 33 and 36 of
		// 50 tasks that were submitted at once were refunded.
		s.Params.WaitBlocks = 600
		// With the window to commit this is about two minutes, so that a user can watch stakes come back.
		s.Params.AuditBlocks = 20
		place := func(pool, category string) {
			resources := genesis.ExecutorResources
			if pool == ContainerPoolName {
				resources.Gpus = uint32(len(info.Containers.GPUs))
			}
			order := markettypes.Order{Owner: owner, Nonce: uint64(len(s.Orders)) + 1, Pool: &markettypes.PoolOrder{
				Pool: pool, Price: Price, MaxFuel: MaxFuel, Stake: Stake, Category: category, Resources: resources,
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

// noOptions are the options of an application that is built only for its default genesis state.
type noOptions struct{}

func (noOptions) Get(string) any { return nil }
