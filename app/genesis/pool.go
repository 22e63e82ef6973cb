package genesis

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cosmos/cosmos-sdk/codec"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// The default terms of a public pool.
const (
	// PublicPoolID is its id.
	PublicPoolID = "public"
	// PublicStake is locked for each assignment, in ucred: 10 CRED.
	PublicStake = 10_000_000
	// PublicPrice is the price of a right replica, in ucred: 0.05 CRED.
	PublicPrice = 50_000
	// PublicMaxFuel is the largest fuel limit that the pool's offers accept.
	PublicMaxFuel = 1_000_000_000_000
)

// ExecutorResources are the resources that an executor gives one execution with its default settings: a core, the memory of a task that asks
// for none, and files as large as the chain's default parameters allow.
var ExecutorResources = appstypes.Resources{CpuMillis: 1_000, MemoryBytes: contract.DefaultMemoryBytes, DiskBytes: markettypes.DefaultParams().MaxOutputBytes}

// PublicPool is a pool of the council with a standing offer. It is open to everybody, and workers that name no pool join it. So a
// fresh network has a pool and a price, and needs no pool operator. The council keeps nothing of the price. It changes the terms by
// a proposal, after the same notice as any other pool's operator.
type PublicPool struct {
	// ID of the pool; PublicPoolID when empty.
	ID string
	// Stake in ucred locked for each assignment, and Price in ucred of a right replica.
	Stake, Price uint64
	// MaxFuel is the largest fuel limit that the pool accepts.
	MaxFuel uint64
	// Categories are the categories of requests that the pool accepts, besides requests without one. Each gets its own offer.
	Categories []string
}

// AddPublicPool opens the pool on a chain that will be named chainID. The council's account owns its offers.
func AddPublicPool(g State, cdc codec.JSONCodec, chainID string, p PublicPool) error {
	p.ID = cmp.Or(p.ID, PublicPoolID)
	council, err := encoding.Addresses().BytesToString(authtypes.NewModuleAddress(govtypes.ModuleName))
	if err != nil {
		return err
	}
	err = Edit(g, cdc, workerstypes.ModuleName, &workerstypes.GenesisState{}, func(s *workerstypes.GenesisState) error {
		pool := workerstypes.Pool{
			Id: p.ID, Runtime: contract.RuntimeWasm, Stake: p.Stake, Description: "Everybody's: the council's pool, open to all",
		}
		if err := pool.Terms().ValidateChange(workerstypes.PoolTerms{}, s.Params); err != nil {
			return err
		}
		s.Pools = append(s.Pools, pool)
		slices.SortFunc(s.Pools, func(a, b workerstypes.Pool) int { return strings.Compare(a.Id, b.Id) })
		s.Params.DefaultPool = p.ID
		return s.Validate(encoding.Addresses())
	})
	if err != nil {
		return err
	}
	return Edit(g, cdc, markettypes.ModuleName, &markettypes.GenesisState{}, func(s *markettypes.GenesisState) error {
		nonce := uint64(0)
		for _, r := range s.Orders {
			if r.Order.Owner == council {
				nonce = max(nonce, r.Order.Nonce)
			}
		}
		for _, category := range append([]string{""}, p.Categories...) {
			if category != "" && !slices.ContainsFunc(s.Categories, func(c markettypes.Category) bool { return c.Id == category }) {
				return markettypes.ErrCategory.Wrapf("category: got %q, expected one of this genesis", category)
			}
			nonce++
			order := markettypes.Order{Owner: council, Nonce: nonce, Pool: &markettypes.PoolOrder{
				Pool: p.ID, Price: p.Price, MaxFuel: p.MaxFuel, Stake: p.Stake, Category: category,
				Resources: ExecutorResources,
			}}.Normal()
			id := markettypes.FormatID(order.ID(chainID))
			s.Orders = append(s.Orders, markettypes.OrderRecord{
				Id: id, Order: order, Kind: markettypes.ORDER_KIND_POOL, Status: markettypes.ORDER_STATUS_RESTING,
			})
			s.Arrivals = append(s.Arrivals, id)
		}
		slices.SortFunc(s.Orders, func(a, b markettypes.OrderRecord) int { return strings.Compare(a.Id, b.Id) })
		slices.Sort(s.Arrivals)
		return s.Validate(encoding.Addresses())
	})
}
