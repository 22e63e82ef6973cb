package types

import (
	"math/bits"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/poco"
)

// DefaultGenesis has an empty book.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate checks every record, the orders of the lists, and that requests, deals and the opening queue agree.
func (g GenesisState) Validate(codec address.Codec) error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if err := g.validateOffers(codec); err != nil {
		return err
	}
	deals, err := g.validateDeals(codec)
	if err != nil {
		return err
	}
	if err := g.validateOpening(deals); err != nil {
		return err
	}
	return g.validateRequests(codec, deals)
}

func (g GenesisState) validateOffers(codec address.Codec) error {
	offers := make(map[string]bool, len(g.Offers))
	last := ""
	for i, o := range g.Offers {
		if err := nextID(&last, o.Id); err != nil {
			return ErrGenesis.Wrapf("offers[%d].id: %s", i, err)
		}
		if err := o.Validate(); err != nil {
			return ErrGenesis.Wrapf("offers[%d].%s", i, err)
		}
		if _, err := codec.StringToBytes(o.Owner); err != nil {
			return ErrGenesis.Wrapf("offers[%d].owner: %s", i, err)
		}
		if o.Volume > 0 && o.Filled > o.Volume {
			return ErrGenesis.Wrapf("offers[%d].filled: got %d, expected at most its volume %d", i, o.Filled, o.Volume)
		}
		offers[o.Id] = true
	}
	last = ""
	for i, id := range g.Spent {
		if err := nextID(&last, id); err != nil {
			return ErrGenesis.Wrapf("spent[%d]: %s", i, err)
		}
		if offers[id] {
			return ErrGenesis.Wrapf("spent[%d]: %s is an offer", i, id)
		}
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
		if _, err := codec.StringToBytes(d.Requester); err != nil {
			return nil, ErrGenesis.Wrapf("deals[%d].requester: %s", i, err)
		}
		if err := TermsToPoco("", d).Validate(); err != nil {
			return nil, ErrGenesis.Wrapf("deals[%d].%s", i, err)
		}
		if d.Size_ < 1 || d.Opened > d.Size_ || d.Ended > d.Size_ || d.Accepted > d.Ended {
			return nil, ErrGenesis.Wrapf("deals[%d]: size %d, opened %d, ended %d, accepted %d: expected accepted <= ended <= size and opened <= size",
				i, d.Size_, d.Opened, d.Ended, d.Accepted)
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
	last := ""
	for i, r := range g.Requests {
		if err := nextID(&last, r.Id); err != nil {
			return ErrGenesis.Wrapf("requests[%d].id: %s", i, err)
		}
		if _, err := codec.StringToBytes(r.Requester); err != nil {
			return ErrGenesis.Wrapf("requests[%d].requester: %s", i, err)
		}
		if _, matched := deals[r.Deal]; r.Deal != "" && !matched {
			return ErrGenesis.Wrapf("requests[%d].deal: %s is no deal", i, r.Deal)
		}
		if err := r.checkStatus(); err != nil {
			return ErrGenesis.Wrapf("requests[%d].%s", i, err)
		}
	}
	return nil
}

// checkStatus checks that the deal and the escrow are those of the status.
func (r Request) checkStatus() error {
	budget, err := r.Job.Budget()
	if err != nil {
		return err
	}
	switch {
	case r.Status < REQUEST_STATUS_QUEUED || r.Status > REQUEST_STATUS_CANCELLED:
		return text("status: unknown")
	case r.Status == REQUEST_STATUS_QUEUED && (r.Deal != "" || r.Escrow != budget):
		return text("escrow: expected max_price times size and no deal while it is queued")
	case r.Status == REQUEST_STATUS_MATCHED && r.Deal == "":
		return text("deal: got none, expected one of a matched request")
	case r.Escrow != 0 && r.Escrow != budget, r.Escrow != 0 && r.Deal != "":
		return text("escrow: expected none once it is matched or refunded")
	case r.Job.Policy != poco.PolicyCredence && r.Job.Policy != poco.PolicyCourt:
		return text("job.policy: unknown")
	case r.Height < 0:
		return text("height: negative")
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
