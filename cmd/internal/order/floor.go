package order

import (
	"context"

	credence "github.com/credence-chain/credence/client"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// floors are the nonces below which owners have cancelled their orders. Such orders leave the book only when they would be
// met.
type floors map[floorKey]uint64

type floorKey struct {
	owner string
	kind  markettypes.OrderKind
}

// floorsOf asks for those of the orders' owners.
func floorsOf(ctx context.Context, conn *credence.Conn, orders []markettypes.OrderRecord) (floors, error) {
	out := floors{}
	for _, r := range orders {
		key := floorKey{r.Order.Owner, r.Kind}
		if _, known := out[key]; known || key.owner == "" {
			continue
		}
		res, err := conn.Market().Floor(ctx, &markettypes.QueryFloorRequest{Owner: key.owner, Kind: key.kind})
		if err != nil {
			return nil, err
		}
		out[key] = res.Below
	}
	return out, nil
}

// isCancelled says whether an order's owner has cancelled it by a floor.
func (f floors) isCancelled(r markettypes.OrderRecord) bool {
	return r.Order.Nonce < f[floorKey{r.Order.Owner, r.Kind}]
}
