package app

import (
	"maps"
	"slices"

	"github.com/spf13/cast"

	"cosmossdk.io/core/store"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	upgradekeeper "github.com/cosmos/cosmos-sdk/x/upgrade/keeper"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app/encoding"
	appskeeper "github.com/credence-chain/credence/x/apps/keeper"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	beaconkeeper "github.com/credence-chain/credence/x/beacon/keeper"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	dealskeeper "github.com/credence-chain/credence/x/deals/keeper"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclaveskeeper "github.com/credence-chain/credence/x/enclaves/keeper"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	feedskeeper "github.com/credence-chain/credence/x/feeds/keeper"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
	marketkeeper "github.com/credence-chain/credence/x/market/keeper"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgskeeper "github.com/credence-chain/credence/x/orgs/keeper"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poakeeper "github.com/credence-chain/credence/x/poa/keeper"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	supplykeeper "github.com/credence-chain/credence/x/supply/keeper"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
	taskskeeper "github.com/credence-chain/credence/x/tasks/keeper"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	verifierskeeper "github.com/credence-chain/credence/x/verifiers/keeper"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
	voucherskeeper "github.com/credence-chain/credence/x/vouchers/keeper"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerskeeper "github.com/credence-chain/credence/x/workers/keeper"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// keepers are the modules' keepers.
//
// App holds the keepers behind an interface, and returns each through a function of its own, to save compile time. A keeper names
// the types of its module's stores, which are generic. A package that imports App compiles everything that App's type reaches. With
// the keepers as fields these are 14,000 functions, half a minute, for each package that has a test on a chain. With the functions
// a package compiles only the keepers that it uses.
type keepers struct {
	Account   authkeeper.AccountKeeper
	Bank      bankkeeper.BaseKeeper
	Consensus consensuskeeper.Keeper
	Gov       *govkeeper.Keeper
	Upgrade   *upgradekeeper.Keeper
	Authz     authzkeeper.Keeper
	FeeGrant  feegrantkeeper.Keeper
	Supply    supplykeeper.Keeper
	Orgs      orgskeeper.Keeper
	Poa       poakeeper.Keeper
	Beacon    beaconkeeper.Keeper
	Apps      appskeeper.Keeper
	Workers   workerskeeper.Keeper
	Vouchers  voucherskeeper.Keeper
	Deals     dealskeeper.Keeper
	Verifiers verifierskeeper.Keeper
	Enclaves  enclaveskeeper.Keeper
	Market    marketkeeper.Keeper
	Tasks     taskskeeper.Keeper
	Feeds     feedskeeper.Keeper
}

func keepersOf(a *App) *keepers { return a.keepers.(*keepers) }

// AccountKeeper returns the keeper of x/auth.
func AccountKeeper(a *App) authkeeper.AccountKeeper { return keepersOf(a).Account }

// BankKeeper returns the keeper of x/bank.
func BankKeeper(a *App) bankkeeper.BaseKeeper { return keepersOf(a).Bank }

// GovKeeper returns the keeper of x/gov, the council's proposals.
func GovKeeper(a *App) *govkeeper.Keeper { return keepersOf(a).Gov }

// UpgradeKeeper returns the keeper of x/upgrade.
func UpgradeKeeper(a *App) *upgradekeeper.Keeper { return keepersOf(a).Upgrade }

// SupplyKeeper returns the keeper of x/supply.
func SupplyKeeper(a *App) supplykeeper.Keeper { return keepersOf(a).Supply }

// OrgsKeeper returns the keeper of x/orgs.
func OrgsKeeper(a *App) orgskeeper.Keeper { return keepersOf(a).Orgs }

// PoaKeeper returns the keeper of x/poa.
func PoaKeeper(a *App) poakeeper.Keeper { return keepersOf(a).Poa }

// BeaconKeeper returns the keeper of x/beacon.
func BeaconKeeper(a *App) beaconkeeper.Keeper { return keepersOf(a).Beacon }

// AppsKeeper returns the keeper of x/apps.
func AppsKeeper(a *App) appskeeper.Keeper { return keepersOf(a).Apps }

// WorkersKeeper returns the keeper of x/workers.
func WorkersKeeper(a *App) workerskeeper.Keeper { return keepersOf(a).Workers }

// VouchersKeeper returns the keeper of x/vouchers.
func VouchersKeeper(a *App) voucherskeeper.Keeper { return keepersOf(a).Vouchers }

// VerifiersKeeper returns the keeper of x/verifiers.
func VerifiersKeeper(a *App) verifierskeeper.Keeper { return keepersOf(a).Verifiers }

// EnclavesKeeper returns the keeper of x/enclaves.
func EnclavesKeeper(a *App) enclaveskeeper.Keeper { return keepersOf(a).Enclaves }

// DealsKeeper returns the keeper of x/deals.
func DealsKeeper(a *App) dealskeeper.Keeper { return keepersOf(a).Deals }

// MarketKeeper returns the keeper of x/market.
func MarketKeeper(a *App) marketkeeper.Keeper { return keepersOf(a).Market }

// TasksKeeper returns the keeper of x/tasks.
func TasksKeeper(a *App) taskskeeper.Keeper { return keepersOf(a).Tasks }

// FeedsKeeper returns the keeper of x/feeds.
func FeedsKeeper(a *App) feedskeeper.Keeper { return keepersOf(a).Feeds }

// moduleAccounts returns the accounts that hold coins for modules, and their permissions.
func moduleAccounts() map[string][]string {
	return map[string][]string{
		authtypes.FeeCollectorName: nil,
		govtypes.ModuleName:        {authtypes.Burner},
		workerstypes.ModuleName:    {authtypes.Burner},
		supplytypes.ModuleName:     {authtypes.Minter, authtypes.Burner},
		voucherstypes.ModuleName:   nil,
		dealstypes.ModuleName:      {authtypes.Burner},
		markettypes.ModuleName:     nil,
		taskstypes.ModuleName:      nil,
	}
}

type storeService = store.KVStoreService

func (a *App) makeKeepers(logger log.Logger, appOpts servertypes.AppOptions) {
	k := new(keepers)
	a.keepers = k
	cdc, addresses, authority := a.Encoding.Codec, encoding.Addresses(), Authority()
	service := func(module string) storeService { return a.storeOf(a.version.StoreOf(module)) }

	k.Consensus = consensuskeeper.NewKeeper(cdc, service(consensustypes.StoreKey), authority, runtime.EventService{})
	a.SetParamStore(k.Consensus.ParamsStore)

	k.Account = authkeeper.NewAccountKeeper(cdc, service(authtypes.StoreKey), authtypes.ProtoBaseAccount,
		moduleAccounts(), addresses, encoding.AddressPrefix, authority, authkeeper.WithUnorderedTransactions(true))
	k.Bank = bankkeeper.NewBaseKeeper(cdc, service(banktypes.StoreKey), k.Account, blockedAccounts(), authority, logger).
		WithObjStoreKey(a.objectKeys[banktypes.ObjectStoreKey])
	k.Supply = supplykeeper.NewKeeper(cdc, service(supplytypes.StoreKey), addresses, k.Account, k.Bank)
	k.Authz = authzkeeper.NewKeeper(service(authzkeeper.StoreKey), cdc, a.MsgServiceRouter(), k.Account)
	k.FeeGrant = feegrantkeeper.NewKeeper(cdc, service(feegrant.StoreKey), k.Account)

	k.Orgs = orgskeeper.NewKeeper(cdc, service(orgstypes.StoreKey), addresses, authority, reservedAccounts()...)
	k.Poa = poakeeper.NewKeeper(cdc, service(poatypes.StoreKey), addresses, k.Account, k.Bank, k.Orgs)
	k.Beacon = beaconkeeper.NewKeeper(cdc, service(beacontypes.StoreKey), k.Poa)
	k.Verifiers = verifierskeeper.NewKeeper(cdc, service(verifierstypes.StoreKey), addresses, k.Poa)
	k.Apps = appskeeper.NewKeeper(cdc, service(appstypes.StoreKey), addresses, k.Orgs, authority)
	k.Workers = workerskeeper.NewKeeper(cdc, service(workerstypes.StoreKey), addresses, k.Account,
		k.Supply.CountAs(supplytypes.Slashed, k.Bank), k.Orgs, authority)
	k.Enclaves = enclaveskeeper.NewKeeper(cdc, service(enclavestypes.StoreKey), addresses, k.Poa, k.Workers, k.Beacon)
	k.Orgs.SetHooks(k.Poa, k.Workers)
	k.Orgs.SetTies(seatTies{k.Poa})
	k.Vouchers = voucherskeeper.NewKeeper(cdc, service(voucherstypes.StoreKey), addresses, k.Account, k.Bank, authority)
	k.Deals = dealskeeper.NewKeeper(cdc, service(dealstypes.StoreKey), addresses, k.Account,
		k.Supply.CountAs(supplytypes.Premiums, k.Bank), k.Vouchers, k.Poa, authority)
	k.Market = marketkeeper.NewKeeper(cdc, service(markettypes.StoreKey), addresses, k.Account, k.Bank,
		k.Orgs, k.Apps, k.Workers, k.Vouchers, k.Deals, k.Beacon, k.Poa, k.Verifiers, k.Enclaves, authority)
	k.Deals.SetMarketHooks(k.Market)
	k.Tasks = taskskeeper.NewKeeper(cdc, service(taskstypes.StoreKey), addresses, k.Workers, k.Deals,
		k.Apps, k.Beacon, k.Poa, k.Verifiers, k.Enclaves, k.Account, k.Bank, authority)
	k.Deals.SetTaskHooks(k.Tasks)
	k.Feeds = feedskeeper.NewKeeper(cdc, service(feedstypes.StoreKey), addresses, k.Orgs)
	k.Deals.SetCallback(feedstypes.CallbackFamily, k.Feeds)

	k.Gov = govkeeper.NewKeeper(cdc, service(govtypes.StoreKey), k.Account,
		k.Supply.CountAs(supplytypes.Deposits, k.Bank), noCommunityPool{},
		a.MsgServiceRouter(), govtypes.DefaultConfig(), authority, tallyBySeats(k.Poa))
	k.Gov.SetHooks(councilHooks{poa: k.Poa})
	k.Gov.SetLegacyRouter(govv1beta1.NewRouter())

	skip := map[int64]bool{}
	for _, h := range cast.ToIntSlice(appOpts.Get(server.FlagUnsafeSkipUpgrades)) {
		skip[int64(h)] = true
	}
	k.Upgrade = upgradekeeper.NewKeeper(skip, service(upgradetypes.StoreKey), cdc,
		cast.ToString(appOpts.Get(flags.FlagHome)), a.BaseApp, authority)
}

func blockedAccounts() map[string]bool {
	blocked := make(map[string]bool)
	for name := range moduleAccounts() {
		blocked[authtypes.NewModuleAddress(name).String()] = name != govtypes.ModuleName
	}
	return blocked
}

// reservedAccounts returns the modules' accounts. Nobody holds a key of them, so they belong to no organisation.
func reservedAccounts() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(moduleAccounts())) {
		out = append(out, authtypes.NewModuleAddress(name).String())
	}
	return out
}
