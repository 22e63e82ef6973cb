package order

import (
	"context"
	"strings"

	"github.com/credence-chain/credence/cmd/internal/connect"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// standing is what orders come to now. Their records say less: the chain takes an order that was cancelled by a floor, or
// whose asset is another's or has other terms now, from the book only when it would be met.
type standing struct {
	below floors
	stale map[string]string // why, by the order's id
}

// standingOf asks for what the orders sell and for their owners' floors, each once.
func standingOf(ctx context.Context, l *connect.Link, orders []markettypes.OrderRecord) (standing, error) {
	below, err := floorsOf(ctx, l.Conn, orders)
	if err != nil {
		return standing{}, err
	}
	out := standing{below, map[string]string{}}
	owners, pools, orgs := map[string]string{}, map[string]workerstypes.Pool{}, map[string]string{}
	for _, r := range orders {
		if !isOpen(r) {
			continue
		}
		switch o := r.Order; {
		case o.App != nil:
			id, _, _ := strings.Cut(o.App.App, ":")
			if _, known := owners[id]; !known {
				res, err := l.Conn.Apps().App(ctx, &appstypes.QueryAppRequest{Id: id})
				if err != nil {
					return out, err
				}
				owners[id] = res.App.Owner
			}
			if owners[id] != o.Owner {
				out.stale[r.Id] = "the app is of " + owners[id] + " now"
			}
		case o.Dataset != nil:
			id, _, _ := strings.Cut(o.Dataset.Dataset, ":")
			if _, known := owners[id]; !known {
				res, err := l.Conn.Apps().Dataset(ctx, &appstypes.QueryDatasetRequest{Id: id})
				if err != nil {
					return out, err
				}
				owners[id] = res.Dataset.Owner
			}
			if owners[id] != o.Owner {
				out.stale[r.Id] = "the dataset is of " + owners[id] + " now"
			}
		case o.Pool != nil:
			pool, known := pools[o.Pool.Pool]
			if !known {
				res, err := l.Conn.Workers().Pool(ctx, &workerstypes.QueryPoolRequest{Id: o.Pool.Pool})
				if err != nil {
					return out, err
				}
				pool = res.Pool
				pools[pool.Id] = pool
			}
			if err := markettypes.CheckPoolTerms(pool, *o.Pool); err != nil {
				out.stale[r.Id] = whyStale(err)
				continue
			}
			if pool.Operator == "" {
				continue
			}
			if _, known := orgs[o.Owner]; !known {
				if orgs[o.Owner], err = connect.OrganisationOf(ctx, l, o.Owner); err != nil {
					return out, err
				}
			}
			if orgs[o.Owner] != pool.Operator {
				out.stale[r.Id] = "the pool is of organisation " + pool.Operator + " now"
			}
		}
	}
	return out, nil
}

// whyStale is what an order has that its pool has not, without the name of the error.
func whyStale(err error) string {
	return strings.TrimSuffix(err.Error(), ": "+markettypes.ErrStale.Error())
}

// isOpen says whether an order's record says that it may be met.
func isOpen(r markettypes.OrderRecord) bool {
	return r.Status == markettypes.ORDER_STATUS_RESTING || r.Status == markettypes.ORDER_STATUS_SIGNED
}

// statusText is where an order stands, everything considered.
func (s standing) statusText(r markettypes.OrderRecord, height int64) string {
	switch {
	case !isOpen(r):
	case s.below.isCancelled(r):
		return "cancelled"
	case r.Order.Expired(height):
		return "expired"
	case s.stale[r.Id] != "":
		return "stale"
	}
	return orderStatus(r.Status)
}
