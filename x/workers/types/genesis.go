package types

import (
	"cmp"
	"strings"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/poco/contract"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// DefaultGenesis has no pools and no workers.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks the state by itself: the order of lists and the references between them. The unbondings must add up to
// the workers' unbonding stake, and the dense arrays must hold exactly the ready workers. The arrays may be absent as a
// whole: they are then built in the order of the workers' addresses.
func (g GenesisState) Validate(codec address.Codec) error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if g.SlashedPot != 0 {
		return ErrInvalidGenesis.Wrapf("slashed_pot: %d ucred, expected 0 between blocks", g.SlashedPot)
	}
	pools, err := g.validatePools(codec)
	if err != nil {
		return err
	}
	workers, err := g.validateWorkers(codec, pools)
	if err != nil {
		return err
	}
	if err := g.validateUnbondings(workers); err != nil {
		return err
	}
	if err := g.validateInvitations(pools); err != nil {
		return err
	}
	rechecks, err := g.validateRechecks(pools)
	if err != nil {
		return err
	}
	if err := g.validateTickets(pools); err != nil {
		return err
	}
	if err := g.validateEvictions(pools, workers); err != nil {
		return err
	}
	for i, a := range g.Absences {
		if a.Organisation == "" || i > 0 && g.Absences[i-1].Organisation >= a.Organisation {
			return ErrInvalidGenesis.Wrapf("absences: %q at %d, expected organisations in ascending order, each once", a.Organisation, i)
		}
	}
	if len(g.Eligible) == 0 {
		return nil
	}
	return g.validateEligible(pools, workers, rechecks)
}

func (g GenesisState) validatePools(codec address.Codec) (map[string]Pool, error) {
	pools := make(map[string]Pool, len(g.Pools))
	for _, p := range g.Pools {
		if err := p.Validate(codec); err != nil {
			return nil, err
		}
		pools[p.Id] = p
	}
	if i := findDisorder(g.Pools, func(a, b Pool) int { return strings.Compare(a.Id, b.Id) }); i >= 0 {
		return nil, ErrInvalidGenesis.Wrapf("pools[%d]: %s: expected ascending order of id, each once", i, g.Pools[i].Id)
	}
	if id := g.Params.DefaultPool; id != "" {
		if _, ok := pools[id]; !ok {
			return nil, ErrInvalidGenesis.Wrapf("default_pool: %q is not a pool", id)
		}
	}
	return pools, nil
}

func (g GenesisState) validateWorkers(codec address.Codec, pools map[string]Pool) (map[string]Worker, error) {
	workers := make(map[string]Worker, len(g.Workers))
	var owed uint64
	if i := findDisorder(g.Workers, func(a, b Worker) int { return strings.Compare(a.Address, b.Address) }); i >= 0 {
		return nil, ErrInvalidGenesis.Wrapf("workers[%d]: %s: expected ascending order of address, each once", i, g.Workers[i].Address)
	}
	for i, w := range g.Workers {
		if err := w.Validate(codec); err != nil {
			return nil, err
		}
		if err := validateWorkerPools(w, pools); err != nil {
			return nil, err
		}
		for _, amount := range []uint64{w.Bonded, w.Unbonding} {
			var ok bool
			if owed, ok = addSafely(owed, amount); !ok {
				return nil, ErrInvalidGenesis.Wrapf("stake of workers[%d]: the sum of all exceeds 64 bits", i)
			}
		}
		workers[w.Address] = w
	}
	return workers, nil
}

func validateWorkerPools(w Worker, pools map[string]Pool) error {
	for _, id := range w.Pools {
		p, ok := pools[id]
		if !ok {
			return ErrInvalidGenesis.Wrapf("pools of worker %s: %q is not a pool", w.Address, id)
		}
		if err := w.CheckPool(p); err != nil {
			return ErrInvalidGenesis.Wrap(err.Error())
		}
	}
	if w.Runtime == "" {
		return nil
	}
	if _, err := contract.FindRuntime(w.Runtime); err != nil {
		return ErrInvalidGenesis.Wrapf("worker %s: %s", w.Address, err)
	}
	return nil
}

func (g GenesisState) validateUnbondings(workers map[string]Worker) error {
	sums, open := make(map[string]uint64), make(map[string]int)
	if i := findDisorder(g.Unbondings, func(a, b Unbonding) int {
		return cmp.Or(cmp.Compare(a.Height, b.Height), strings.Compare(a.Worker, b.Worker))
	}); i >= 0 {
		return ErrInvalidGenesis.Wrapf("unbondings[%d]: expected ascending order of height and worker, each once", i)
	}
	for i, u := range g.Unbondings {
		w, ok := workers[u.Worker]
		if !ok {
			return ErrInvalidGenesis.Wrapf("unbondings[%d]: %q is not a worker", i, u.Worker)
		}
		if u.Height < 0 || u.Amount == 0 || u.Amount > w.Unbonding-sums[u.Worker] {
			return ErrInvalidGenesis.Wrapf("unbondings[%d]: %d ucred at height %d, expected a height and parts of the %d unbonding", i, u.Amount, u.Height, w.Unbonding)
		}
		sums[u.Worker] += u.Amount
		if open[u.Worker]++; open[u.Worker] > MaxUnbondings {
			return ErrInvalidGenesis.Wrapf("unbondings[%d]: %s has %d, expected at most %d", i, u.Worker, open[u.Worker], MaxUnbondings)
		}
	}
	for _, w := range g.Workers {
		if sums[w.Address] != w.Unbonding {
			return ErrInvalidGenesis.Wrapf("unbonding of worker %s: %d ucred, the queue holds %d", w.Address, w.Unbonding, sums[w.Address])
		}
	}
	return nil
}

// validateEvictions checks the queue, and that every eviction of a worker is in it.
func (g GenesisState) validateEvictions(pools map[string]Pool, workers map[string]Worker) error {
	queued := make(map[QueuedEviction]bool, len(g.Evictions))
	if i := findDisorder(g.Evictions, QueuedEviction.compareTo); i >= 0 {
		return ErrInvalidGenesis.Wrapf("evictions[%d]: expected ascending order of height, pool and worker, each once", i)
	}
	for i, e := range g.Evictions {
		if _, ok := pools[e.Pool]; !ok || e.Height < 0 {
			return ErrInvalidGenesis.Wrapf("evictions[%d]: from %q at height %d, expected a pool and a height", i, e.Pool, e.Height)
		}
		if _, ok := workers[e.Worker]; !ok {
			return ErrInvalidGenesis.Wrapf("evictions[%d]: %q is not a worker", i, e.Worker)
		}
		queued[e] = true
	}
	for _, w := range g.Workers {
		for _, e := range w.Evictions {
			if !queued[QueuedEviction{Height: e.Height, Pool: e.Pool, Worker: w.Address}] {
				return ErrInvalidGenesis.Wrapf("evictions of worker %s: from %s at height %d, expected it in the queue", w.Address, e.Pool, e.Height)
			}
		}
	}
	return nil
}

func (e QueuedEviction) compareTo(o QueuedEviction) int {
	return cmp.Or(cmp.Compare(e.Height, o.Height), strings.Compare(e.Pool, o.Pool), strings.Compare(e.Worker, o.Worker))
}

func (g GenesisState) validateTickets(pools map[string]Pool) error {
	if i := findDisorder(g.Tickets, func(a, b PoolTickets) int { return strings.Compare(a.Pool, b.Pool) }); i >= 0 {
		return ErrInvalidGenesis.Wrapf("tickets[%d]: %s: expected ascending order of pool, each once", i, g.Tickets[i].Pool)
	}
	for i, t := range g.Tickets {
		if _, ok := pools[t.Pool]; !ok {
			return ErrInvalidGenesis.Wrapf("tickets[%d]: %q is not a pool", i, t.Pool)
		}
		if len(t.Stints) > len(t.Organisations) {
			return ErrInvalidGenesis.Wrapf("tickets[%d].stints: %d, expected at most one for each of the %d tickets", i, len(t.Stints), len(t.Organisations))
		}
		holders := make(map[string]bool, len(t.Organisations))
		for _, org := range t.Organisations {
			if err := orgstypes.ValidateID(org); err != nil {
				return ErrInvalidGenesis.Wrapf("tickets[%d]: %s", i, err)
			}
			if holders[org] {
				return ErrInvalidGenesis.Wrapf("tickets[%d]: %s holds two of pool %s, expected one", i, org, t.Pool)
			}
			holders[org] = true
		}
	}
	return nil
}

func (g GenesisState) validateInvitations(pools map[string]Pool) error {
	if i := findDisorder(g.Invitations, func(a, b Invitation) int {
		return cmp.Or(strings.Compare(a.Pool, b.Pool), strings.Compare(a.Organisation, b.Organisation))
	}); i >= 0 {
		return ErrInvalidGenesis.Wrapf("invitations[%d]: expected ascending order of pool and organisation, each once", i)
	}
	for i, v := range g.Invitations {
		if _, ok := pools[v.Pool]; !ok {
			return ErrInvalidGenesis.Wrapf("invitations[%d]: %q is not a pool", i, v.Pool)
		}
		if err := orgstypes.ValidateID(v.Organisation); err != nil {
			return ErrInvalidGenesis.Wrapf("invitations[%d]: %s", i, err)
		}
	}
	return nil
}

// validateRechecks checks the passes and returns them by pool. When a pool that raises its stake has none, its pass has ended.
func (g GenesisState) validateRechecks(pools map[string]Pool) (map[string]*Recheck, error) {
	byPool := make(map[string]*Recheck, len(g.Rechecks))
	if i := findDisorder(g.Rechecks, func(a, b Recheck) int {
		return cmp.Or(cmp.Compare(a.Height, b.Height), strings.Compare(a.Pool, b.Pool))
	}); i >= 0 {
		return nil, ErrInvalidGenesis.Wrapf("rechecks[%d]: expected ascending order of height and pool", i)
	}
	for i := range g.Rechecks {
		r := &g.Rechecks[i]
		p, ok := pools[r.Pool]
		if !ok || !p.Raises() || p.NextHeight != r.Height || byPool[r.Pool] != nil {
			return nil, ErrInvalidGenesis.Wrapf("rechecks[%d]: %q at height %d, expected a pool that raises its stake then, once", i, r.Pool, r.Height)
		}
		byPool[r.Pool] = r
	}
	left := make(map[string]uint64)
	for _, w := range g.Workers {
		for _, id := range w.Pools {
			if byPool[id].Ahead(w.Address) {
				left[id]++
			}
		}
	}
	for i, r := range g.Rechecks {
		if r.Left != left[r.Pool] {
			return nil, ErrInvalidGenesis.Wrapf("rechecks[%d].left: %d, expected the %d workers ahead of it", i, r.Left, left[r.Pool])
		}
	}
	return byPool, nil
}

// validateEligible checks that the arrays hold exactly the ready workers, each once and under its organisation.
func (g GenesisState) validateEligible(pools map[string]Pool, workers map[string]Worker, rechecks map[string]*Recheck) error {
	type seat struct{ pool, worker string }
	listed := make(map[seat]bool)
	for i, e := range g.Eligible {
		p, ok := pools[e.Pool]
		if !ok || (i > 0 && g.Eligible[i-1].Pool >= e.Pool) {
			return ErrInvalidGenesis.Wrapf("eligible[%d]: %q: expected pools in ascending order, each once", i, e.Pool)
		}
		names := make(map[string]bool)
		for j, o := range e.Organisations {
			if names[o.Organisation] || len(o.Workers) == 0 {
				return ErrInvalidGenesis.Wrapf("eligible[%d].organisations[%d]: %q: expected each once, with workers", i, j, o.Organisation)
			}
			names[o.Organisation] = true
			for _, a := range o.Workers {
				w, ok := workers[a]
				if !ok || w.Organisation != o.Organisation || !w.Ready(p.Id, p.Asks(a, rechecks[p.Id])) || listed[seat{p.Id, a}] {
					return ErrInvalidGenesis.Wrapf("eligible[%d]: worker %q: expected ready ones of %s, each once", i, a, o.Organisation)
				}
				listed[seat{p.Id, a}] = true
			}
		}
	}
	for _, w := range g.Workers {
		for _, id := range w.Pools {
			if w.Ready(id, pools[id].Asks(w.Address, rechecks[id])) && !listed[seat{id, w.Address}] {
				return ErrInvalidGenesis.Wrapf("eligible: worker %s is ready for pool %s and not listed", w.Address, id)
			}
		}
	}
	return nil
}
