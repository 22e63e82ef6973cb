package types

import (
	"context"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// WorkersKeeper is what this module needs of x/workers: the workers that can be drawn, and their stake.
type WorkersKeeper interface {
	GetWorker(ctx context.Context, address string) (workerstypes.Worker, error)
	RegisteredFor(ctx context.Context, runtime string) (uint64, error)
	Tickets(ctx context.Context, pool string) (uint64, error)
	TicketHolderAt(ctx context.Context, pool string, ticket uint64) (org string, found bool, err error)
	TicketHeldBy(ctx context.Context, pool, org string) (ticket uint64, found bool, err error)
	Stint(ctx context.Context, pool, org string) (workerstypes.Stint, bool, error)
	PoolMoves(ctx context.Context, pool string) (workerstypes.PoolMoves, error)
	EligibleOrgs(ctx context.Context, pool string) (uint64, error)
	EligiblePosition(ctx context.Context, pool, org string) (uint64, bool, error)
	EligibleOrgAt(ctx context.Context, pool string, pos uint64) (org string, members uint64, err error)
	EligibleMemberAt(ctx context.Context, pool, org string, pos uint64) (string, error)
	Lock(ctx context.Context, worker string, amount uint64) error
	Release(ctx context.Context, worker string, amount uint64, fault poco.Fault) error
	Settle(ctx context.Context, taskID string, ends []workerstypes.SeatSettlement, pays []workerstypes.StakePay, burn uint64) error
	// SettleHeld frees or slashes the stakes that backed an answer under audit.
	SettleHeld(ctx context.Context, taskID string, ends []workerstypes.SeatSettlement, pays []workerstypes.StakePay) error
}

// AccountKeeper names the module's account.
type AccountKeeper = purse.Accounts

// BankKeeper moves bonds.
type BankKeeper = purse.Bank

// DealsKeeper is what this module needs of x/deals: the deal, its escrow, and its callback.
type DealsKeeper interface {
	GetDeal(ctx context.Context, id string) (dealstypes.Deal, error)
	// WholeDeal returns a deal as GetDeal does, with the job's arguments and inputs.
	WholeDeal(ctx context.Context, id string) (dealstypes.Deal, error)
	// FindDeal returns a deal as WholeDeal does, or what is left of a pruned one.
	FindDeal(ctx context.Context, id string) (dealstypes.Deal, error)
	// TaskPruned counts a pruned task of a deal. Once all its tasks are pruned, the deal may be pruned too.
	TaskPruned(ctx context.Context, deal string) error
	// TaskUndrawn tells a deal that nobody was given work on one of its tasks at the first look. The deal then opens no more for a while.
	TaskUndrawn(ctx context.Context, deal string) error
	Settle(ctx context.Context, settlement dealstypes.TaskSettlement) error
	// Callback tells the deal's callback about a task that ended with an answer. The error that it returns changes nothing.
	Callback(ctx context.Context, deal dealstypes.Deal, result dealstypes.TaskResult) error
}

// AppsKeeper is told when the court finds an app not deterministic, or when courts keep convicting workers that ran it.
type AppsKeeper interface {
	FlagNonDeterministic(ctx context.Context, app string) error
	SuspendForReview(ctx context.Context, app string) error
}

// VerifiersKeeper checks proofs with the verifiers that the council admitted and nobody has stopped.
type VerifiersKeeper interface {
	// Verify returns why a proof does not show a claim under the verifier with this name, or nil.
	Verify(ctx context.Context, name string, c verifierstypes.Claim, evidence []byte) error
	// IsUsable says whether proofs under the verifier count in this block.
	IsUsable(ctx context.Context, name string) (bool, error)
}

// EnclavesKeeper checks the signatures of enclaves with the sessions that were registered.
type EnclavesKeeper interface {
	// Verify returns why evidence is not the signature of an enclave that a deal accepts, or nil.
	Verify(ctx context.Context, l enclavestypes.Listing, s poco.Statement, evidence []byte) error
	// IsUsable says whether the signature of any enclave that the deal accepts can count in this block.
	IsUsable(ctx context.Context, l enclavestypes.Listing) (bool, error)
	// WasVoided says whether the chain took a worker's session from it at a height or later.
	WasVoided(ctx context.Context, l enclavestypes.Listing, worker string, from int64) (bool, error)
	// Signer returns the machine and the measurement of the session that signed a worker's answer.
	Signer(ctx context.Context, worker string, evidence []byte) (machine, measurement string, err error)
	// Convict records that a court found another answer than an enclave on the machine had signed. If it is counted, it is one of the
	// convictions since a height that together freeze the measurement.
	Convict(ctx context.Context, machine string, c enclavestypes.Conviction, counted bool, since int64) error
}

// BeaconKeeper is the public randomness.
type BeaconKeeper interface {
	Seed(ctx context.Context) ([]byte, error)
	SeedAt(ctx context.Context, height int64) ([]byte, error)
	Factor(ctx context.Context) (uint64, error)
	Delay(ctx context.Context) (int64, error)
}

// SeatsKeeper is the court's bench: the validators.
type SeatsKeeper interface {
	ActiveSeats(ctx context.Context) ([]poatypes.Seat, error)
	// ActiveCount returns the number of ActiveSeats.
	ActiveCount(ctx context.Context) (uint64, error)
	Jail(ctx context.Context, org, reason string) error
	// Payee returns the account that is paid what an organisation's seat earned in court.
	Payee(ctx context.Context, org string) (string, error)
}

// AddressCodec converts accounts to text and back.
type AddressCodec interface {
	StringToBytes(text string) ([]byte, error)
	BytesToString(bz []byte) (string, error)
}
