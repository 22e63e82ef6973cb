// Package app wires modules into the application. Nothing here decides anything.
package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cast"
	"google.golang.org/grpc/health"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	reflectionv1 "cosmossdk.io/api/cosmos/reflection/v1"
	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	runtimeservices "github.com/cosmos/cosmos-sdk/runtime/services"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
	"github.com/cosmos/cosmos-sdk/version"
	"github.com/cosmos/cosmos-sdk/x/auth"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	authzmodule "github.com/cosmos/cosmos-sdk/x/authz/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	feegrantmodule "github.com/cosmos/cosmos-sdk/x/feegrant/module"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	"github.com/cosmos/cosmos-sdk/x/upgrade"
	upgradekeeper "github.com/cosmos/cosmos-sdk/x/upgrade/keeper"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/app/watch"
	"github.com/credence-chain/credence/client/stream"
	"github.com/credence-chain/credence/x/apps"
	appskeeper "github.com/credence-chain/credence/x/apps/keeper"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/beacon"
	beaconkeeper "github.com/credence-chain/credence/x/beacon/keeper"
	"github.com/credence-chain/credence/x/beacon/proposal"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	"github.com/credence-chain/credence/x/deals"
	dealskeeper "github.com/credence-chain/credence/x/deals/keeper"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market"
	marketkeeper "github.com/credence-chain/credence/x/market/keeper"
	markettypes "github.com/credence-chain/credence/x/market/types"
	"github.com/credence-chain/credence/x/orgs"
	"github.com/credence-chain/credence/x/orgs/guard"
	orgskeeper "github.com/credence-chain/credence/x/orgs/keeper"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa"
	poakeeper "github.com/credence-chain/credence/x/poa/keeper"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	"github.com/credence-chain/credence/x/supply"
	supplykeeper "github.com/credence-chain/credence/x/supply/keeper"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
	"github.com/credence-chain/credence/x/tasks"
	taskskeeper "github.com/credence-chain/credence/x/tasks/keeper"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	"github.com/credence-chain/credence/x/vouchers"
	voucherskeeper "github.com/credence-chain/credence/x/vouchers/keeper"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	"github.com/credence-chain/credence/x/workers"
	workerskeeper "github.com/credence-chain/credence/x/workers/keeper"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Name names the application.
const Name = "credence"

// DefaultHome is where a node keeps its files: ~/.credence.
var DefaultHome = defaultHome()

func defaultHome() string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	return filepath.Join(home, ".credence")
}

// moduleAccounts holds coins for modules: name -> permissions.
func moduleAccounts() map[string][]string {
	return map[string][]string{
		authtypes.FeeCollectorName: nil,
		govtypes.ModuleName:        {authtypes.Burner},
		workerstypes.ModuleName:    {authtypes.Burner},
		supplytypes.ModuleName:     {authtypes.Minter, authtypes.Burner},
		voucherstypes.ModuleName:   nil,
		dealstypes.ModuleName:      nil,
		markettypes.ModuleName:     nil,
		taskstypes.ModuleName:      nil,
	}
}

// Options are what a node brings to the application besides its configuration.
type Options struct {
	// Signer signs beacon proofs; nil on a node that holds no seat.
	Signer beaconkeeper.Signer
	// Selector picks transactions for blocks; nil for the order of arrival. Tests set it.
	Selector proposal.Selector
	// Version is what the build knows of the state's layout; nil for that of this source. Rehearsals of upgrades set it.
	Version *upgrades.Version
	// Failed is told why a block can't be executed or committed, and the block's time, before the engine is: the node can't go on. May be nil.
	Failed func(cause error, block time.Time)
}

// App is the application.
type App struct {
	*baseapp.BaseApp

	Encoding encoding.Config

	waiting    *lanes
	watch      *watch.Watch                // nil on what is no node
	stream     atomic.Pointer[stream.Feed] // likewise; set while blocks are made
	health     atomic.Pointer[health.Server]
	version    upgrades.Version
	failed     func(cause error, block time.Time)
	executed   time.Time // of the block that is executed
	keys       map[string]*storetypes.KVStoreKey
	objectKeys map[string]*storetypes.ObjectStoreKey

	AccountKeeper   authkeeper.AccountKeeper
	BankKeeper      bankkeeper.BaseKeeper
	ConsensusKeeper consensuskeeper.Keeper
	GovKeeper       *govkeeper.Keeper
	UpgradeKeeper   *upgradekeeper.Keeper
	AuthzKeeper     authzkeeper.Keeper
	FeeGrantKeeper  feegrantkeeper.Keeper
	SupplyKeeper    supplykeeper.Keeper
	OrgsKeeper      orgskeeper.Keeper
	PoaKeeper       poakeeper.Keeper
	BeaconKeeper    beaconkeeper.Keeper
	AppsKeeper      appskeeper.Keeper
	WorkersKeeper   workerskeeper.Keeper
	VouchersKeeper  voucherskeeper.Keeper
	DealsKeeper     dealskeeper.Keeper
	MarketKeeper    marketkeeper.Keeper
	TasksKeeper     taskskeeper.Keeper

	ModuleManager *module.Manager
	BasicManager  module.BasicManager
	Guard         *guard.Guard
	configurator  module.Configurator
}

var _ servertypes.Application = (*App)(nil)

// New returns the application over db, loaded at its latest height when load is set. It panics when it is miswired.
func New(logger log.Logger, db dbm.DB, load bool, appOpts servertypes.AppOptions, opts Options, baseOpts ...func(*baseapp.BaseApp)) *App {
	enc := encoding.New()
	// Blocks are built from the consensus engine's mempool; of that the application keeps the lanes.
	waiting := newLanes(appOpts)
	baseOpts = append(baseOpts, baseapp.SetMempool(waiting))
	base := baseapp.NewBaseApp(Name, logger, db, enc.TxConfig.TxDecoder(), baseOpts...)
	base.SetVersion(version.Version)
	base.SetInterfaceRegistry(enc.InterfaceRegistry)
	base.SetTxEncoder(enc.TxConfig.TxEncoder())

	layout := upgrades.Current()
	if opts.Version != nil {
		layout = *opts.Version
	}
	a := &App{
		BaseApp:  base,
		Encoding: enc,
		waiting:  waiting,
		version:  layout,
		failed:   opts.Failed,
		keys: storetypes.NewKVStoreKeys(
			authtypes.StoreKey, banktypes.StoreKey, consensustypes.StoreKey, govtypes.StoreKey, upgradetypes.StoreKey,
			authzkeeper.StoreKey, feegrant.StoreKey,
			supplytypes.StoreKey, orgstypes.StoreKey, poatypes.StoreKey, beacontypes.StoreKey,
			appstypes.StoreKey, workerstypes.StoreKey, voucherstypes.StoreKey, dealstypes.StoreKey, markettypes.StoreKey, taskstypes.StoreKey,
		),
		objectKeys: storetypes.NewObjectStoreKeys(banktypes.ObjectStoreKey),
	}
	for _, name := range slices.Sorted(maps.Values(layout.Moved)) {
		a.keys[name] = storetypes.NewKVStoreKey(name)
	}
	a.makeKeepers(logger, appOpts)
	a.makeModules()
	a.registerServices()
	a.setUpgrades()
	a.SetStoreLoader(layout.Loader(db, enc.Codec))

	a.MountKVStores(a.keys)
	a.MountObjectStores(a.objectKeys)
	a.setHandlers(opts)
	if load {
		if err := a.LoadLatestVersion(); err != nil {
			panic(fmt.Errorf("load the application's state: %w", err))
		}
	}
	return a
}

// Authority is the council's account: x/gov, tallied by seats.
func Authority() string {
	text, err := encoding.Addresses().BytesToString(authtypes.NewModuleAddress(govtypes.ModuleName))
	if err != nil {
		panic(err)
	}
	return text
}

// service opens a store by its name.
func (a *App) service(name string) storeService { return runtime.NewKVStoreService(a.keys[name]) }

func (a *App) makeKeepers(logger log.Logger, appOpts servertypes.AppOptions) {
	cdc, addresses, authority := a.Encoding.Codec, encoding.Addresses(), Authority()
	service := func(module string) storeService { return a.service(a.version.StoreOf(module)) }

	a.ConsensusKeeper = consensuskeeper.NewKeeper(cdc, service(consensustypes.StoreKey), authority, runtime.EventService{})
	a.SetParamStore(a.ConsensusKeeper.ParamsStore)

	a.AccountKeeper = authkeeper.NewAccountKeeper(cdc, service(authtypes.StoreKey), authtypes.ProtoBaseAccount,
		moduleAccounts(), addresses, encoding.AddressPrefix, authority, authkeeper.WithUnorderedTransactions(true))
	a.BankKeeper = bankkeeper.NewBaseKeeper(cdc, service(banktypes.StoreKey), a.AccountKeeper, blockedAccounts(), authority, logger).
		WithObjStoreKey(a.objectKeys[banktypes.ObjectStoreKey])
	a.SupplyKeeper = supplykeeper.NewKeeper(cdc, service(supplytypes.StoreKey), addresses, a.AccountKeeper, a.BankKeeper)
	a.AuthzKeeper = authzkeeper.NewKeeper(service(authzkeeper.StoreKey), cdc, a.MsgServiceRouter(), a.AccountKeeper)
	a.FeeGrantKeeper = feegrantkeeper.NewKeeper(cdc, service(feegrant.StoreKey), a.AccountKeeper)

	a.OrgsKeeper = orgskeeper.NewKeeper(cdc, service(orgstypes.StoreKey), addresses, authority, reservedAccounts()...)
	a.PoaKeeper = poakeeper.NewKeeper(cdc, service(poatypes.StoreKey), addresses, a.AccountKeeper, a.BankKeeper, a.OrgsKeeper)
	a.BeaconKeeper = beaconkeeper.NewKeeper(cdc, service(beacontypes.StoreKey), a.PoaKeeper)
	a.AppsKeeper = appskeeper.NewKeeper(cdc, service(appstypes.StoreKey), addresses, a.OrgsKeeper, authority)
	a.WorkersKeeper = workerskeeper.NewKeeper(cdc, service(workerstypes.StoreKey), addresses, a.AccountKeeper,
		a.SupplyKeeper.CountAs(supplytypes.Slashed, a.BankKeeper), a.OrgsKeeper, authority)
	a.OrgsKeeper.SetHooks(a.PoaKeeper, a.WorkersKeeper)
	a.OrgsKeeper.SetTies(seatTies{a.PoaKeeper})
	a.VouchersKeeper = voucherskeeper.NewKeeper(cdc, service(voucherstypes.StoreKey), addresses, a.AccountKeeper, a.BankKeeper, authority)
	a.DealsKeeper = dealskeeper.NewKeeper(cdc, service(dealstypes.StoreKey), addresses, a.AccountKeeper, a.BankKeeper,
		a.VouchersKeeper, a.PoaKeeper, authority)
	a.MarketKeeper = marketkeeper.NewKeeper(cdc, service(markettypes.StoreKey), addresses, a.AccountKeeper, a.BankKeeper,
		a.OrgsKeeper, a.AppsKeeper, a.WorkersKeeper, a.VouchersKeeper, a.DealsKeeper, a.BeaconKeeper, a.PoaKeeper, authority)
	a.DealsKeeper.SetMarketHooks(a.MarketKeeper)
	a.TasksKeeper = taskskeeper.NewKeeper(cdc, service(taskstypes.StoreKey), addresses, a.WorkersKeeper, a.DealsKeeper,
		a.AppsKeeper, a.BeaconKeeper, a.PoaKeeper, a.AccountKeeper, a.BankKeeper, authority)
	a.DealsKeeper.SetTaskHooks(a.TasksKeeper)

	a.GovKeeper = govkeeper.NewKeeper(cdc, service(govtypes.StoreKey), a.AccountKeeper,
		a.SupplyKeeper.CountAs(supplytypes.Deposits, a.BankKeeper), noCommunityPool{},
		a.MsgServiceRouter(), govtypes.DefaultConfig(), authority, tallyBySeats(a.PoaKeeper))
	a.GovKeeper.SetHooks(councilHooks{poa: a.PoaKeeper})
	a.GovKeeper.SetLegacyRouter(govv1beta1.NewRouter())

	skip := map[int64]bool{}
	for _, h := range cast.ToIntSlice(appOpts.Get(server.FlagUnsafeSkipUpgrades)) {
		skip[int64(h)] = true
	}
	a.UpgradeKeeper = upgradekeeper.NewKeeper(skip, service(upgradetypes.StoreKey), cdc,
		cast.ToString(appOpts.Get(flags.FlagHome)), a.BaseApp, authority)
}

func blockedAccounts() map[string]bool {
	blocked := make(map[string]bool)
	for name := range moduleAccounts() {
		blocked[authtypes.NewModuleAddress(name).String()] = name != govtypes.ModuleName
	}
	return blocked
}

// reservedAccounts are the modules': nobody holds a key of them, so they belong to no organisation.
func reservedAccounts() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(moduleAccounts())) {
		out = append(out, authtypes.NewModuleAddress(name).String())
	}
	return out
}

func (a *App) makeModules() {
	cdc, registry, addresses := a.Encoding.Codec, a.Encoding.InterfaceRegistry, encoding.Addresses()
	a.ModuleManager = module.NewManager(
		auth.NewAppModule(cdc, a.AccountKeeper, nil),
		bank.NewAppModule(cdc, a.BankKeeper, a.AccountKeeper),
		consensus.NewAppModule(cdc, a.ConsensusKeeper),
		gov.NewAppModule(cdc, a.GovKeeper, a.AccountKeeper, a.BankKeeper),
		genutil.NewAppModule(a.AccountKeeper, nil, a, a.Encoding.TxConfig),
		upgrade.NewAppModule(a.UpgradeKeeper, addresses),
		authzmodule.NewAppModule(cdc, a.AuthzKeeper, a.AccountKeeper, a.BankKeeper, registry),
		feegrantmodule.NewAppModule(cdc, a.AccountKeeper, a.BankKeeper, a.FeeGrantKeeper, registry),
		supply.NewAppModule(a.SupplyKeeper),
		orgs.NewAppModule(a.OrgsKeeper, addresses),
		poa.NewAppModule(a.PoaKeeper, addresses),
		a.change(beacon.NewAppModule(a.BeaconKeeper)).(module.AppModule),
		apps.NewAppModule(a.AppsKeeper, addresses),
		workers.NewAppModule(a.WorkersKeeper, addresses),
		vouchers.NewAppModule(a.VouchersKeeper, addresses),
		deals.NewAppModule(a.DealsKeeper, addresses),
		market.NewAppModule(a.MarketKeeper, addresses),
		tasks.NewAppModule(a.TasksKeeper),
		unorderedModule{a.AccountKeeper},
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
		// Requests meet offers, their deals open tasks, and the tasks' first workers are drawn, all in one block.
		markettypes.ModuleName,
		dealstypes.ModuleName,
		taskstypes.ModuleName,
	)
	a.ModuleManager.SetOrderEndBlockers(
		govtypes.ModuleName,
		feegrant.ModuleName,
		markettypes.ModuleName,
		taskstypes.ModuleName,
		// After the tasks, whose courts may jail a seat.
		poatypes.ModuleName,
		beacontypes.ModuleName,
		// The bank folds the block's virtual sends, after everyone who makes them.
		banktypes.ModuleName,
		// The vouchers send on, by a plain send, what transactions have spent of coins that others have just added.
		voucherstypes.ModuleName,
	)
	genesis := []string{
		authtypes.ModuleName, unorderedName, banktypes.ModuleName, supplytypes.ModuleName, govtypes.ModuleName,
		orgstypes.ModuleName, poatypes.ModuleName, beacontypes.ModuleName,
		appstypes.ModuleName, workerstypes.ModuleName, voucherstypes.ModuleName, dealstypes.ModuleName, markettypes.ModuleName, taskstypes.ModuleName,
		genutiltypes.ModuleName, authz.ModuleName, feegrant.ModuleName, upgradetypes.ModuleName, consensustypes.ModuleName,
	}
	a.ModuleManager.SetOrderInitGenesis(genesis...)
	a.ModuleManager.SetOrderExportGenesis(genesis...)
}

func (a *App) registerServices() {
	registry := a.Encoding.InterfaceRegistry
	a.Guard = guard.New(a.MsgServiceRouter(), a.OrgsKeeper, newLimits(a.PoaKeeper), a.PoaKeeper, a.Encoding.Codec, registry, SDKRoles)
	a.configurator = module.NewConfigurator(a.Encoding.Codec, a.Guard, a.GRPCQueryRouter())
	if err := a.ModuleManager.RegisterServices(a.configurator); err != nil {
		panic(err)
	}
	autocliv1.RegisterQueryServer(a.GRPCQueryRouter(), runtimeservices.NewAutoCLIQueryService(a.modules()))
	reflection, err := runtimeservices.NewReflectionService()
	if err != nil {
		panic(err)
	}
	reflectionv1.RegisterReflectionServiceServer(a.GRPCQueryRouter(), reflection)
	if err := msgservice.ValidateProtoAnnotations(registry); err != nil {
		panic(err)
	}
}

func (a *App) setHandlers(opts Options) {
	anteHandler, err := ante.NewAnteHandler(ante.HandlerOptions{
		AccountKeeper:   a.AccountKeeper,
		BankKeeper:      a.BankKeeper,
		FeegrantKeeper:  a.FeeGrantKeeper,
		SignModeHandler: a.Encoding.TxConfig.SignModeHandler(),
		SigGasConsumer:  ante.DefaultSigVerificationGasConsumer,
	})
	if err != nil {
		panic(err)
	}
	urgent := answers{tasks: a.TasksKeeper, lanes: a.waiting, height: a.LastBlockHeight}
	a.SetAnteHandler(withGasShare(withPause(a.PoaKeeper, a.beginsWork, urgent.withAnswers(anteHandler))))
	a.waiting.height = a.LastBlockHeight
	a.SetPrepareCheckStater(func(sdk.Context) { a.waiting.forget() })

	blocks := proposal.New(a.BeaconKeeper, a.Encoding.TxConfig.TxDecoder(), opts.Signer, urgent, opts.Selector)
	a.SetPrepareProposal(a.prepareAfterUpgrade(blocks.Prepare))
	a.SetProcessProposal(a.processAfterUpgrade(blocks.Process))

	a.SetInitChainer(a.InitChainer)
	a.SetPreBlocker(a.PreBlocker)
	a.SetBeginBlocker(a.ModuleManager.BeginBlock)
	a.SetEndBlocker(a.ModuleManager.EndBlock)
}

// beginsWork says whether a message is refused while the chain is paused.
func (a *App) beginsWork(msg sdk.Msg) bool {
	return a.Guard.RefusedInPause(protoreflect.FullName(gogoproto.MessageName(msg)))
}

// InitChainer begins the chain from its genesis file.
func (a *App) InitChainer(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var state map[string]json.RawMessage
	if err := json.Unmarshal(req.AppStateBytes, &state); err != nil {
		return nil, fmt.Errorf("app_state of the genesis file: %w", err)
	}
	if err := a.UpgradeKeeper.SetModuleVersionMap(ctx, a.ModuleManager.GetVersionMap()); err != nil {
		return nil, err
	}
	return a.ModuleManager.InitGenesis(ctx, a.Encoding.Codec, state)
}

// PreBlocker carries out an upgrade that is due, for which x/upgrade is the first module, and then stores the block's seed, before
// anything of the block itself: also the seed is state that an upgrade may move.
func (a *App) PreBlocker(ctx sdk.Context, req *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
	a.waiting.included(req.Txs)
	res, err := a.ModuleManager.PreBlock(ctx)
	if err != nil {
		return nil, err
	}
	return res, a.BeaconKeeper.PreBlock(ctx, req.Txs, req.ProposerAddress)
}

// modules returns the modules by name, as the SDK's reflection wants them.
func (a *App) modules() map[string]any { return a.ModuleManager.Modules }

// AutoCLI describes the commands of every query and message.
func (a *App) AutoCLI() autocli.AppOptions {
	return autocli.AppOptions{
		Modules:               appModules(a.ModuleManager),
		ModuleOptions:         runtimeservices.ExtractAutoCLIOptions(a.modules()),
		AddressCodec:          encoding.Addresses(),
		ValidatorAddressCodec: addresscodec.NewBech32Codec(encoding.ValidatorPrefix),
		ConsensusAddressCodec: addresscodec.NewBech32Codec(encoding.ConsensusPrefix),
	}
}

// DefaultGenesis returns every module's default state.
func (a *App) DefaultGenesis() map[string]json.RawMessage {
	return a.BasicManager.DefaultGenesis(a.Encoding.Codec)
}

// StoreKey returns a module's store key; nil for an unknown name. For tests.
func (a *App) StoreKey(name string) *storetypes.KVStoreKey { return a.keys[name] }

// RegisterAPIRoutes serves REST.
func (a *App) RegisterAPIRoutes(srv *api.Server, cfg config.APIConfig) {
	ctx := srv.ClientCtx
	authtx.RegisterGRPCGatewayRoutes(ctx, srv.GRPCGatewayRouter)
	cmtservice.RegisterGRPCGatewayRoutes(ctx, srv.GRPCGatewayRouter)
	nodeservice.RegisterGRPCGatewayRoutes(ctx, srv.GRPCGatewayRouter)
	a.BasicManager.RegisterGRPCGatewayRoutes(ctx, srv.GRPCGatewayRouter)
	if err := server.RegisterSwaggerAPI(ctx, srv.Router, cfg.Swagger); err != nil {
		panic(err)
	}
}

// RegisterTxService serves queries about transactions.
func (a *App) RegisterTxService(ctx client.Context) {
	authtx.RegisterTxService(a.GRPCQueryRouter(), ctx, a.Simulate, a.Encoding.InterfaceRegistry)
}

// RegisterTendermintService serves queries about blocks and validators.
func (a *App) RegisterTendermintService(ctx client.Context) {
	cmtservice.RegisterTendermintService(ctx, a.GRPCQueryRouter(), a.Encoding.InterfaceRegistry, server.NewCometABCIWrapper(a).Query)
	if ctx.Client != nil {
		a.streamFrom(ctx.Client)
	}
}

// RegisterNodeService serves queries about the node.
func (a *App) RegisterNodeService(ctx client.Context, cfg config.Config) {
	nodeservice.RegisterNodeService(ctx, a.GRPCQueryRouter(), cfg, func() int64 { return a.CommitMultiStore().EarliestVersion() })
}
