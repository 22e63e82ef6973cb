package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/internal/retention"
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

// VouchersKeeper pays from a voucher in place of the requester.
type VouchersKeeper interface {
	// SpendVoucher takes escrow out of a voucher for a module. The module's purse must expect the coins.
	SpendVoucher(ctx context.Context, id string, amount uint64, module string) error
	// RefundVoucher puts escrow back from a module's purse.
	RefundVoucher(ctx context.Context, id string, amount uint64, from voucherstypes.Purse) error
}

// Pause says whether new work may begin.
type Pause interface {
	// IsPaused says whether the chain is in an emergency pause.
	IsPaused(ctx context.Context) (bool, error)
}

// Purse is the purse of the module that holds the escrow of a request until a deal is made of it.
type Purse interface {
	// SendTo sends coins to another module.
	SendTo(ctx context.Context, module string, amount uint64) error
}

// MarketHooks is the interface through which deals reach the market, which stands on them.
type MarketHooks interface {
	// ReleaseVolume gives an order volume back: tasks of a deal for which nobody was paid.
	ReleaseVolume(ctx sdk.Context, order string, tasks uint64, deal string) error
	// JobFiles returns the parts of a job that only its request stores. They can be large, several deals may fill one request, and no rule
	// of the chain needs them.
	JobFiles(ctx context.Context, request string) (JobFiles, error)
	// DealPruned tells the market that a deal is being pruned. The market must store now what its orders and its request need of it.
	DealPruned(ctx sdk.Context, deal Deal) error
	// DealEnded tells the market that the last task of an awaited deal has ended. It only notes the end: its error would undo the settlement of
	// the task.
	DealEnded(ctx context.Context, deal Deal) error
}

// JobFiles has the parts of a job that only its execution needs.
type JobFiles struct {
	Args      []string
	Inputs    []*Input
	Execution *Execution
}

// TaskHooks is the interface through which deals reach x/tasks, which stands on them.
type TaskHooks interface {
	// OpenTask begins a task, by its index in the request's bag. deal is in the state in which its opening in this block left it. When
	// OpenTask fails or panics, its writes are dropped and the task is refunded.
	OpenTask(ctx context.Context, deal Deal, index uint64) error
	// Pruning returns when ended records are pruned and how many in a block, for tasks, deals, orders and requests.
	Pruning(ctx context.Context) (retention.Policy, error)
	// Result returns the digest of a task's accepted result, in text; found is false for a task that has none.
	Result(ctx context.Context, task string) (digest string, found bool, err error)
	// OnchainOf returns what lives on chain of a task's accepted answer; found is false for a task that has nothing there.
	OnchainOf(ctx context.Context, task string) (data []byte, found bool, err error)
}

// Callback is a hook of another module that a request may name. It is told each task of the request that ended with an answer. It runs on
// a cache of the state with a gas limit. An error, a panic or too much gas drops its writes and changes nothing else.
type Callback interface {
	OnResult(ctx context.Context, deal Deal, result TaskResult) error
}

// CallbackChecker is a Callback that can tell before a job is paid whether it would take its answers.
type CallbackChecker interface {
	// CheckCallback returns why it would not take the answers of a job; nil when it would in the present state.
	CheckCallback(ctx context.Context, job CallbackJob) error
}

// CallbackJob has the fields of a job that a CallbackChecker may look at.
type CallbackJob struct {
	// Callback is the name that the job gives, with its family.
	Callback string
	// Requester is an account, Organisation the one that it belongs to, or "".
	Requester, Organisation string
	// App is "organisation/name:version".
	App string
	// Trust is quantised.
	Trust  uint64
	Policy string
	// Onchain is the name of the file that the chain is to keep.
	Onchain string
}
