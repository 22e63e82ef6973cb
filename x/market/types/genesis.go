package types

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
)

// DefaultGenesis has an empty book and iExec's five categories.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams(), Categories: DefaultCategories()}
}

// DefaultCategories are iExec's (XS to XL, in seconds), with the fuel that such a time is worth at the default pace,
// in the order of their ids.
func DefaultCategories() []Category {
	p := DefaultParams()
	fuel := func(seconds uint64) uint64 { return min(p.MaxFuel, seconds*1_000/p.BlockMillis*p.FuelPerBlock) }
	return []Category{
		{Id: "l", Description: "up to three hours", Seconds: 10_800, FuelLimit: fuel(10_800)},
		{Id: "m", Description: "up to an hour", Seconds: 3_600, FuelLimit: fuel(3_600)},
		{Id: "s", Description: "up to twenty minutes", Seconds: 1_200, FuelLimit: fuel(1_200)},
		{Id: "xl", Description: "up to ten hours", Seconds: 36_000, FuelLimit: fuel(36_000)},
		{Id: "xs", Description: "up to five minutes", Seconds: 300, FuelLimit: fuel(300)},
	}
}

// Validate checks every record, the orders of the lists, and that requests, deals and the queues agree.
func (g GenesisState) Validate(codec address.Codec) error {
	return cmp.Or(
		g.Params.Validate(),
		checkList("orders", g.Orders, ascendingIDs(func(r OrderRecord) string { return r.Id }),
			func(r OrderRecord) error { return r.validateRecord(codec, g.Params) }),
		checkList("arrivals", g.Arrivals, ascendingIDs(func(id string) string { return id }), g.arrivalCheck()),
		checkList("requests", g.Requests, ascendingIDs(func(r Request) string { return r.Id }),
			func(r Request) error { return r.validateRecord(codec) }),
		checkList("pruned", g.Pruned, ascendingIDs(func(p PrunedOrder) string { return p.Id }), g.validatePruned),
		checkList("matches", g.Matches, ascendingIDs(func(m Match) string { return m.Id }), g.validateMatch),
		checkList("floors", g.Floors, oneForEach(),
			func(f Floor) error { return f.validateRecord(codec) }),
		checkList("categories", g.Categories, ascending("id", func(c Category) string { return c.Id }), Category.Validate),
		checkList("rematches", g.Rematches, ascending("topic", func(w Rematch) string { return w.Topic }), Rematch.validateCursor),
		g.validateRescan(),
	)
}

// checkList checks the records of a list, each with its place by the one check and by itself by the other; ErrGenesis names the
// list, the index and what is wrong.
func checkList[T any](field string, list []T, checks ...func(T) error) error {
	for i, item := range list {
		for _, check := range checks {
			if err := check(item); err != nil {
				return ErrGenesis.Wrapf("%s[%d].%s", field, i, err)
			}
		}
	}
	return nil
}

// ascendingIDs checks a list that is in the order of its ids, each once.
func ascendingIDs[T any](idOf func(T) string) func(T) error {
	last := ""
	return func(item T) error {
		if err := ids.CheckAscending(&last, idOf(item)); err != nil {
			return text("id: " + err.Error())
		}
		return nil
	}
}

// ascending checks a list that is in the order of a key, a field of its records, each once.
func ascending[T any](field string, keyOf func(T) string) func(T) error {
	last := ""
	return func(item T) error {
		key := keyOf(item)
		if key <= last {
			return text(fmt.Sprintf("%s: %q: expected ascending order, each once", field, key))
		}
		last = key
		return nil
	}
}

// oneForEach checks a list in any order that has one record for each owner and kind.
func oneForEach() func(Floor) error {
	seen := map[string]bool{}
	return func(f Floor) error {
		key := f.Owner + f.Kind.Word()
		if seen[key] {
			return text("owner: expected one floor for each owner and kind")
		}
		seen[key] = true
		return nil
	}
}

// arrivalCheck checks that what arrives is an order that rests.
func (g GenesisState) arrivalCheck() func(string) error {
	resting := make(map[string]bool, len(g.Orders))
	for _, r := range g.Orders {
		resting[r.Id] = r.Status == ORDER_STATUS_RESTING
	}
	return func(id string) error {
		if !resting[id] {
			return text("id: " + id + ": expected a resting order")
		}
		return nil
	}
}

// claim is something that a record must keep, and what to say when it does not.
type claim struct {
	holds   bool
	problem text
}

func checkClaims(claims ...claim) error {
	for _, c := range claims {
		if !c.holds {
			return c.problem
		}
	}
	return nil
}

func isBetween[N cmp.Ordered](n, least, most N) bool { return least <= n && n <= most }

func (r OrderRecord) validateRecord(codec address.Codec, p Params) error {
	kind, err := r.Order.Kind()
	if err != nil && r.Status == ORDER_STATUS_CANCELLED {
		kind, err = r.Kind, nil // cancelled by its nonce, before the chain saw it
	} else if err == nil {
		err = r.Order.Validate(codec, p)
	}
	volume := r.Order.Volume()
	return cmp.Or(
		checkClaims(
			claim{isBetween(r.Kind, ORDER_KIND_APP, ORDER_KIND_POOL), "kind: expected an app, dataset or pool order"},
			claim{isBetween(r.Status, ORDER_STATUS_RESTING, ORDER_STATUS_STALE), "status: unknown"},
			claim{isIDOrNone(r.Rank), "rank: expected 64 hexadecimal digits"},
		),
		err,
		checkClaims(
			claim{kind == r.Kind, "kind: does not fit the order"},
			claim{volume == 0 || r.Filled <= volume, "filled: more than the order's volume"},
		),
	)
}

func isIDOrNone(id string) bool {
	_, err := ParseID(id)
	return id == "" || err == nil
}

func (r Request) validateRecord(codec address.Codec) error {
	_, err := codec.StringToBytes(r.Requester)
	known := checkClaims(
		claim{err == nil, "requester: expected an address"},
		claim{isBetween(r.Status, REQUEST_STATUS_QUEUED, REQUEST_STATUS_SIGNED), "status: unknown"},
		claim{r.Height >= 0, "height: negative"},
	)
	if r.Status == REQUEST_STATUS_CANCELLED && r.Job.App == "" {
		return known // cancelled by its nonce, before the chain saw it
	}
	return cmp.Or(known, r.validateProgress(), r.validateJobPolicy(), r.validateEscrow())
}

// validateProgress checks that the part of a request that changes is one of its status.
func (r Request) validateProgress() error {
	rests, matched := r.Status == REQUEST_STATUS_RESTING, r.Status == REQUEST_STATUS_MATCHED
	return checkClaims(
		claim{r.Filled <= r.Job.Size_, "filled: more than the bag"},
		claim{(r.Filled > 0) == (r.Deal != ""), "deal: expected one exactly when tasks are filled"},
		claim{(r.Deals > 0) == (r.Deal != ""), "deals: expected some exactly when there is a first"},
		claim{rests == (r.Topic != ""), "topic: expected one exactly while it rests"},
		claim{!matched || r.Left() == 0, "filled: expected the whole bag of a matched request"},
	)
}

func (r Request) validateJobPolicy() error {
	if _, err := poco.FindPolicy(r.Job.Policy); err != nil {
		return text("job." + err.Error())
	}
	return nil
}

// validateEscrow checks what is locked for a request: max_price for each task that is left while it waits on the chain, and
// nothing otherwise. A cancelled request may hold either: its escrow is given back in the next block.
func (r Request) validateEscrow() error {
	over, budget := bits.Mul64(r.Job.MaxPrice, r.Left())
	var expected []uint64
	switch {
	case r.HoldsBudget():
		expected = []uint64{budget}
	case r.Status == REQUEST_STATUS_CANCELLED:
		expected = []uint64{0, budget}
	default:
		expected = []uint64{0}
	}
	if over != 0 || !slices.Contains(expected, r.Escrow) {
		return text(fmt.Sprintf("escrow: got %d, expected one of %d for a %s request", r.Escrow, expected, r.Status))
	}
	return nil
}

func (f Floor) validateRecord(codec address.Codec) error {
	_, err := codec.StringToBytes(f.Owner)
	return checkClaims(
		claim{err == nil, "owner: expected an address"},
		claim{isBetween(f.Kind, ORDER_KIND_APP, ORDER_KIND_REQUEST), "kind: expected a kind of order"},
		claim{f.Below > 0, "below: expected a nonce above 0"},
	)
}

// validatePruned checks a compact record, and that it is not of an order or a request that is whole.
func (g GenesisState) validatePruned(p PrunedOrder) error {
	return cmp.Or(p.validateRecord(), checkClaims(
		claim{!holdsID(g.Orders, p.Id, func(r OrderRecord) string { return r.Id }), "id: it stands among the orders"},
		claim{!holdsID(g.Requests, p.Id, func(r Request) string { return r.Id }), "id: it stands among the requests"},
	))
}

// validateMatch checks that the orders and the request of a proposed match are there.
func (g GenesisState) validateMatch(m Match) error {
	if !holdsID(g.Requests, m.Request, func(r Request) string { return r.Id }) {
		return text("request: " + m.Request + " is no request")
	}
	orders := []string{m.Pool}
	for _, id := range append([]string{m.App}, m.Datasets...) {
		if id != "" { // a list price has none
			orders = append(orders, id)
		}
	}
	for _, id := range orders {
		if !holdsID(g.Orders, id, func(r OrderRecord) string { return r.Id }) {
			return text("orders: " + id + " is no order")
		}
	}
	return nil
}

// holdsID says whether a list that is in the order of its ids has one.
func holdsID[T any](list []T, id string, idOf func(T) string) bool {
	_, found := slices.BinarySearchFunc(list, id, func(item T, id string) int { return strings.Compare(idOf(item), id) })
	return found
}

// validateCursor checks the request after which a rematch goes on; "" is before the first.
func (w Rematch) validateCursor() error {
	return checkClaims(claim{isIDOrNone(w.After), "after: expected the id of a request"})
}

// validateRescan checks the rescan's cursor, which is always behind a request.
func (g GenesisState) validateRescan() error {
	if g.Rescan == nil {
		return nil
	}
	if _, err := ParseID(g.Rescan.After); err != nil {
		return ErrGenesis.Wrapf("rescan.after: %s", err)
	}
	return nil
}
