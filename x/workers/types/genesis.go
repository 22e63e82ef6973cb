package types

import (
	"cmp"
	"fmt"
	"strings"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/poco/contract"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// The checks of a genesis state. Each list has its own check. They run in an order in which every reference (a pool, a worker, a
// pass) points to a list that was checked before. What depends on other modules, such as the roles of organisations, is checked by
// the import.

// DefaultGenesis has no pools and no workers.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks the state by itself: the order of lists and the references between them. The unbondings must add up to
// the workers' unbonding stake, and the dense arrays must hold exactly the ready workers. The arrays may be absent as a
// whole: they are then built in the order of the workers' addresses.
func (g GenesisState) Validate(codec address.Codec) error {
	c := &genesisCheck{
		GenesisState: g, codec: codec,
		pools: make(map[string]Pool, len(g.Pools)), workers: make(map[string]Worker, len(g.Workers)), rechecks: make(map[string]*Recheck, len(g.Rechecks)),
	}
	return steps.Run(
		g.Params.Validate, c.checkPot, c.checkPools, c.checkWorkers, c.checkUnbondings, c.checkInvitations,
		c.checkRechecks, c.checkTickets, c.checkEvictions, c.checkEligible, c.checkAbsences,
	)
}

// genesisCheck checks the lists of a state in order; a check may rely on the lists that were checked before.
type genesisCheck struct {
	GenesisState
	codec    address.Codec
	pools    map[string]Pool
	workers  map[string]Worker
	rechecks map[string]*Recheck // by pool
}

// checkOrder checks that a list ascends by a key. key names the key's fields in the error.
func checkOrder[T any](list string, items []T, key string, compare func(a, b T) int) error {
	if i := findDisorder(items, compare); i >= 0 {
		return ErrInvalidGenesis.Wrapf("%s[%d]: expected ascending order of %s, each once", list, i, key)
	}
	return nil
}

// checkPool checks that the pool of a list's entry exists.
func (c *genesisCheck) checkPool(list string, i int, pool string) error {
	if _, ok := c.pools[pool]; !ok {
		return ErrInvalidGenesis.Wrapf("%s[%d]: %q is not a pool", list, i, pool)
	}
	return nil
}

// checkWorker checks that the worker of a list's entry exists.
func (c *genesisCheck) checkWorker(list string, i int, worker string) error {
	if _, ok := c.workers[worker]; !ok {
		return ErrInvalidGenesis.Wrapf("%s[%d]: %q is not a worker", list, i, worker)
	}
	return nil
}

func (c *genesisCheck) checkPot() error {
	if c.SlashedPot != 0 {
		return ErrInvalidGenesis.Wrapf("slashed_pot: %d ucred, expected 0 between blocks", c.SlashedPot)
	}
	return nil
}

func (c *genesisCheck) checkPools() error {
	for _, p := range c.Pools {
		if err := p.Validate(c.codec); err != nil {
			return err
		}
		c.pools[p.Id] = p
	}
	if id := c.Params.DefaultPool; id != "" {
		if _, ok := c.pools[id]; !ok {
			return ErrInvalidGenesis.Wrapf("default_pool: %q is not a pool", id)
		}
	}
	return checkOrder("pools", c.Pools, "id", func(a, b Pool) int { return strings.Compare(a.Id, b.Id) })
}

func (c *genesisCheck) checkWorkers() error {
	if err := checkOrder("workers", c.Workers, "address", func(a, b Worker) int { return strings.Compare(a.Address, b.Address) }); err != nil {
		return err
	}
	var owed uint64
	for i, w := range c.Workers {
		if err := w.Validate(c.codec); err != nil {
			return err
		}
		if err := validateWorkerPools(w, c.pools); err != nil {
			return err
		}
		stake, fits := addSafely(w.Bonded, w.Unbonding)
		sum, sumFits := addSafely(owed, stake)
		if !fits || !sumFits {
			return ErrInvalidGenesis.Wrapf("stake of workers[%d]: the sum of all exceeds 64 bits", i)
		}
		owed, c.workers[w.Address] = sum, w
	}
	return nil
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

// checkUnbondings checks the queue, and that it holds exactly what the workers are unbonding.
func (c *genesisCheck) checkUnbondings() error {
	err := checkOrder("unbondings", c.Unbondings, "height and worker", func(a, b Unbonding) int {
		return cmp.Or(cmp.Compare(a.Height, b.Height), strings.Compare(a.Worker, b.Worker))
	})
	if err != nil {
		return err
	}
	sums, open := make(map[string]uint64), make(map[string]int)
	for i, u := range c.Unbondings {
		if err := c.checkWorker("unbondings", i, u.Worker); err != nil {
			return err
		}
		if whole := c.workers[u.Worker].Unbonding; u.Height < 0 || u.Amount == 0 || u.Amount > whole-sums[u.Worker] {
			return ErrInvalidGenesis.Wrapf("unbondings[%d]: %d ucred at height %d, expected a height and parts of the %d unbonding", i, u.Amount, u.Height, whole)
		}
		sums[u.Worker] += u.Amount
		open[u.Worker]++
	}
	return c.checkUnbondingSums(sums, open)
}

func (c *genesisCheck) checkUnbondingSums(sums map[string]uint64, open map[string]int) error {
	for _, w := range c.Workers {
		if sums[w.Address] != w.Unbonding {
			return ErrInvalidGenesis.Wrapf("unbonding of worker %s: %d ucred, the queue holds %d", w.Address, w.Unbonding, sums[w.Address])
		}
		if open[w.Address] > MaxUnbondings {
			return ErrInvalidGenesis.Wrapf("unbondings of worker %s: the queue holds %d, expected at most %d", w.Address, open[w.Address], MaxUnbondings)
		}
	}
	return nil
}

// checkEvictions checks the queue, and that every eviction of a worker is in it.
func (c *genesisCheck) checkEvictions() error {
	if err := checkOrder("evictions", c.Evictions, "height, pool and worker", QueuedEviction.compareTo); err != nil {
		return err
	}
	queued := make(map[QueuedEviction]bool, len(c.Evictions))
	for i, e := range c.Evictions {
		if e.Height < 0 {
			return ErrInvalidGenesis.Wrapf("evictions[%d]: at height %d, expected a height", i, e.Height)
		}
		if err := cmp.Or(c.checkPool("evictions", i, e.Pool), c.checkWorker("evictions", i, e.Worker)); err != nil {
			return err
		}
		queued[e] = true
	}
	for _, w := range c.Workers {
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

func (c *genesisCheck) checkTickets() error {
	err := checkOrder("tickets", c.Tickets, "pool", func(a, b PoolTickets) int { return strings.Compare(a.Pool, b.Pool) })
	if err != nil {
		return err
	}
	for i, t := range c.Tickets {
		if err := c.checkPool("tickets", i, t.Pool); err != nil {
			return err
		}
		if err := t.validateHolders(); err != nil {
			return ErrInvalidGenesis.Wrapf("tickets[%d]%s", i, err)
		}
	}
	return nil
}

// validateHolders checks that each organisation holds one ticket of the pool, and at most one stint.
func (t PoolTickets) validateHolders() error {
	if len(t.Stints) > len(t.Organisations) {
		return fmt.Errorf(".stints: %d, expected at most one for each of the %d tickets", len(t.Stints), len(t.Organisations))
	}
	holders := make(map[string]bool, len(t.Organisations))
	for _, org := range t.Organisations {
		if err := orgstypes.ValidateID(org); err != nil {
			return fmt.Errorf(": %w", err)
		}
		if holders[org] {
			return fmt.Errorf(": %s holds two of pool %s, expected one", org, t.Pool)
		}
		holders[org] = true
	}
	return nil
}

func (c *genesisCheck) checkInvitations() error {
	err := checkOrder("invitations", c.Invitations, "pool and organisation", func(a, b Invitation) int {
		return cmp.Or(strings.Compare(a.Pool, b.Pool), strings.Compare(a.Organisation, b.Organisation))
	})
	if err != nil {
		return err
	}
	for i, v := range c.Invitations {
		if err := c.checkPool("invitations", i, v.Pool); err != nil {
			return err
		}
		if err := orgstypes.ValidateID(v.Organisation); err != nil {
			return ErrInvalidGenesis.Wrapf("invitations[%d]: %s", i, err)
		}
	}
	return nil
}

// checkRechecks checks the passes over pools. If a pool raises its stake and has no pass, its pass has ended.
func (c *genesisCheck) checkRechecks() error {
	err := checkOrder("rechecks", c.Rechecks, "height and pool", func(a, b Recheck) int {
		return cmp.Or(cmp.Compare(a.Height, b.Height), strings.Compare(a.Pool, b.Pool))
	})
	if err != nil {
		return err
	}
	for i := range c.Rechecks {
		r := &c.Rechecks[i]
		p, ok := c.pools[r.Pool]
		if !ok || !p.Raises() || p.NextHeight != r.Height || c.rechecks[r.Pool] != nil {
			return ErrInvalidGenesis.Wrapf("rechecks[%d]: %q at height %d, expected a pool that raises its stake then, once", i, r.Pool, r.Height)
		}
		c.rechecks[r.Pool] = r
	}
	left := c.countAhead()
	for i, r := range c.Rechecks {
		if r.Left != left[r.Pool] {
			return ErrInvalidGenesis.Wrapf("rechecks[%d].left: %d, expected the %d workers ahead of it", i, r.Left, left[r.Pool])
		}
	}
	return nil
}

// countAhead counts, by pool, the workers that a pass has yet to reach.
func (c *genesisCheck) countAhead() map[string]uint64 {
	left := make(map[string]uint64)
	for _, w := range c.Workers {
		for _, id := range w.Pools {
			if c.rechecks[id].Ahead(w.Address) {
				left[id]++
			}
		}
	}
	return left
}

func (c *genesisCheck) checkAbsences() error {
	for i, a := range c.Absences {
		if a.Organisation == "" || i > 0 && c.Absences[i-1].Organisation >= a.Organisation {
			return ErrInvalidGenesis.Wrapf("absences: %q at %d, expected organisations in ascending order, each once", a.Organisation, i)
		}
	}
	return nil
}

// listing is a worker's place in the arrays of a pool.
type listing struct{ pool, worker string }

// checkEligible checks that the arrays hold exactly the ready workers, each once and under its organisation.
func (c *genesisCheck) checkEligible() error {
	if len(c.Eligible) == 0 {
		return nil
	}
	err := checkOrder("eligible", c.Eligible, "pool", func(a, b EligiblePool) int { return strings.Compare(a.Pool, b.Pool) })
	if err != nil {
		return err
	}
	listed := make(map[listing]bool)
	for i, e := range c.Eligible {
		if err := c.checkPool("eligible", i, e.Pool); err != nil {
			return err
		}
		if err := c.checkArrays(e, listed); err != nil {
			return ErrInvalidGenesis.Wrapf("eligible[%d]%s", i, err)
		}
	}
	for _, w := range c.Workers {
		for _, id := range w.Pools {
			if c.isReady(w, id) && !listed[listing{id, w.Address}] {
				return ErrInvalidGenesis.Wrapf("eligible: worker %s is ready for pool %s and not listed", w.Address, id)
			}
		}
	}
	return nil
}

// checkArrays checks the arrays of one pool, and adds the workers that they list to listed.
func (c *genesisCheck) checkArrays(e EligiblePool, listed map[listing]bool) error {
	names := make(map[string]bool)
	for j, o := range e.Organisations {
		if names[o.Organisation] || len(o.Workers) == 0 {
			return fmt.Errorf(".organisations[%d]: %q: expected each once, with workers", j, o.Organisation)
		}
		names[o.Organisation] = true
		for _, a := range o.Workers {
			w, ok := c.workers[a]
			if !ok || w.Organisation != o.Organisation || !c.isReady(w, e.Pool) || listed[listing{e.Pool, a}] {
				return fmt.Errorf(": worker %q: expected ready ones of %s, each once", a, o.Organisation)
			}
			listed[listing{e.Pool, a}] = true
		}
	}
	return nil
}

// isReady says whether a worker can be drawn for a pool, if its organisation can.
func (c *genesisCheck) isReady(w Worker, pool string) bool {
	return w.Ready(pool, c.pools[pool].Asks(w.Address, c.rechecks[pool]))
}
