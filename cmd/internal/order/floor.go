package order

import (
	"context"

	credence "github.com/credence-chain/credence/client"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// floors holds, for each owner and kind of order, the nonce below which the owner has cancelled all orders. Such an order stays in the book
// until matching reads it.
type floors map[floorKey]uint64

type floorKey struct {
	owner string
	kind  markettypes.OrderKind
}

// readFloors asks for the floors of the orders' owners.
func readFloors(ctx context.Context, conn *credence.Conn, orders []markettypes.OrderRecord) (floors, error) {
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

// isCancelled reports whether the order's nonce is below its owner's floor.
func (f floors) isCancelled(r markettypes.OrderRecord) bool {
	return r.Order.Nonce < f[floorKey{r.Order.Owner, r.Kind}]
}
