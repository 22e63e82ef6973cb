package app

import (
	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzmodule "github.com/cosmos/cosmos-sdk/x/authz/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantmodule "github.com/cosmos/cosmos-sdk/x/feegrant/module"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	"github.com/cosmos/cosmos-sdk/x/upgrade"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/x/apps"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/beacon"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	"github.com/credence-chain/credence/x/deals"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/enclaves"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	"github.com/credence-chain/credence/x/feeds"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
	"github.com/credence-chain/credence/x/market"
	markettypes "github.com/credence-chain/credence/x/market/types"
	"github.com/credence-chain/credence/x/orgs"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	"github.com/credence-chain/credence/x/supply"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
	"github.com/credence-chain/credence/x/tasks"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	"github.com/credence-chain/credence/x/verifiers"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
	"github.com/credence-chain/credence/x/vouchers"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	"github.com/credence-chain/credence/x/workers"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func (a *App) makeModules() {
	k := keepersOf(a)
	cdc, registry, addresses := a.Encoding.Codec, a.Encoding.InterfaceRegistry, encoding.Addresses()
	a.ModuleManager = module.NewManager(
		auth.NewAppModule(cdc, k.Account, nil),
		bank.NewAppModule(cdc, k.Bank, k.Account),
		consensus.NewAppModule(cdc, k.Consensus),
		gov.NewAppModule(cdc, k.Gov, k.Account, k.Bank),
		genutil.NewAppModule(k.Account, nil, a, a.Encoding.TxConfig),
		upgrade.NewAppModule(k.Upgrade, addresses),
		authzmodule.NewAppModule(cdc, k.Authz, k.Account, k.Bank, registry),
		feegrantmodule.NewAppModule(cdc, k.Account, k.Bank, k.FeeGrant, registry),
		supply.NewAppModule(k.Supply),
		orgs.NewAppModule(k.Orgs, addresses),
		poa.NewAppModule(k.Poa, addresses),
		a.replaceModule(beacon.NewAppModule(k.Beacon)).(module.AppModule),
		verifiers.NewAppModule(k.Verifiers),
		apps.NewAppModule(k.Apps, addresses),
		workers.NewAppModule(k.Workers, addresses),
		enclaves.NewAppModule(k.Enclaves),
		vouchers.NewAppModule(k.Vouchers, addresses),
		deals.NewAppModule(k.Deals, addresses),
		market.NewAppModule(k.Market, addresses),
		tasks.NewAppModule(k.Tasks),
		feeds.NewAppModule(k.Feeds, addresses),
		unorderedModule{k.Account},
	)
	a.BasicManager = module.NewBasicManagerFromManager(a.ModuleManager, map[string]module.AppModuleBasic{
		genutiltypes.ModuleName: genutil.NewAppModuleBasic(genutiltypes.DefaultMessageValidator),
		govtypes.ModuleName:     gov.NewAppModuleBasic(nil),
	})

	a.ModuleManager.SetOrderPreBlockers(upgradetypes.ModuleName, authtypes.ModuleName)
	a.ModuleManager.SetOrderBeginBlockers(
		upgradetypes.ModuleName,
		authz.ModuleName,
		poatypes.ModuleName,
		beacontypes.ModuleName,
		workerstypes.ModuleName,
		voucherstypes.ModuleName,
		// Requests meet offers, the deals open tasks, and the first workers of the tasks are drawn, all in one block.
		markettypes.ModuleName,
		dealstypes.ModuleName,
		taskstypes.ModuleName,
	)
	a.ModuleManager.SetOrderEndBlockers(
		govtypes.ModuleName,
		feegrant.ModuleName,
		markettypes.ModuleName,
		taskstypes.ModuleName,
		feedstypes.ModuleName,
		// After the tasks, whose courts may jail a seat.
		poatypes.ModuleName,
		beacontypes.ModuleName,
		// The bank books the block's virtual sends, after all modules that make them.
		banktypes.ModuleName,
		// After the bank, which adds the coins of this block's virtual sends to the balance: only then can x/vouchers forward spent
		// coins by a plain send.
		voucherstypes.ModuleName,
	)
	genesis := []string{
		authtypes.ModuleName, unorderedName, banktypes.ModuleName, supplytypes.ModuleName, govtypes.ModuleName,
		orgstypes.ModuleName, poatypes.ModuleName, beacontypes.ModuleName,
		verifierstypes.ModuleName, appstypes.ModuleName, workerstypes.ModuleName, enclavestypes.ModuleName, voucherstypes.ModuleName, dealstypes.ModuleName, markettypes.ModuleName, taskstypes.ModuleName,
		feedstypes.ModuleName,
		genutiltypes.ModuleName, authz.ModuleName, feegrant.ModuleName, upgradetypes.ModuleName, consensustypes.ModuleName,
	}
	a.ModuleManager.SetOrderInitGenesis(genesis...)
	a.ModuleManager.SetOrderExportGenesis(genesis...)
}

// appModules returns the manager's modules as the type that commands are made from.
func appModules(m *module.Manager) map[string]appmodule.AppModule {
	out := make(map[string]appmodule.AppModule, len(m.Modules))
	for name, mod := range m.Modules {
		if am, ok := mod.(appmodule.AppModule); ok {
			out[name] = am
		}
	}
	return out
}
