package types

import (
	"cmp"
	"math"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/account"
	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Unbounded is what is left of an order whose volume has no bound.
const Unbounded = math.MaxUint64

// MaxStake bounds the stake that an order names, in ucred. The parameters of x/workers have a smaller bound for pools.
const MaxStake = 1 << 62

// maxBps is the whole of a share in ten thousandths.
const maxBps = 10_000

// domainSign separates signatures of orders from everything else that a key signs.
const domainSign = "credence/order/v1/sign"

// CheckKnown refuses a kind that is none of the four; ErrOrder.
func (k OrderKind) CheckKnown() error {
	if k.Word() == "" {
		return ErrOrder.Wrapf("kind: got %s, expected APP, DATASET, POOL or REQUEST", k)
	}
	return nil
}

// CheckKind refuses an order that is of another kind, or of none; ErrOrder.
func (o Order) CheckKind(want OrderKind) error {
	got, err := o.Kind()
	if err == nil && got != want {
		err = ErrOrder.Wrapf("got an order of kind %s, expected %s", got, want)
	}
	return err
}

// Word returns the kind as ids and people write it: "app", "dataset", "pool", "request"; "" for none of them.
func (k OrderKind) Word() string {
	switch k {
	case ORDER_KIND_APP:
		return "app"
	case ORDER_KIND_DATASET:
		return "dataset"
	case ORDER_KIND_POOL:
		return "pool"
	case ORDER_KIND_REQUEST:
		return "request"
	}
	return ""
}

// Kind returns which of the four contents is there; ErrOrder unless exactly one is.
func (o Order) Kind() (OrderKind, error) {
	kind, n := ORDER_KIND_UNSPECIFIED, 0
	for _, c := range [...]struct {
		kind  OrderKind
		there bool
	}{
		{ORDER_KIND_APP, o.App != nil}, {ORDER_KIND_DATASET, o.Dataset != nil},
		{ORDER_KIND_POOL, o.Pool != nil}, {ORDER_KIND_REQUEST, o.Request != nil},
	} {
		if c.there {
			kind, n = c.kind, n+1
		}
	}
	if n != 1 {
		return ORDER_KIND_UNSPECIFIED, ErrOrder.Wrapf("got %d of app, dataset, pool and request, expected exactly one", n)
	}
	return kind, nil
}

// Normal returns the order in its one form: its job is normal, and its tags are in ascending order, each once. It copies what it
// changes; the given order stays as it was.
func (o Order) Normal() Order {
	if o.App != nil {
		app := *o.App
		app.Tags = NormalTags(app.Tags)
		o.App = &app
	}
	if o.Dataset != nil {
		dataset := *o.Dataset
		dataset.Tags = NormalTags(dataset.Tags)
		o.Dataset = &dataset
	}
	if o.Pool != nil {
		pool := *o.Pool
		pool.Tags = NormalTags(pool.Tags)
		o.Pool = &pool
	}
	if o.Request != nil {
		job := o.Request.Normal()
		o.Request = &job
	}
	return o
}

// Validate checks each field of a normal order, and that its size is bounded. The error names the field, its value and what was
// expected.
func (o Order) Validate(codec address.Codec, p Params) error {
	if _, err := o.Kind(); err != nil {
		return err
	}
	if err := account.Check(codec, o.Owner); err != nil {
		return ErrOrder.Wrapf("owner: %s", err)
	}
	if o.Expiry < 0 {
		return ErrOrder.Wrapf("expiry: got %d, expected a height, or 0 for never", o.Expiry)
	}
	switch {
	case o.App != nil:
		return o.App.validateParts(codec)
	case o.Dataset != nil:
		return o.Dataset.validateParts(codec)
	case o.Pool != nil:
		return o.Pool.validateParts(codec, p)
	}
	_, err := o.Request.Budget()
	return cmp.Or(o.Request.Validate(p), o.Request.validateParties(codec), err)
}

func (o AppOrder) validateParts(codec address.Codec) error {
	return cmp.Or(
		validateReference("app", o.App),
		validatePrice(o.Price),
		ValidateTags("tags", o.Tags),
		validateRestrictions(codec, o.Requesters,
			restricted{"datasets", listsAssets, o.Datasets}, restricted{"pools", listsPools, o.Pools}),
	)
}

func (o DatasetOrder) validateParts(codec address.Codec) error {
	return cmp.Or(
		validateReference("dataset", o.Dataset),
		validatePrice(o.Price),
		ValidateTags("tags", o.Tags),
		validateRestrictions(codec, o.Requesters,
			restricted{"apps", listsAssets, o.Apps}, restricted{"pools", listsPools, o.Pools}),
	)
}

func (o PoolOrder) validateParts(codec address.Codec, p Params) error {
	return cmp.Or(
		validatePoolName(o.Pool),
		validatePrice(o.Price),
		o.validateUsePrice(),
		within(ErrFuel, "max_fuel", o.MaxFuel, 1, math.MaxUint64, ", the largest fuel limit that it takes"),
		validateTrustOrAny(o.Trust),
		within(ErrOrder, "stake", o.Stake, 1, MaxStake, " ucred, the pool's stake"),
		within(ErrOrder, "commission_bps", o.CommissionBps, 0, maxBps),
		validateCategoryOrNone(o.Category),
		ValidateTags("tags", o.Tags),
		ValidateResources(o.Resources),
		validateRestrictions(codec, o.Requesters,
			restricted{"apps", listsAssets, o.Apps}, restricted{"datasets", listsAssets, o.Datasets}),
	)
}

func validateReference(field, ref string) error {
	if !appstypes.IsReference(ref) {
		return ErrOrder.Wrapf("%s: got %.80q, expected \"organisation/name:version\"", field, ref)
	}
	return nil
}

func validatePoolName(id string) error {
	if workerstypes.ValidatePoolID(id) != nil {
		return ErrOrder.Wrapf("pool: got %.80q, expected a pool's id", id)
	}
	return nil
}

// validateTrustOrAny checks the largest trust that a pool order takes; 0 is no bound.
func validateTrustOrAny(trust uint64) error {
	if trust == 0 {
		return nil
	}
	return within(ErrTrust, "trust", trust, poco.MinTrust, poco.MaxTrust, ", or 0 for any")
}

// restricted is a restriction with the name of its field.
type restricted struct {
	field string
	of    listed
	by    Restriction
}

// validateRestrictions checks all restrictions of an order, and that together they have at most MaxRestrictions entries.
func validateRestrictions(codec address.Codec, requesters orgstypes.Audience, lists ...restricted) error {
	n := audienceEntries(requesters)
	for _, l := range lists {
		n += l.by.Entries()
	}
	if n > MaxRestrictions {
		return ErrRestriction.Wrapf("restrictions: got %d entries in all, expected at most %d", n, MaxRestrictions)
	}
	for _, l := range lists {
		if err := l.by.validateField(l.field, l.of, codec); err != nil {
			return err
		}
	}
	return validateAudience("requesters", requesters, codec)
}

func validatePrice(price uint64) error {
	return within(ErrPrice, "price", price, 0, MaxPrice, " ucred")
}

// ID returns the id of an order that has one kind.
func (o Order) ID(chainID string) [IDSize]byte {
	kind, _ := o.Kind()
	return OrderIDOf(chainID, kind, o.Owner, o.Nonce)
}

// Volume returns the number of tasks that the order is for in all; 0 is no bound. The volume of a request is its bag.
func (o Order) Volume() uint64 {
	switch {
	case o.App != nil:
		return o.App.Volume
	case o.Dataset != nil:
		return o.Dataset.Volume
	case o.Pool != nil:
		return o.Pool.Volume
	case o.Request != nil:
		return o.Request.Size_
	}
	return 0
}

// Price returns what an app, dataset or pool order asks, in ucred; 0 for a request.
func (o Order) Price() uint64 {
	switch {
	case o.App != nil:
		return o.App.Price
	case o.Dataset != nil:
		return o.Dataset.Price
	case o.Pool != nil:
		return o.Pool.Price
	}
	return 0
}

// Asset returns what the order sells: "organisation/name:version" of an app or dataset, or a pool's id; "" for a request.
func (o Order) Asset() string {
	switch {
	case o.App != nil:
		return o.App.App
	case o.Dataset != nil:
		return o.Dataset.Dataset
	case o.Pool != nil:
		return o.Pool.Pool
	}
	return ""
}

// Encode returns the one canonical encoding of the order: its protobuf message with the fields in the order of their
// numbers, zero values left out and repeated numbers packed. The messages that every order of a kind has (restrictions,
// requesters, resources) are written even when they are empty: key and length 0.
//
// The encoding of a message is unique: it has no maps and no extensions, and the chain's decoder refuses transactions with unknown
// fields. Protobuf lets a sender write one message in several ways on the wire. Decoding any of them and encoding it again gives
// these bytes. So a signature covers exactly what the chain acts on.
func (o Order) Encode() []byte {
	bz, err := o.Marshal()
	if err != nil {
		panic(err) // the generated code fails for no value
	}
	return bz
}

// SignBytes returns the bytes that the owner signs: domain, chain id, kind and encoding, each after its length. A signature for another
// chain, another kind or another purpose is not valid for this order.
func (o Order) SignBytes(chainID string) []byte {
	kind, _ := o.Kind()
	return poco.Frame([]byte(domainSign), []byte(chainID), []byte(kind.Word()), o.Encode())
}

// Expired says whether the order is no longer met at a height.
func (o Order) Expired(height int64) bool { return o.Expiry > 0 && height >= o.Expiry }

// Left returns how many more tasks the order can meet; Unbounded when it has no volume.
func (r OrderRecord) Left() uint64 {
	volume := r.Order.Volume()
	if volume == 0 {
		return Unbounded
	}
	return volume - min(volume, r.Filled)
}

// CheckLive refuses an order that cannot be met at a height. It looks at the record alone.
func (r OrderRecord) CheckLive(height int64) error {
	switch {
	case r.Status == ORDER_STATUS_CANCELLED:
		return ErrCancelled.Wrapf("order %s", r.Id)
	case r.Status == ORDER_STATUS_FILLED || r.Left() == 0:
		return ErrVolume.Wrapf("order %s: its volume of %d is used up", r.Id, r.Order.Volume())
	case r.Status == ORDER_STATUS_EXPIRED || r.Order.Expired(height):
		return ErrExpired.Wrapf("order %s: it expired at height %d", r.Id, r.Order.Expiry)
	case !r.Live(height):
		return ErrStale.Wrapf("order %s is %s", r.Id, r.Status)
	}
	return nil
}

// Live says whether the order can be met at a height: it rests or is signed, has not expired, and has volume left.
func (r OrderRecord) Live(height int64) bool {
	return r.Stands() && !r.Order.Expired(height) && r.Left() > 0
}

// Stands says that the order has not ended: it rests, or is signed.
func (r OrderRecord) Stands() bool {
	return r.Status == ORDER_STATUS_RESTING || r.Status == ORDER_STATUS_SIGNED
}

// Seller is the party that sells: the order's organisation with all of its accounts, or its owner when it has no organisation.
func (r OrderRecord) Seller() string {
	if r.Organisation != "" {
		return PartyOrganisation + r.Organisation
	}
	return PartyOwner + r.Order.Owner
}
