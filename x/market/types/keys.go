package types

import (
	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/purse"
)

const (
	// ModuleName names the module, its store and its account.
	ModuleName = "market"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
	// Denom is the base denomination of every amount: 10^6 are one CRED.
	Denom = purse.Denom
)

// Prefixes of the module's store. Ids are 32 raw bytes, addresses 20, heights and prices big-endian, so that walks go upwards.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// OrdersPrefix: id -> OrderRecord of an app, dataset or pool order. Ended orders stay until they are pruned.
	OrdersPrefix = collections.NewPrefix(1)
	// FloorsPrefix: (owner, kind) -> the nonce below which orders are cancelled.
	FloorsPrefix = collections.NewPrefix(2)
	// BookPrefix: (topic, price, height, rank) -> id. The first order of a topic is the cheapest, among equal prices the oldest.
	BookPrefix = collections.NewPrefix(3)
	// RestingPrefix: (owner, "") -> number of the owner's orders and requests on the book; (seller, topic) -> number of the seller's
	// orders under the topic (OrderRecord.Seller).
	RestingPrefix = collections.NewPrefix(4)
	// RequestsPrefix: id -> Request.
	RequestsPrefix = collections.NewPrefix(5)
	// RequestsByPrefix: (requester, status, height, id).
	RequestsByPrefix = collections.NewPrefix(6)
	// QueuePrefix: (due height, id of a request or match); range-read up to the current height.
	QueuePrefix = collections.NewPrefix(7)
	// MatchesPrefix: id -> Match that waits in the queue.
	MatchesPrefix = collections.NewPrefix(8)
	// ArrivalsPrefix: (due height, id) of orders that come on the book.
	ArrivalsPrefix = collections.NewPrefix(9)
	// RequestBookPrefix: (topic, 2^64-1 - limit, height, id) of resting requests; the first pays the most.
	RequestBookPrefix = collections.NewPrefix(10)
	// RematchesPrefix: topic -> Rematch.
	RematchesPrefix = collections.NewPrefix(11)
	// OrdersByPrefix: (party, status, height, id).
	OrdersByPrefix = collections.NewPrefix(12)
	// CancelsPrefix: (height, id of a cancelled request) -> how far the cancelling of its deals has come.
	CancelsPrefix = collections.NewPrefix(13)
	// OwedKey holds the escrow of every request, in ucred, as of the last block hook.
	OwedKey = collections.NewPrefix(14)
	// ExpiriesPrefix: (expiry, id) of orders that rest, and of requests that are queued or rest.
	ExpiriesPrefix = collections.NewPrefix(15)
	// CategoriesPrefix: id -> Category.
	CategoriesPrefix = collections.NewPrefix(16)
	// DepositsPrefix: request id -> ucred locked by a transaction of this block and not yet counted in Owed.
	DepositsPrefix = collections.NewPrefix(17)
	// LastRematchKey holds the topic whose rematch was continued last; only block hooks write it.
	LastRematchKey = collections.NewPrefix(18)
	// RescanKey holds the cursor of the rescan over all resting requests; only block hooks write it.
	RescanKey = collections.NewPrefix(19)
	// RequestProgressPrefix: request id -> the part of a request that changes.
	RequestProgressPrefix = collections.NewPrefix(20)
	// SignedExpiriesPrefix: (expiry, id) of orders and requests that expire and hold neither coins nor a place on the book.
	SignedExpiriesPrefix = collections.NewPrefix(21)
	// PrunesPrefix: (height of the end, id) of orders and requests that have ended; read from its front.
	PrunesPrefix = collections.NewPrefix(22)
	// PrunedPrefix: id of an order or request -> PrunedOrder.
	PrunedPrefix = collections.NewPrefix(23)
	// DependantsPrefix: (request that is waited for, request that waits).
	DependantsPrefix = collections.NewPrefix(24)
	// EndsPrefix: (height, id of a request for which others wait) of requests that may have ended; read from its front.
	EndsPrefix = collections.NewPrefix(25)
)

// A topic is the name of a group of orders that can replace each other, such as the orders of one app version. An order rests under its
// topics, and a request that lacks such an order rests under the same topic.

// PoolTopic is the topic of the pool orders of a runtime and a category; category is "" for none.
func PoolTopic(runtime, category string) string { return "runtime/" + runtime + "/" + category }

// OwnPoolTopic is the topic of one pool's orders of a category.
func OwnPoolTopic(pool, category string) string { return "pool/" + pool + "/" + category }

// AppTopic is the topic of the orders of an app's version, "organisation/name:version".
func AppTopic(ref string) string { return "app/" + ref }

// DatasetTopic is the topic of the orders of a dataset's version.
func DatasetTopic(ref string) string { return "dataset/" + ref }

// Parties by which records are found: the kind of party, a slash, and its name.
const (
	PartyApp          = "app/"
	PartyDataset      = "dataset/"
	PartyPool         = "pool/"
	PartyOwner        = "owner/"
	PartyOrganisation = "organisation/"
)

// PartyKinds says how the keys of parties are stored.
var PartyKinds = []compact.Kind{
	{Prefix: PartyApp, Byte: 'a'},
	{Prefix: PartyDataset, Byte: 'd'},
	{Prefix: PartyPool, Byte: 'p'},
	{Prefix: PartyOwner, Byte: 'w', Account: true},
	{Prefix: PartyOrganisation, Byte: 'g'},
}
