package order

import (
	"context"
	"strings"

	"github.com/credence-chain/credence/cmd/internal/connect"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// standing is the present status of orders. An order's record can be out of date: the chain removes an order that was cancelled by a floor,
// or whose asset now has another owner or other terms, only when matching reads it.
type standing struct {
	below floors
	stale map[string]string // the reason, by the order's id
}

// findStanding asks the chain for the orders' assets and for their owners' floors, each once.
func findStanding(ctx context.Context, l *connect.Link, orders []markettypes.OrderRecord) (standing, error) {
	below, err := readFloors(ctx, l.Conn, orders)
	if err != nil {
		return standing{}, err
	}
	out := standing{below, map[string]string{}}
	a := assets{l: l, apps: cache[string]{}, datasets: cache[string]{}, pools: cache[workerstypes.Pool]{}, organisations: cache[string]{}}
	for _, r := range orders {
		if !isOpen(r) {
			continue
		}
		why, err := a.findStale(ctx, r.Order)
		if err != nil {
			return out, err
		}
		if why != "" {
			out.stale[r.Id] = why
		}
	}
	return out, nil
}

// cache holds answers by id.
type cache[T any] map[string]T

// find returns the answer for the id, and asks for it only once.
func (c cache[T]) find(id string, ask func() (T, error)) (T, error) {
	if known, ok := c[id]; ok {
		return known, nil
	}
	found, err := ask()
	if err == nil {
		c[id] = found
	}
	return found, err
}

// assets holds what is known so far about the assets that orders sell.
type assets struct {
	l              *connect.Link
	apps, datasets cache[string] // the owner of each
	pools          cache[workerstypes.Pool]
	organisations  cache[string] // of each account
}

// findStale returns why an order no longer fits its asset; "" if it fits.
func (a assets) findStale(ctx context.Context, o markettypes.Order) (string, error) {
	switch {
	case o.App != nil:
		owner, err := a.findAppOwner(ctx, o.App.App)
		return compareOwner("app", owner, o.Owner), err
	case o.Dataset != nil:
		owner, err := a.findDatasetOwner(ctx, o.Dataset.Dataset)
		return compareOwner("dataset", owner, o.Owner), err
	case o.Pool != nil:
		return a.findStalePool(ctx, o.Owner, *o.Pool)
	}
	return "", nil
}

func compareOwner(what, owner, of string) string {
	if owner == of {
		return ""
	}
	return "the " + what + " is of " + owner + " now"
}

func (a assets) findAppOwner(ctx context.Context, version string) (string, error) {
	id, _, _ := strings.Cut(version, ":")
	return a.apps.find(id, func() (string, error) {
		res, err := a.l.Conn.Apps().App(ctx, &appstypes.QueryAppRequest{Id: id})
		if err != nil {
			return "", err
		}
		return res.App.Owner, nil
	})
}

func (a assets) findDatasetOwner(ctx context.Context, version string) (string, error) {
	id, _, _ := strings.Cut(version, ":")
	return a.datasets.find(id, func() (string, error) {
		res, err := a.l.Conn.Apps().Dataset(ctx, &appstypes.QueryDatasetRequest{Id: id})
		if err != nil {
			return "", err
		}
		return res.Dataset.Owner, nil
	})
}

// findStalePool compares an order with the pool's terms, and the order's owner with the pool's operator.
func (a assets) findStalePool(ctx context.Context, owner string, o markettypes.PoolOrder) (string, error) {
	pool, err := a.pools.find(o.Pool, func() (workerstypes.Pool, error) {
		res, err := a.l.Conn.Workers().Pool(ctx, &workerstypes.QueryPoolRequest{Id: o.Pool})
		if err != nil {
			return workerstypes.Pool{}, err
		}
		return res.Pool, nil
	})
	if err != nil {
		return "", err
	}
	if err := markettypes.CheckPoolTerms(pool, o); err != nil {
		return formatStale(err), nil
	}
	if pool.Operator == "" {
		return "", nil
	}
	org, err := a.organisations.find(owner, func() (string, error) { return connect.OrganisationOf(ctx, a.l, owner) })
	if err != nil || org == pool.Operator {
		return "", err
	}
	return "the pool is of organisation " + pool.Operator + " now", nil
}

// formatStale returns the text of an error without the name of the error, ErrStale.
func formatStale(err error) string {
	return strings.TrimSuffix(err.Error(), ": "+markettypes.ErrStale.Error())
}

// isOpen reports whether an order's record says that the order may be matched.
func isOpen(r markettypes.OrderRecord) bool {
	return r.Status == markettypes.ORDER_STATUS_RESTING || r.Status == markettypes.ORDER_STATUS_SIGNED
}

// formatStatus returns the present status of an order.
func (s standing) formatStatus(r markettypes.OrderRecord, height int64) string {
	switch {
	case !isOpen(r):
	case s.below.isCancelled(r):
		return "cancelled"
	case r.Order.Expired(height):
		return "expired"
	case s.stale[r.Id] != "":
		return "stale"
	}
	return formatOrderStatus(r.Status)
}
