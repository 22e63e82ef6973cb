// Package app wires modules into the application. It has no rules of its own.
package app

import (
	"crypto/sha256"
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
	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc/health"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	reflectionv1 "cosmossdk.io/api/cosmos/reflection/v1"
	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
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
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/client/stream"
	"github.com/credence-chain/credence/docs/openapi"
	"github.com/credence-chain/credence/internal/reasons"
	"github.com/credence-chain/credence/internal/recent"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	beaconkeeper "github.com/credence-chain/credence/x/beacon/keeper"
	"github.com/credence-chain/credence/x/beacon/proposal"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	"github.com/credence-chain/credence/x/orgs/guard"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
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

// Options are what a node gives the application besides its configuration.
type Options struct {
	// Signer signs beacon proofs; nil on a node that holds no seat.
	Signer beaconkeeper.Signer
	// Selector picks transactions for blocks; nil for the order of arrival. Tests set it.
	Selector proposal.Selector
	// Runner wraps what executes the transactions of blocks. May be nil. Tests set it.
	Runner func(sdk.TxRunner) sdk.TxRunner
	// Version lists the upgrades of the build and the layout of the state; nil means the version of this source. Rehearsals of
	// upgrades set it.
	Version *upgrades.Version
	// Failed is called before the engine learns that a block can't be executed or committed. It gets the reason and the block's
	// time. The node can't go on. May be nil.
	Failed func(cause error, block time.Time)
}

// App is the application.
type App struct {
	*baseapp.BaseApp

	Encoding encoding.Config

	waiting    *lanes
	passes     func(tx []byte) bool        // of a waiting transaction that nothing has changed for
	observer   observer                    // nil on what is no node
	stream     atomic.Pointer[stream.Feed] // likewise; set while blocks are made
	health     atomic.Pointer[health.Server]
	version    upgrades.Version
	failed     func(cause error, block time.Time)
	executed   time.Time    // of the block that is executed
	committed  atomic.Int64 // height of the last block; see noteHeight
	committing atomic.Bool  // while a block is committed, and committed is not its height yet
	keys       map[string]*storetypes.KVStoreKey
	objectKeys map[string]*storetypes.ObjectStoreKey

	// keepers are a *keepers. Only this file's package names that type: see keepersOf.
	keepers any

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
			supplytypes.StoreKey, verifierstypes.StoreKey, enclavestypes.StoreKey, orgstypes.StoreKey, poatypes.StoreKey, beacontypes.StoreKey,
			appstypes.StoreKey, workerstypes.StoreKey, voucherstypes.StoreKey, dealstypes.StoreKey, markettypes.StoreKey, taskstypes.StoreKey,
			feedstypes.StoreKey,
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
	a.SetStoreLoader(layout.NewLoader(db, enc.Codec))

	a.MountKVStores(a.keys)
	a.MountObjectStores(a.objectKeys)
	a.setHandlers(opts)
	a.setRunner(appOpts, opts.Runner)
	a.SetQueryMultiStore(&queryState{CommitMultiStore: a.CommitMultiStore(), app: a})
	if load {
		if err := a.LoadLatestVersion(); err != nil {
			panic(fmt.Errorf("load the application's state: %w", err))
		}
		a.noteHeight()
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

// storeOf opens a store by its name.
func (a *App) storeOf(name string) storeService { return runtime.NewKVStoreService(a.keys[name]) }

func (a *App) registerServices() {
	k := keepersOf(a)
	registry := a.Encoding.InterfaceRegistry
	a.Guard = guard.New(a.MsgServiceRouter(), k.Orgs, newLimits(k.Poa), k.Poa, a.Encoding.Codec, registry, SDKRoles)
	a.configurator = module.NewConfigurator(a.Encoding.Codec, withoutLegacy{a.Guard}, a.GRPCQueryRouter())
	if err := a.ModuleManager.RegisterServices(a.configurator); err != nil {
		panic(err)
	}
	autocliv1.RegisterQueryServer(a.GRPCQueryRouter(), runtimeservices.NewAutoCLIQueryService(a.listModules()))
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
	k := keepersOf(a)
	anteHandler, err := ante.NewAnteHandler(ante.HandlerOptions{
		AccountKeeper:   k.Account,
		BankKeeper:      k.Bank,
		FeegrantKeeper:  k.FeeGrant,
		SignModeHandler: a.Encoding.TxConfig.SignModeHandler(),
		SigGasConsumer:  ante.DefaultSigVerificationGasConsumer,
	})
	if err != nil {
		panic(err)
	}
	urgent := answers{tasks: k.Tasks, lanes: a.waiting, height: a.committed.Load}
	signed := signatures{accounts: k.Account, good: recent.New[[sha256.Size]byte, struct{}](rememberedSignatures)}
	again := &rechecks{lanes: a.waiting, answers: urgent, readRules: a.readCheckRules, bank: k.Bank, accounts: k.Account}
	a.passes = again.passes
	a.SetAnteHandler(again.withTerms(withGasShare(withPause(k.Poa, a.beginsWork, urgent.withAnswers(signed.withSignatures(anteHandler))))))
	a.waiting.height = a.committed.Load
	a.SetPrepareCheckStater(again.begin)

	blocks := proposal.New(k.Beacon, a.Encoding.TxConfig.TxDecoder(), opts.Signer, urgent, opts.Selector)
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
	if err := keepersOf(a).Upgrade.SetModuleVersionMap(ctx, a.ModuleManager.GetVersionMap()); err != nil {
		return nil, err
	}
	return a.ModuleManager.InitGenesis(ctx, a.Encoding.Codec, state)
}

// PreBlocker stores the block's seed before anything else in the block runs. If an upgrade is due, x/upgrade, which is the first
// module, carries it out before that, because the seed too is state that an upgrade may move.
func (a *App) PreBlocker(ctx sdk.Context, req *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
	a.waiting.removeIncluded(req.Txs)
	res, err := a.ModuleManager.PreBlock(ctx)
	if err != nil {
		return nil, err
	}
	return res, keepersOf(a).Beacon.PreBlock(ctx, req.Txs, req.ProposerAddress)
}

// listModules returns the modules by name, in the form that the SDK's reflection needs.
func (a *App) listModules() map[string]any { return a.ModuleManager.Modules }

// AutoCLI describes the commands of every query and message.
func (a *App) AutoCLI() autocli.AppOptions {
	return autocli.AppOptions{
		Modules:               appModules(a.ModuleManager),
		ModuleOptions:         runtimeservices.ExtractAutoCLIOptions(a.listModules()),
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

// RegisterAPIRoutes serves REST, and its description.
func (a *App) RegisterAPIRoutes(srv *api.Server, cfg config.APIConfig) {
	ctx := srv.ClientCtx
	authtx.RegisterGRPCGatewayRoutes(ctx, srv.GRPCGatewayRouter)
	cmtservice.RegisterGRPCGatewayRoutes(ctx, srv.GRPCGatewayRouter)
	nodeservice.RegisterGRPCGatewayRoutes(ctx, srv.GRPCGatewayRouter)
	a.BasicManager.RegisterGRPCGatewayRoutes(ctx, srv.GRPCGatewayRouter)
	gwruntime.WithProtoErrorHandler(reasons.ServeError)(srv.GRPCGatewayRouter)
	srv.Router.Path(openapi.DocumentPath).Handler(openapi.Handler())
	srv.Router.PathPrefix(openapi.PagePath).Handler(openapi.Handler())
	if err := server.RegisterSwaggerAPI(ctx, srv.Router, cfg.Swagger); err != nil {
		panic(err)
	}
}

// RegisterTxService serves queries about transactions.
func (a *App) RegisterTxService(ctx client.Context) {
	authtx.RegisterTxService(a.GRPCQueryRouter(), ctx, a.simulateNamed, a.Encoding.InterfaceRegistry)
}

// simulateNamed simulates a transaction. The text of its error identifies the error, because the SDK's service keeps only the text.
func (a *App) simulateNamed(tx []byte) (sdk.GasInfo, *sdk.Result, error) {
	gas, res, err := a.Simulate(tx)
	return gas, res, reasons.AddCode(err)
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
