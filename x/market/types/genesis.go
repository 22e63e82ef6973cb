package types

import (
	"encoding/hex"
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
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if err := g.validateOrders(codec); err != nil {
		return err
	}
	if err := g.validateRequests(codec); err != nil {
		return err
	}
	return g.validateRest(codec)
}

func (g GenesisState) validateOrders(codec address.Codec) error {
	resting := make(map[string]bool, len(g.Orders))
	last := ""
	for i, r := range g.Orders {
		if err := ids.Follow(&last, r.Id); err != nil {
			return ErrGenesis.Wrapf("orders[%d].id: %s", i, err)
		}
		if err := r.validateRecord(codec, g.Params); err != nil {
			return ErrGenesis.Wrapf("orders[%d].%s", i, err)
		}
		resting[r.Id] = r.Status == ORDER_STATUS_RESTING
	}
	last = ""
	for i, id := range g.Arrivals {
		if err := ids.Follow(&last, id); err != nil {
			return ErrGenesis.Wrapf("arrivals[%d]: %s", i, err)
		}
		if !resting[id] {
			return ErrGenesis.Wrapf("arrivals[%d]: %s: expected a resting order", i, id)
		}
	}
	return nil
}

func (r OrderRecord) validateRecord(codec address.Codec, p Params) error {
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

func (g GenesisState) validateRequests(codec address.Codec) error {
	last := ""
	for i, r := range g.Requests {
		if err := ids.Follow(&last, r.Id); err != nil {
			return ErrGenesis.Wrapf("requests[%d].id: %s", i, err)
		}
		if _, err := codec.StringToBytes(r.Requester); err != nil {
			return ErrGenesis.Wrapf("requests[%d].requester: %s", i, err)
		}
		if err := r.checkStatus(); err != nil {
			return ErrGenesis.Wrapf("requests[%d].%s", i, err)
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
	last := ""
	for i, m := range g.Matches {
		if err := ids.Follow(&last, m.Id); err != nil {
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
