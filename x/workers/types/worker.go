package types

import (
	"net/url"
	"slices"
	"strings"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/poco"
)

// MaxEndpointLen bounds a worker's endpoint in bytes.
const MaxEndpointLen = 256

// Outage returns the worker's last outage, which is identified by the first reveal that the worker missed.
func (r Record) Outage() poco.Outage {
	return poco.Outage{Committed: r.OutageCommitted, Missed: r.OutageMissed}
}

// Free returns the stake that is bonded and not locked for an assignment, in ucred.
func (w Worker) Free() uint64 { return w.Bonded - w.Locked }

// Cooling says whether the worker cools down after a fault. The queue of cooling workers clears CoolingUntil.
func (w Worker) Cooling() bool { return w.CoolingUntil != 0 }

// Ready says whether the worker can be drawn for a pool that asks for a stake (see Pool.Asks), if its organisation can.
func (w Worker) Ready(pool string, stake uint64) bool {
	return slices.Contains(w.Pools, pool) && w.Available() == nil && w.Free() >= stake
}

// Available returns an ErrNotDrawable with the reason why the worker takes no assignments, or nil. It does not look at stake and
// organisation.
func (w Worker) Available() error {
	if err := w.KeptOut(); err != nil {
		return err
	}
	if w.Busy >= w.Slots {
		return ErrNotDrawable.Wrapf("%s: %d of %d slots are busy", w.Address, w.Busy, w.Slots)
	}
	return nil
}

// KeptOut returns an ErrNotDrawable with the reason why the worker takes no assignments even when it has nothing to do, or nil.
func (w Worker) KeptOut() error {
	switch {
	case w.Paused:
		return ErrNotDrawable.Wrapf("%s is paused", w.Address)
	case w.Jailed:
		return ErrNotDrawable.Wrapf("%s is jailed", w.Address)
	case w.Cooling():
		return ErrNotDrawable.Wrapf("%s is cooling down until height %d", w.Address, w.CoolingUntil)
	}
	return nil
}

// Serve sets the pools that the worker serves, given in the order of their ids. It drops an eviction from a pool that the worker
// leaves.
func (w *Worker) Serve(pools []string) {
	w.Pools = pools
	w.Evictions = slices.DeleteFunc(w.Evictions, func(e Eviction) bool { return !slices.Contains(pools, e.Pool) })
}

// CheckPool returns why a worker cannot serve in a pool, or nil. The pool must run the worker's runtime, which its other pools
// have set, and the worker must declare the pool's capabilities.
func (w Worker) CheckPool(pool Pool) error {
	if w.Runtime != "" && pool.Runtime != w.Runtime {
		return ErrInvalidWorker.Wrapf("pools of %s: %s runs %q, expected %q as the others", w.Address, pool.Id, pool.Runtime, w.Runtime)
	}
	if name := MissingCapability(w.Capabilities, pool.Capabilities); name != "" {
		return ErrLacks.Wrapf("%s: expected it to declare %q for pool %s", w.Address, name, pool.Id)
	}
	return nil
}

// EvictionFrom returns the index of the worker's eviction from a pool in Evictions, or the index at which it would be.
func (w Worker) EvictionFrom(pool string) (i int, found bool) {
	return slices.BinarySearchFunc(w.Evictions, pool, func(e Eviction, pool string) int { return strings.Compare(e.Pool, pool) })
}

// Validate checks a worker by itself: addresses, endpoint, the order of pools and evictions, busy <= slots and locked <= bonded.
// ErrInvalidWorker names the field, its value and what was expected.
func (w Worker) Validate(codec address.Codec) error {
	for _, f := range []struct{ name, value string }{{"address", w.Address}, {"owner", w.Owner}} {
		if text, err := Canonical(codec, f.value); err != nil || text != f.value {
			return ErrInvalidWorker.Wrapf("%s %q: expected an address", f.name, f.value)
		}
	}
	if w.Organisation == "" {
		return ErrInvalidWorker.Wrapf("organisation of %s: expected one", w.Address)
	}
	if err := ValidateEndpoint(w.Endpoint); err != nil {
		return err
	}
	if err := w.validateNumbers(); err != nil {
		return err
	}
	if err := ValidateCapabilities(w.Capabilities); err != nil {
		return ErrInvalidWorker.Wrapf("capabilities of %s: %s", w.Address, err)
	}
	return w.validatePools()
}

func (w Worker) validateNumbers() error {
	switch {
	case w.Slots == 0 || w.Slots > MaxSlots:
		return ErrInvalidWorker.Wrapf("slots of %s: %d, expected 1 to %d", w.Address, w.Slots, MaxSlots)
	case w.Busy > w.Slots:
		return ErrInvalidWorker.Wrapf("slots of %s: %d, expected at least the %d that are busy", w.Address, w.Slots, w.Busy)
	case w.Locked > w.Bonded:
		return ErrInvalidWorker.Wrapf("locked of %s: %d ucred, expected at most the %d bonded", w.Address, w.Locked, w.Bonded)
	case w.CoolingUntil < 0:
		return ErrInvalidWorker.Wrapf("cooling_until of %s: %d is negative", w.Address, w.CoolingUntil)
	case w.Record.OutageCommitted < 0 || w.Record.OutageMissed < w.Record.OutageCommitted:
		return ErrInvalidWorker.Wrapf("record of %s: outage_committed %d and outage_missed %d, expected heights in this order",
			w.Address, w.Record.OutageCommitted, w.Record.OutageMissed)
	}
	return nil
}

func (w Worker) validatePools() error {
	if len(w.Pools) > MaxPools {
		return ErrInvalidWorker.Wrapf("pools of %s: %d, expected at most %d", w.Address, len(w.Pools), MaxPools)
	}
	if i := findDisorder(w.Pools, strings.Compare); i >= 0 {
		return ErrInvalidWorker.Wrapf("pools of %s: %q after %q, expected ascending order, each once", w.Address, w.Pools[i], w.Pools[i-1])
	}
	if i := findDisorder(w.Evictions, func(a, b Eviction) int { return strings.Compare(a.Pool, b.Pool) }); i >= 0 {
		return ErrInvalidWorker.Wrapf("evictions of %s: %q after %q, expected ascending order, each once",
			w.Address, w.Evictions[i].Pool, w.Evictions[i-1].Pool)
	}
	for _, e := range w.Evictions {
		if !slices.Contains(w.Pools, e.Pool) || e.Height < 0 {
			return ErrInvalidWorker.Wrapf("evictions of %s: from %q at height %d, expected a pool that it serves and a height", w.Address, e.Pool, e.Height)
		}
	}
	return nil
}

// ValidateEndpoint checks that endpoint is the base URL of a server: http or https, a host, neither user, query nor
// fragment.
func ValidateEndpoint(endpoint string) error {
	if endpoint == "" || len(endpoint) > MaxEndpointLen {
		return ErrInvalidWorker.Wrapf("endpoint: %d bytes, expected 1 to %d", len(endpoint), MaxEndpointLen)
	}
	if strings.ContainsFunc(endpoint, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return ErrInvalidWorker.Wrapf("endpoint %q: expected printable ASCII without spaces", endpoint)
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return ErrInvalidWorker.Wrapf("endpoint %q: expected a URL", endpoint)
	}
	if !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Hostname() == "" {
		return ErrInvalidWorker.Wrapf("endpoint %q: expected http:// or https:// and a host", endpoint)
	}
	bare := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath, OmitHost: u.OmitHost}
	if *u != bare {
		return ErrInvalidWorker.Wrapf("endpoint %q: expected neither user, query nor fragment", endpoint)
	}
	return nil
}

// findDisorder returns the index of the first item that is not above the one before it, or -1 if all ascend.
func findDisorder[T any](items []T, compare func(a, b T) int) int {
	for i := 1; i < len(items); i++ {
		if compare(items[i-1], items[i]) >= 0 {
			return i
		}
	}
	return -1
}

// Canonical returns the only text of an address that the state uses. So a worker has one name, whatever the case in which its
// address was written.
func Canonical(codec address.Codec, text string) (string, error) {
	bz, err := codec.StringToBytes(text)
	if err != nil {
		return "", err
	}
	return codec.BytesToString(bz)
}
