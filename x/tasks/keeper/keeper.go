// Package keeper runs the life of every task: it carries out, against the store and the other modules, what package
// poco decides.
package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/tasks/types"
)

// rememberedTasks is the number of records of tasks that are kept decoded in memory; large records are not. The check of an answer, the
// proposal, the vote and the handler read the same record (docs/adr/0096-tasks-are-kept-decoded.md).
const rememberedTasks = 2048

// Keeper of the module's state.
type Keeper struct {
	addresses types.AddressCodec
	authority string

	workers   types.WorkersKeeper
	deals     types.DealsKeeper
	apps      types.AppsKeeper
	beacon    types.BeaconKeeper
	seats     types.SeatsKeeper
	verifiers types.VerifiersKeeper
	enclaves  types.EnclavesKeeper

	accounts types.AccountKeeper
	purse    purse.Purse

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Tasks: id -> task. What was read shares its lists and pointers with all who read the same bytes: they are replaced, never changed
	// in place and never appended to (slices.Clip).
	Tasks collections.Map[string, types.Task]
	// Assignments: (worker or court operator, task), while the task is open.
	Assignments collections.KeySet[collections.Pair[string, string]]
	// Queue: (queue, height, task). An entry is due once its height has come.
	Queue collections.KeySet[collections.Triple[uint32, uint64, string]]
	// Ledgers: key -> error debt.
	Ledgers collections.Map[string, types.Ledger]
	// Records: (ledger, turn) -> record, from the ledger's head on.
	Records collections.Map[collections.Pair[string, uint64], types.TurnRecord]
	// Spans: (ledger, level, index) -> sums over a span of turns.
	Spans collections.Map[collections.Triple[string, uint32, uint64], types.TurnSums]
	// Turns: task -> its place in the ledgers, until its charge is decided.
	Turns collections.Map[string, types.Turn]
	// Waiting: (ledger, turn) -> task, in draw order.
	Waiting collections.Map[collections.Pair[string, uint64], string]
	// WaitingCounts: ledger -> how many of its turns wait; 0 is not stored.
	WaitingCounts collections.Map[string, uint64]
	// LedgersToAsk: ledgers that are to be asked again about their waiting turns.
	LedgersToAsk collections.KeySet[string]
	// CourtSilences: organisation -> its seat's silences in court and its votes against two thirds.
	CourtSilences collections.Map[string, types.CourtSilence]
	// CourtLine: (round, height since which it waits, task); the tasks that wait for the court, in the order in which they are
	// called.
	CourtLine collections.KeySet[collections.Triple[uint64, uint64, string]]
	// CourtShares: (requesting organisation, round, task); the places of each requester in the court's line.
	CourtShares collections.KeySet[collections.Triple[string, uint64, string]]
	// Courts is how busy the court is. It is absent before the first court was called.
	Courts collections.Item[types.Courts]
	// AppConvictions: app -> the last convictions of workers that ran it.
	AppConvictions collections.Map[string, types.AppConvictions]
	// History: (worker or court operator, height at which the task was opened, task); kept after the task's end.
	History collections.KeySet[collections.Triple[string, uint64, string]]
	// States: (state and ending, height at which the task was opened, task).
	States collections.KeySet[collections.Triple[uint32, uint64, string]]
	// Planned: pool -> seats of tasks that are planned and not drawn yet. See planned.go.
	Planned collections.Map[string, uint64]
	// Answered: (task, who) -> an answer's part of the gas limit of its transaction, for the answers of this block. See
	// fullblocks.go.
	Answered collections.Map[collections.Pair[string, string], uint64]
	// AnswerTxs: hash of a transaction with answers -> its size in bytes, for the transactions of this block.
	AnswerTxs collections.Map[[]byte, uint64]
	// FullBlocks is how many blocks answers have filled. It is absent before the first.
	FullBlocks collections.Item[uint64]
	// Convicted: organisation -> height at which a court last found one of its workers wrong.
	Convicted collections.Map[string, int64]
	// AuditCounts: cause -> what courts found of accepted answers.
	AuditCounts collections.Map[uint32, types.AuditCount]
	// AuditBudget is the money, in ucred, that pays the courts which the chain itself calls.
	AuditBudget collections.Item[uint64]
	// Prunes: (height at which it became final, task). A task at the front is pruned once prune_blocks have passed.
	Prunes collections.KeySet[collections.Pair[int64, string]]
	// Pruned: id -> what is kept of a task that was pruned.
	Pruned collections.Map[string, types.PrunedTask]
	// Onchain: (task, digest of an answer) -> the file of the answer that is kept on chain.
	Onchain collections.Map[onchainKey, []byte]
}

// NewKeeper returns a keeper whose council is authority, an address in text.
func NewKeeper(
	cdc codec.BinaryCodec, service store.KVStoreService, addresses types.AddressCodec,
	workers types.WorkersKeeper, deals types.DealsKeeper, apps types.AppsKeeper,
	beacon types.BeaconKeeper, seats types.SeatsKeeper, verifiers types.VerifiersKeeper, enclaves types.EnclavesKeeper,
	accounts types.AccountKeeper, bank types.BankKeeper, authority string,
) Keeper {
	sb := collections.NewSchemaBuilder(service)
	byText := collections.PairKeyCodec(collections.StringKey, collections.Uint64Key)
	who := compact.Address(addresses)
	k := Keeper{
		addresses: addresses, authority: authority,
		workers: workers, deals: deals, apps: apps, beacon: beacon, seats: seats, verifiers: verifiers, enclaves: enclaves,
		accounts: accounts, purse: purse.New(sb, types.OwedKey, types.DepositsPrefix, types.ModuleName, accounts, bank),

		Params:         collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Tasks:          collections.NewMap(sb, types.TasksPrefix, "tasks", compact.ID, compact.Remembered[types.Task](cdc, addresses, rememberedTasks)),
		Assignments:    collections.NewKeySet(sb, types.AssignmentsPrefix, "assignments", collections.PairKeyCodec(who, compact.ID)),
		Queue:          collections.NewKeySet(sb, types.QueuePrefix, "queue", collections.TripleKeyCodec(collections.Uint32Key, collections.Uint64Key, compact.ID)),
		Ledgers:        collections.NewMap(sb, types.LedgersPrefix, "ledgers", collections.StringKey, codec.CollValue[types.Ledger](cdc)),
		Records:        collections.NewMap(sb, types.RecordsPrefix, "records", byText, codec.CollValue[types.TurnRecord](cdc)),
		Spans:          collections.NewMap(sb, types.SpansPrefix, "spans", collections.TripleKeyCodec(collections.StringKey, collections.Uint32Key, collections.Uint64Key), codec.CollValue[types.TurnSums](cdc)),
		Turns:          collections.NewMap(sb, types.TurnsPrefix, "turns", compact.ID, compact.Value[types.Turn](cdc, addresses)),
		Waiting:        collections.NewMap(sb, types.WaitingPrefix, "waiting", byText, compact.IDValue),
		WaitingCounts:  collections.NewMap(sb, types.WaitingCountsPrefix, "waiting_counts", collections.StringKey, collections.Uint64Value),
		LedgersToAsk:   collections.NewKeySet(sb, types.LedgersToAskPrefix, "ledgers_to_ask", collections.StringKey),
		CourtSilences:  collections.NewMap(sb, types.CourtSilencesPrefix, "court_silences", collections.StringKey, codec.CollValue[types.CourtSilence](cdc)),
		CourtLine:      collections.NewKeySet(sb, types.CourtLinePrefix, "court_line", collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, compact.ID)),
		CourtShares:    collections.NewKeySet(sb, types.CourtSharesPrefix, "court_shares", collections.TripleKeyCodec(collections.StringKey, collections.Uint64Key, compact.ID)),
		Courts:         collections.NewItem(sb, types.CourtsKey, "courts", codec.CollValue[types.Courts](cdc)),
		AppConvictions: collections.NewMap(sb, types.AppConvictionsPrefix, "app_convictions", collections.StringKey, codec.CollValue[types.AppConvictions](cdc)),
		History:        collections.NewKeySet(sb, types.HistoryPrefix, "history", collections.TripleKeyCodec(who, collections.Uint64Key, compact.ID)),
		States:         collections.NewKeySet(sb, types.StatesPrefix, "states", collections.TripleKeyCodec(collections.Uint32Key, collections.Uint64Key, compact.ID)),
		Planned:        collections.NewMap(sb, types.PlannedPrefix, "planned", collections.StringKey, collections.Uint64Value),
		Answered: collections.NewMap(sb, types.AnsweredPrefix, "answered",
			collections.PairKeyCodec(compact.ID, who), collections.Uint64Value),
		AnswerTxs:   collections.NewMap(sb, types.AnswerTxsPrefix, "answer_txs", collections.BytesKey, collections.Uint64Value),
		FullBlocks:  collections.NewItem(sb, types.FullBlocksKey, "full_blocks", collections.Uint64Value),
		Convicted:   collections.NewMap(sb, types.ConvictedPrefix, "convicted", collections.StringKey, collections.Int64Value),
		AuditCounts: collections.NewMap(sb, types.AuditCountsPrefix, "audit_counts", collections.Uint32Key, codec.CollValue[types.AuditCount](cdc)),
		Prunes:      collections.NewKeySet(sb, types.PrunesPrefix, "prunes", collections.PairKeyCodec(collections.Int64Key, compact.ID)),
		Pruned:      collections.NewMap(sb, types.PrunedPrefix, "pruned", compact.ID, compact.Value[types.PrunedTask](cdc, addresses)),
		AuditBudget: collections.NewItem(sb, types.AuditBudgetKey, "audit_budget", collections.Uint64Value),
		Onchain:     collections.NewMap(sb, types.OnchainPrefix, "onchain", collections.PairKeyCodec(compact.ID, collections.BytesKey), collections.BytesValue),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// GetAuthority returns the council's address in text.
func (k Keeper) GetAuthority() string { return k.authority }
