package types

import (
	"encoding/hex"
	"math/bits"
	"slices"
	"strings"

	"cosmossdk.io/core/address"

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
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if err := g.validateOrders(codec); err != nil {
		return err
	}
	deals, err := g.validateDeals(codec)
	if err != nil {
		return err
	}
	if err := g.validateOpening(deals); err != nil {
		return err
	}
	if err := g.validateRequests(codec, deals); err != nil {
		return err
	}
	return g.validateRest(codec)
}

func (g GenesisState) validateOrders(codec address.Codec) error {
	resting := make(map[string]bool, len(g.Orders))
	last := ""
	for i, r := range g.Orders {
		if err := nextID(&last, r.Id); err != nil {
			return ErrGenesis.Wrapf("orders[%d].id: %s", i, err)
		}
		if err := r.validate(codec, g.Params); err != nil {
			return ErrGenesis.Wrapf("orders[%d].%s", i, err)
		}
		resting[r.Id] = r.Status == ORDER_STATUS_RESTING
	}
	last = ""
	for i, id := range g.Arrivals {
		if err := nextID(&last, id); err != nil {
			return ErrGenesis.Wrapf("arrivals[%d]: %s", i, err)
		}
		if !resting[id] {
			return ErrGenesis.Wrapf("arrivals[%d]: %s: expected a resting order", i, id)
		}
	}
	return nil
}

func (r OrderRecord) validate(codec address.Codec, p Params) error {
	if r.Kind < ORDER_KIND_APP || r.Kind > ORDER_KIND_POOL {
		return text("kind: expected an app, dataset or pool order")
	}
	if r.Status < ORDER_STATUS_RESTING || r.Status > ORDER_STATUS_STALE {
		return text("status: unknown")
	}
	if r.Rank != "" {
		if raw, err := hex.DecodeString(r.Rank); err != nil || len(raw) != IDSize {
			return text("rank: expected 64 hexadecimal digits")
		}
	}
	kind, err := r.Order.Kind()
	if err != nil {
		if r.Status == ORDER_STATUS_CANCELLED {
			return nil // cancelled by its nonce, before the chain saw it
		}
		return err
	}
	if kind != r.Kind {
		return text("kind: does not fit the order")
	}
	if err := r.Order.Validate(codec, p); err != nil {
		return err
	}
	if v := r.Order.Volume(); v > 0 && r.Filled > v {
		return text("filled: more than the order's volume")
	}
	return nil
}

func (g GenesisState) validateDeals(codec address.Codec) (map[string]Deal, error) {
	deals := make(map[string]Deal, len(g.Deals))
	last := ""
	for i, d := range g.Deals {
		if err := nextID(&last, d.Id); err != nil {
			return nil, ErrGenesis.Wrapf("deals[%d].id: %s", i, err)
		}
		for _, who := range []string{d.Requester, d.AppOwner, d.PoolOwner} {
			if _, err := codec.StringToBytes(who); err != nil {
				return nil, ErrGenesis.Wrapf("deals[%d]: %q: %s", i, who, err)
			}
		}
		if err := TermsToPoco("", d, d.First).Validate(); err != nil {
			return nil, ErrGenesis.Wrapf("deals[%d].%s", i, err)
		}
		if d.Size_ < 1 || d.Opened > d.Size_ || d.Ended > d.Size_ || d.Accepted > d.Ended {
			return nil, ErrGenesis.Wrapf("deals[%d]: size %d, opened %d, ended %d, accepted %d: expected accepted <= ended <= size and opened <= size",
				i, d.Size_, d.Opened, d.Ended, d.Accepted)
		}
		if d.Released > d.Unused || d.Unused > d.Ended-d.Accepted {
			return nil, ErrGenesis.Wrapf("deals[%d]: unused %d, released %d: expected released <= unused <= ended - accepted", i, d.Unused, d.Released)
		}
		if d.First > d.Bag || d.Size_ > d.Bag-d.First {
			return nil, ErrGenesis.Wrapf("deals[%d]: first %d, size %d: expected a part of the bag of %d", i, d.First, d.Size_, d.Bag)
		}
		if len(d.Args) > 0 || len(d.Inputs) > 0 || d.Execution != nil {
			return nil, ErrGenesis.Wrapf("deals[%d]: expected no args, no inputs and no execution: its request has them", i)
		}
		if err := d.checkEscrow(); err != nil {
			return nil, ErrGenesis.Wrapf("deals[%d].%s", i, err)
		}
		deals[d.Id] = d
	}
	return deals, nil
}

// checkEscrow checks that the deal holds a whole task's escrow for each task that has not ended.
func (d Deal) checkEscrow() error {
	each, err := d.Terms.Escrow()
	if err != nil {
		return err
	}
	if hi, lo := bits.Mul64(each, d.Unended()); hi != 0 || lo != d.Escrow {
		return text("escrow: expected that of every task that has not ended")
	}
	return nil
}

func (g GenesisState) validateOpening(deals map[string]Deal) error {
	opening := make(map[string]bool, len(g.Opening))
	for i, id := range g.Opening {
		d, found := deals[id]
		if !found || opening[id] || d.Opened == d.Size_ {
			return ErrGenesis.Wrapf("opening[%d]: %s: expected a deal with tasks to open, each once", i, id)
		}
		opening[id] = true
	}
	for _, d := range g.Deals {
		if d.Opened < d.Size_ && !d.Cancelled && !opening[d.Id] {
			return ErrGenesis.Wrapf("opening: %s has tasks to open and is missing", d.Id)
		}
	}
	return nil
}

func (g GenesisState) validateRequests(codec address.Codec, deals map[string]Deal) error {
	last, known := "", make(map[string]bool, len(g.Requests))
	for i, r := range g.Requests {
		if err := nextID(&last, r.Id); err != nil {
			return ErrGenesis.Wrapf("requests[%d].id: %s", i, err)
		}
		if _, err := codec.StringToBytes(r.Requester); err != nil {
			return ErrGenesis.Wrapf("requests[%d].requester: %s", i, err)
		}
		known[r.Id] = true
		if _, matched := deals[r.Deal]; r.Deal != "" && !matched {
			return ErrGenesis.Wrapf("requests[%d].deal: %s is no deal", i, r.Deal)
		}
		if err := r.checkStatus(); err != nil {
			return ErrGenesis.Wrapf("requests[%d].%s", i, err)
		}
	}
	for i, d := range g.Deals {
		if !known[d.Request] {
			return ErrGenesis.Wrapf("deals[%d].request: %q is no request", i, d.Request)
		}
	}
	return nil
}

// checkStatus checks that what is filled and the escrow are those of the status.
func (r Request) checkStatus() error {
	if r.Status < REQUEST_STATUS_QUEUED || r.Status > REQUEST_STATUS_SIGNED {
		return text("status: unknown")
	}
	if r.Height < 0 {
		return text("height: negative")
	}
	if r.Status == REQUEST_STATUS_CANCELLED && r.Job.App == "" {
		return nil // cancelled by its nonce, before the chain saw it
	}
	switch {
	case r.Filled > r.Job.Size_:
		return text("filled: more than the bag")
	case (r.Filled > 0) != (r.Deal != ""), (r.Deals > 0) != (r.Deal != ""):
		return text("deal: expected one exactly when tasks are filled")
	case (r.Status == REQUEST_STATUS_RESTING) != (r.Topic != ""):
		return text("topic: expected one exactly while it rests")
	case r.Status == REQUEST_STATUS_MATCHED && r.Left() > 0:
		return text("filled: expected the whole bag of a matched request")
	}
	if _, err := poco.FindPolicy(r.Job.Policy); err != nil {
		return text("job." + err.Error())
	}
	hi, budget := bits.Mul64(r.Job.MaxPrice, r.Left())
	waits := r.Status == REQUEST_STATUS_QUEUED || r.Status == REQUEST_STATUS_RESTING
	// A cancelled request holds its escrow until the next block gives it back.
	held := r.Status == REQUEST_STATUS_CANCELLED && r.Escrow > 0
	switch {
	case hi != 0 || (waits || held) && r.Escrow != budget:
		return text("escrow: expected max_price times what is left of the bag while it waits")
	case !waits && !held && r.Escrow != 0:
		return text("escrow: expected none once it is matched or refunded")
	}
	return nil
}

func (g GenesisState) validateRest(codec address.Codec) error {
	for i, r := range g.Releases {
		_, found := slices.BinarySearchFunc(g.Deals, r.Deal, func(d Deal, id string) int { return strings.Compare(d.Id, id) })
		if !found || r.Height < 0 {
			return ErrGenesis.Wrapf("releases[%d]: height %d, deal %q: expected a height of at least 0, and a deal", i, r.Height, r.Deal)
		}
	}
	last := ""
	for i, m := range g.Matches {
		if err := nextID(&last, m.Id); err != nil {
			return ErrGenesis.Wrapf("matches[%d].id: %s", i, err)
		}
		if err := g.validateMatch(m); err != nil {
			return ErrGenesis.Wrapf("matches[%d].%s", i, err)
		}
	}
	floors := make(map[string]bool, len(g.Floors))
	for i, f := range g.Floors {
		if key := f.Owner + f.Kind.Word(); floors[key] {
			return ErrGenesis.Wrapf("floors[%d]: expected one for each owner and kind", i)
		} else {
			floors[key] = true
		}
		if _, err := codec.StringToBytes(f.Owner); err != nil {
			return ErrGenesis.Wrapf("floors[%d].owner: %s", i, err)
		}
		if f.Kind < ORDER_KIND_APP || f.Kind > ORDER_KIND_REQUEST || f.Below == 0 {
			return ErrGenesis.Wrapf("floors[%d]: expected a kind of order and a nonce above 0", i)
		}
	}
	last = ""
	for i, c := range g.Categories {
		if c.Id <= last {
			return ErrGenesis.Wrapf("categories[%d].id: %q: expected ascending order, each once", i, c.Id)
		}
		last = c.Id
		if err := c.Validate(); err != nil {
			return ErrGenesis.Wrapf("categories[%d].%s", i, err)
		}
	}
	last = ""
	for i, v := range g.Vouchers {
		if err := nextID(&last, v.Id); err != nil {
			return ErrGenesis.Wrapf("vouchers[%d].id: %s", i, err)
		}
		if err := v.Validate(codec); err != nil {
			return ErrGenesis.Wrapf("vouchers[%d].%s", i, err)
		}
		if v.Expired && v.Balance > 0 {
			return ErrGenesis.Wrapf("vouchers[%d].balance: got %d, expected none of an expired voucher", i, v.Balance)
		}
	}
	last = ""
	for i, w := range g.Rematches {
		if w.Topic <= last {
			return ErrGenesis.Wrapf("rematches[%d].topic: %q: expected ascending order, each once", i, w.Topic)
		}
		last = w.Topic
		if _, err := ParseID(w.After); w.After != "" && err != nil {
			return ErrGenesis.Wrapf("rematches[%d].after: %s", i, err)
		}
	}
	if g.Rescan != nil {
		if _, err := ParseID(g.Rescan.After); err != nil {
			return ErrGenesis.Wrapf("rescan.after: %s", err)
		}
	}
	return nil
}

// validateMatch checks that the orders and the request of a proposed match are there; both lists are in order.
func (g GenesisState) validateMatch(m Match) error {
	if _, found := slices.BinarySearchFunc(g.Requests, m.Request, func(r Request, id string) int { return strings.Compare(r.Id, id) }); !found {
		return text("request: " + m.Request + " is no request")
	}
	for i, id := range append([]string{m.Pool, m.App}, m.Datasets...) {
		_, found := slices.BinarySearchFunc(g.Orders, id, func(r OrderRecord, id string) int { return strings.Compare(r.Id, id) })
		if !found && (id != "" || i == 0) {
			return text("orders: " + id + " is no order")
		}
	}
	return nil
}

// nextID checks an id and that it comes after the last one.
func nextID(last *string, id string) error {
	if _, err := ParseID(id); err != nil {
		return err
	}
	if id <= *last {
		return text(id + ": expected ascending order, each once")
	}
	*last = id
	return nil
}
