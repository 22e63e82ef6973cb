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

// DefaultCategories are iExec's, XS to XL, in the order of their ids. Each has a time in seconds, and the fuel that a program burns in
// that time at the default fuel_per_block.
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

// Validate checks every record, the sequence of each list, and that records and queues agree.
func (g GenesisState) Validate(codec address.Codec) error {
	return cmp.Or(
		g.Params.Validate(),
		checkList("orders", g.Orders, ascendingIDs(func(r OrderRecord) string { return r.Id }),
			func(r OrderRecord) error { return r.validateRecord(codec, g.Params) }),
		checkList("arrivals", g.Arrivals, ascendingIDs(func(id string) string { return id }), g.arrivalCheck()),
		checkList("requests", g.Requests, ascendingIDs(func(r Request) string { return r.Id }),
			func(r Request) error { return r.validateRecord(codec) }, g.validateWaiting),
		checkList("pruned", g.Pruned, ascendingIDs(func(p PrunedOrder) string { return p.Id }), g.validatePruned),
		checkList("matches", g.Matches, ascendingIDs(func(m Match) string { return m.Id }), g.validateMatch),
		checkList("floors", g.Floors, oneForEach(),
			func(f Floor) error { return f.validateRecord(codec) }),
		checkList("categories", g.Categories, ascending("id", func(c Category) string { return c.Id }), Category.Validate),
		checkList("rematches", g.Rematches, ascending("topic", func(w Rematch) string { return w.Topic }), Rematch.validateCursor),
		g.validateRescan(),
	)
}

// checkList runs all checks on each record of a list, in the sequence of the list. ErrGenesis names the list, the index and what is
// wrong.
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

// ascendingIDs returns a check that the ids of a list ascend, each once.
func ascendingIDs[T any](idOf func(T) string) func(T) error {
	last := ""
	return func(item T) error {
		if err := ids.CheckAscending(&last, idOf(item)); err != nil {
			return text("id: " + err.Error())
		}
		return nil
	}
}

// ascending returns a check that a key of the records of a list ascends, each once. field names the key in errors.
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

// oneForEach returns a check that a list has at most one floor for each owner and kind.
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

// arrivalCheck returns a check that an arrival is an order that rests.
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

// claim is a condition of a record, and the text of the error when it does not hold.
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
		kind, err = r.Kind, nil // it was cancelled by its nonce, and the chain never saw its content
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
		claim{isBetween(r.Status, REQUEST_STATUS_QUEUED, REQUEST_STATUS_SKIPPED), "status: unknown"},
		claim{r.Height >= 0, "height: negative"},
	)
	if r.Status == REQUEST_STATUS_CANCELLED && r.Job.App == "" {
		return known // it was cancelled by its nonce, and the chain never saw its job
	}
	return cmp.Or(known, r.validateProgress(), r.validateJobPolicy(), r.validateEscrow())
}

// validateProgress checks that the progress of a request fits its status.
func (r Request) validateProgress() error {
	rests, matched, waits := r.Status == REQUEST_STATUS_RESTING, r.Status == REQUEST_STATUS_MATCHED, r.Status == REQUEST_STATUS_WAITING
	return checkClaims(
		claim{r.Filled <= r.Job.Size_, "filled: more than the bag"},
		claim{(r.Filled > 0) == (r.Deal != ""), "deal: expected one exactly when tasks are filled"},
		claim{(r.Deals > 0) == (r.Deal != ""), "deals: expected some exactly when there is a first"},
		claim{rests == (r.Topic != ""), "topic: expected one exactly while it rests"},
		claim{!matched || r.Left() == 0, "filled: expected the whole bag of a matched request"},
		claim{waits == (len(r.WaitsFor) > 0), "waits_for: expected some exactly while it waits"},
		claim{!waits || r.Filled == 0, "filled: expected none of a request that waits"},
		claim{r.Results <= r.Filled, "results: more than the tasks that are filled"},
		claim{r.Awaited || r.Results == 0, "results: expected none of a request for which no other waits"},
	)
}

func (r Request) validateJobPolicy() error {
	if _, err := poco.FindPolicy(r.Job.Policy); err != nil {
		return text("job." + err.Error())
	}
	return nil
}

// validateEscrow checks the escrow of a request. While the request is queued or rests, it is max_price for each task that is left;
// otherwise it is 0. A cancelled request may have either, because its escrow is refunded in the next block.
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

// validatePruned checks a compact record, and that there is no whole record of its id.
func (g GenesisState) validatePruned(p PrunedOrder) error {
	return cmp.Or(p.validateRecord(), checkClaims(
		claim{!holdsID(g.Orders, p.Id, func(r OrderRecord) string { return r.Id }), "id: it stands among the orders"},
		claim{!holdsID(g.Requests, p.Id, func(r Request) string { return r.Id }), "id: it stands among the requests"},
	))
}

// validateWaiting checks that a request waits for requests of its requester that know it.
func (g GenesisState) validateWaiting(r Request) error {
	for i, id := range r.WaitsFor {
		at, found := slices.BinarySearchFunc(g.Requests, id, func(r Request, id string) int { return strings.Compare(r.Id, id) })
		if !found || g.Requests[at].Requester != r.Requester || !g.Requests[at].Awaited {
			return text("waits_for: " + id + ": expected an awaited request of the same requester")
		}
		if i > 0 && r.WaitsFor[i-1] >= id || !slices.Contains(r.Job.Awaits(), id) {
			return text("waits_for: " + id + ": expected ascending ids of the job's requests, each once")
		}
	}
	return nil
}

// validateMatch checks that the orders and the request of a proposed match are there.
func (g GenesisState) validateMatch(m Match) error {
	if !holdsID(g.Requests, m.Request, func(r Request) string { return r.Id }) {
		return text("request: " + m.Request + " is no request")
	}
	orders := []string{m.Pool}
	for _, id := range append([]string{m.App}, m.Datasets...) {
		if id != "" { // "" is the list price
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

// holdsID says whether a list has a record with an id. The list must be in the order of its ids.
func holdsID[T any](list []T, id string, idOf func(T) string) bool {
	_, found := slices.BinarySearchFunc(list, id, func(item T, id string) int { return strings.Compare(idOf(item), id) })
	return found
}

// validateCursor checks the id of the request after which a rematch continues; "" is before the first.
func (w Rematch) validateCursor() error {
	return checkClaims(claim{isIDOrNone(w.After), "after: expected the id of a request"})
}

// validateRescan checks the rescan's cursor. If there is one, it names a request.
func (g GenesisState) validateRescan() error {
	if g.Rescan == nil {
		return nil
	}
	if _, err := ParseID(g.Rescan.After); err != nil {
		return ErrGenesis.Wrapf("rescan.after: %s", err)
	}
	return nil
}
