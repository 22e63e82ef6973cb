package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/internal/retention"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// AccountKeeper names the module's account, and what a signature costs.
type AccountKeeper interface {
	purse.Accounts
}

// BankKeeper moves coins.
type BankKeeper interface {
	purse.Bank
	SpendableCoin(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	BlockedAddr(addr sdk.AccAddress) bool
}

// VouchersKeeper pays from a voucher in place of the requester.
type VouchersKeeper interface {
	GetVoucher(ctx context.Context, id string) (voucherstypes.Voucher, error)
	// SpendVoucher takes escrow out of a voucher for a module. The module's purse must expect the coins.
	SpendVoucher(ctx context.Context, id string, amount uint64, module string) error
	// RefundVoucher puts escrow back from a module's purse.
	RefundVoucher(ctx context.Context, id string, amount uint64, from voucherstypes.Purse) error
}

// OrgsKeeper answers what accounts and organisations may do.
type OrgsKeeper interface {
	Authorize(ctx context.Context, addr sdk.AccAddress, role orgstypes.Role) (orgID string, err error)
	OrgOf(ctx context.Context, addr sdk.AccAddress) (orgID string, found bool, err error)
	// ActiveRoles returns the roles of an organisation, none when it is revoked or unknown.
	ActiveRoles(ctx context.Context, orgID string) ([]orgstypes.Role, error)
}

// AppsKeeper resolves "organisation/name:version" or a digest.
type AppsKeeper interface {
	Resolve(ctx context.Context, ref string) (appstypes.App, appstypes.Version, error)
	// ResolveDataset returns the dataset and the version that ref names.
	ResolveDataset(ctx context.Context, ref string) (appstypes.Dataset, appstypes.DatasetVersion, error)
	// Draft publishes an app's version in ctx as the message would, and returns its reference. The caller throws the state away.
	Draft(ctx context.Context, msg *appstypes.MsgPublish) (reference string, err error)
	// MayTrade says for which organisation an account may place orders of an app or dataset, by "organisation/name".
	MayTrade(ctx context.Context, account sdk.AccAddress, id string) (org string, err error)
}

// WorkersKeeper knows the pools.
type WorkersKeeper interface {
	// GetPool returns a pool with the terms in force.
	GetPool(ctx context.Context, id string) (workerstypes.Pool, error)
	// MayOperate says for which organisation an account may place orders of a pool; "" is the council.
	MayOperate(ctx context.Context, account sdk.AccAddress, pool workerstypes.Pool) (org string, err error)
	// Registered returns how many organisations have a worker in a pool, whatever those workers' state.
	Registered(ctx context.Context, pool string) (uint64, error)
	Serves(ctx context.Context, pool, org string) (bool, error)
}

// BeaconKeeper returns this block's seed.
type BeaconKeeper interface {
	Seed(ctx context.Context) ([]byte, error)
}

// SeatsKeeper knows the validators' seats.
type SeatsKeeper interface {
	// IsPaused says whether the chain is in an emergency pause: then no new work may begin.
	IsPaused(ctx context.Context) (bool, error)
	// ActiveCount returns the number of active seats, all of which sit in each court.
	ActiveCount(ctx context.Context) (uint64, error)
}

// VerifiersKeeper keeps the verifiers against which proofs are checked.
type VerifiersKeeper interface {
	// CheckApp refuses an app whose answers no proof can show now under the named verifier.
	CheckApp(ctx context.Context, name string, a verifierstypes.App) error
}

// EnclavesKeeper knows the enclaves whose attestations count.
type EnclavesKeeper interface {
	// CheckListing refuses an app for which the attestation of no enclave can count now.
	CheckListing(ctx context.Context, l enclavestypes.Listing) error
}

// DealsKeeper makes deals of what matching found, and ends them when their request is taken back.
type DealsKeeper interface {
	// MakeDeal makes a deal and returns it as made. Its escrow comes from the purse, or from the deal's payer when the purse is nil.
	MakeDeal(ctx context.Context, deal dealstypes.Deal, from dealstypes.Purse) (dealstypes.Deal, error)
	// FindDeal returns a deal, or what its compact record says when it was pruned.
	FindDeal(ctx context.Context, id string) (dealstypes.Deal, error)
	// HasWhole says whether any deal of a party is whole: made, and not pruned.
	HasWhole(ctx context.Context, party string) (bool, error)
	// WalkPruned visits the compact records of deals that were pruned, for invariants.
	WalkPruned(ctx context.Context, visit func(dealstypes.PrunedDeal) error) error
	// Pruning says when ended records are pruned, and how many in a block.
	Pruning(ctx context.Context) (retention.Policy, error)
	// HasRunning says whether any deal of a request has tasks that have not ended.
	HasRunning(ctx context.Context, request string) (bool, error)
	// RunningAfter returns the running deals of a request after one of them, in the order in which they were made.
	RunningAfter(ctx context.Context, request string, after dealstypes.Place, limit int) ([]dealstypes.Place, error)
	// CancelDeal ends and refunds the tasks of a deal that are not open. No worker is drawn for its other tasks any more.
	CancelDeal(ctx context.Context, id []byte) (dealstypes.Deal, error)
	// ReleaseNext gives back the volume that is due first, and returns the number of orders that have it. found is false when none is due.
	ReleaseNext(ctx sdk.Context) (orders int, found bool, err error)
	// AwaitDeals marks the running deals of a request, so that their ends are told. It returns the number of its deals that are whole, and how
	// many tasks of those that have ended have a result. It fails when there are too many.
	AwaitDeals(ctx context.Context, request string) (deals int, results uint64, err error)
	// ResultOf returns the digest of the accepted result of a request of one task; found is false when there is none.
	ResultOf(ctx context.Context, request string) (digest string, found bool, err error)
	// OnchainOf returns what lives on chain of the accepted answer of a request of one task; found is false when nothing does.
	OnchainOf(ctx context.Context, request string) (data []byte, found bool, err error)
	// WalkDeals visits all deals, for invariants.
	WalkDeals(ctx context.Context, visit func(dealstypes.Deal) error) error
	// HasCallback says whether a name is that of a hook.
	HasCallback(name string) bool
	// CheckCallback returns why the hook that a job names would not take its answers.
	CheckCallback(ctx context.Context, job dealstypes.CallbackJob) error
	// MaxOnchain bounds the file of a result that the chain keeps, in bytes. 0 means that it keeps none.
	MaxOnchain(ctx context.Context) (uint32, error)
}
