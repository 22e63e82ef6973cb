package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module and its store.
	ModuleName = "tasks"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's store. Ids are 32 raw bytes and addresses 20. A ledger's key is text.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// TasksPrefix: task -> Task.
	TasksPrefix = collections.NewPrefix(1)
	// AssignmentsPrefix: (worker or court operator, task) while the task is open.
	AssignmentsPrefix = collections.NewPrefix(3)
	// QueuePrefix: (DueQueue, height, task); due when the height has come. A block reads each queue from its start, up to the
	// first later height.
	QueuePrefix = collections.NewPrefix(4)
	// LedgersPrefix: ledger -> Ledger.
	LedgersPrefix = collections.NewPrefix(5)
	// RecordsPrefix: (ledger, turn) -> TurnRecord, for turns at or after the ledger's head.
	RecordsPrefix = collections.NewPrefix(6)
	// SpansPrefix: (ledger, level, index) -> TurnSums over a span of turns.
	SpansPrefix = collections.NewPrefix(7)
	// TurnsPrefix: task -> Turn, until its charge is decided.
	TurnsPrefix = collections.NewPrefix(8)
	// WaitingPrefix: (ledger, turn) -> task, for turns that wait for earlier ones; walked in draw order.
	WaitingPrefix = collections.NewPrefix(9)
	// WaitingCountsPrefix: ledger -> number of its turns that wait; 0 is not stored.
	WaitingCountsPrefix = collections.NewPrefix(22)
	// LedgersToAskPrefix: ledgers in which a turn was settled since they were asked about their waiting turns.
	LedgersToAskPrefix = collections.NewPrefix(10)
	// CourtSilencesPrefix: organisation -> CourtSilence.
	CourtSilencesPrefix = collections.NewPrefix(11)
	// HistoryPrefix: (worker or court operator, height at which the task was opened, task); kept after the task's end.
	HistoryPrefix = collections.NewPrefix(12)
	// StatesPrefix: (state and ending, height at which the task was opened, task); kept after the task's end.
	StatesPrefix = collections.NewPrefix(13)
	// CourtLinePrefix: (round, height since which it waits, task) while a task waits for the court.
	CourtLinePrefix = collections.NewPrefix(14)
	// CourtSharesPrefix: (requesting organisation, round, task) while a task waits for the court.
	CourtSharesPrefix = collections.NewPrefix(15)
	// CourtsKey holds the Courts.
	CourtsKey = collections.NewPrefix(16)
	// AppConvictionsPrefix: app -> AppConvictions.
	AppConvictionsPrefix = collections.NewPrefix(17)
	// PlannedPrefix: pool -> seats of tasks that are planned and not drawn yet; 0 is not stored.
	PlannedPrefix = collections.NewPrefix(18)
	// AnsweredPrefix: (task, who) -> gas, for answers that this block has accepted.
	AnsweredPrefix = collections.NewPrefix(19)
	// AnswerTxsPrefix: hash of a transaction -> its size in bytes, for transactions that brought such answers.
	AnswerTxsPrefix = collections.NewPrefix(21)
	// FullBlocksKey holds how many blocks answers have filled.
	FullBlocksKey = collections.NewPrefix(20)
	// OwedKey holds what the module owes: bonds and the audit budget.
	OwedKey = collections.NewPrefix(30)
	// DepositsPrefix: task -> bond that transactions of this block have paid.
	DepositsPrefix = collections.NewPrefix(31)
	// ConvictedPrefix: organisation -> height of its last conviction.
	ConvictedPrefix = collections.NewPrefix(32)
	// AuditCountsPrefix: cause -> AuditCount.
	AuditCountsPrefix = collections.NewPrefix(33)
	// AuditBudgetKey holds the audit budget.
	AuditBudgetKey = collections.NewPrefix(34)
	// PrunesPrefix: (height at which it became final, task), for tasks that are to be pruned; read from its front.
	PrunesPrefix = collections.NewPrefix(40)
	// PrunedPrefix: task -> PrunedTask.
	PrunedPrefix = collections.NewPrefix(41)
	// OnchainPrefix: (task, digest of an answer) -> data of the result's file that the deal wants on chain.
	OnchainPrefix = collections.NewPrefix(50)
)
