package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/pruning"
	"github.com/credence-chain/credence/internal/purse"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// AccountKeeper names the module's account.
type AccountKeeper interface{ purse.Accounts }

// BankKeeper moves coins, to several accounts at once too, and destroys premiums.
type BankKeeper interface {
	purse.Bank
	purse.Settler
	SpendableCoin(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	BlockedAddr(addr sdk.AccAddress) bool
}

// VouchersKeeper pays in a requester's place.
type VouchersKeeper interface {
	// SpendVoucher takes escrow out of a voucher for a module, whose purse expects the coins.
	SpendVoucher(ctx context.Context, id string, amount uint64, module string) error
	// RefundVoucher puts escrow back from a module's purse.
	RefundVoucher(ctx context.Context, id string, amount uint64, from voucherstypes.Purse) error
}

// Pause says whether new work may begin.
type Pause interface {
	// IsPaused says whether the chain is in an emergency pause.
	IsPaused(ctx context.Context) (bool, error)
}

// Purse is that of a module which holds the escrow of a request that becomes a deal.
type Purse interface {
	// SendTo sends coins to another module.
	SendTo(ctx context.Context, module string, amount uint64) error
}

// MarketHooks is how deals reach the book, which is built upon them.
type MarketHooks interface {
	// ReleaseVolume gives an order volume back, of tasks of a deal for which nobody was paid.
	ReleaseVolume(ctx sdk.Context, order string, tasks uint64, deal string) error
	// JobFiles returns what is stored with a request alone: it can be large, many deals may fill one request, and nothing in
	// the state is decided by it.
	JobFiles(ctx context.Context, request string) (JobFiles, error)
	// DealPruned is told that a deal is pruned in this very step: what its orders and its request need of it, they have to note now.
	DealPruned(ctx sdk.Context, deal Deal) error
}

// JobFiles is what only those who execute a job need of it.
type JobFiles struct {
	Args      []string
	Inputs    []*Input
	Execution *Execution
}

// TaskHooks is how deals reach the tasks, which are built upon them.
type TaskHooks interface {
	// OpenTask begins the task of an index, which counts within the request's bag. The deal is as it was when this block
	// began to open its tasks. An error or a panic drops what it wrote, and the task is refunded.
	OpenTask(ctx context.Context, deal Deal, index uint64) error
	// Pruning says when ended records are pruned, and how many in a block: for tasks, and for all that is built below them.
	Pruning(ctx context.Context) (pruning.Policy, error)
}

// Callback is a hook of another module that a request may name: it is told the end of each of its tasks that has an
// answer. It runs on a cache of the state with a gas limit; an error, a panic or running out of gas drops what it wrote,
// and changes nothing else.
type Callback interface {
	OnResult(ctx context.Context, deal Deal, result TaskResult) error
}

// CallbackChecker is a Callback that says beforehand whether it will take a job's answers, so that nobody pays for one in vain.
type CallbackChecker interface {
	// CheckCallback returns why not; nil for what it will take as things stand.
	CheckCallback(ctx context.Context, job CallbackJob) error
}

// CallbackJob is what a callback is told of a job beforehand.
type CallbackJob struct {
	// Callback that it names, whole.
	Callback string
	// Requester by account, and its Organisation, if it has one.
	Requester, Organisation string
	// App by "organisation/name:version".
	App string
	// Trust, quantised, and Policy.
	Trust  uint64
	Policy string
	// Onchain is the file that it wants on chain.
	Onchain string
}
