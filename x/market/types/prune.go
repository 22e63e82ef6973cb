package types

import (
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// Prune returns the compact record of an order that has ended.
func (r OrderRecord) Prune() PrunedOrder {
	return PrunedOrder{Id: r.Id, Kind: r.Kind, Status: r.Status, Filled: r.Filled}
}

// Prune returns the compact record of a request that has ended.
func (r Request) Prune() PrunedOrder {
	return PrunedOrder{Id: r.Id, Kind: ORDER_KIND_REQUEST, Request: r.Status, Filled: r.Filled}
}

// PrunedByDeal returns the compact record of a request whose first deal was pruned and which has none of its own: all of it met orders.
func PrunedByDeal(request string, first dealstypes.Deal) PrunedOrder {
	return PrunedOrder{Id: request, Kind: ORDER_KIND_REQUEST, Request: REQUEST_STATUS_MATCHED, Filled: first.Bag, Pruned: first.Pruned}
}

// OrderRecord returns what the compact record says of an order: without its content, its owner and its heights.
func (p PrunedOrder) OrderRecord() OrderRecord {
	return OrderRecord{Id: p.Id, Kind: p.Kind, Status: p.Status, Filled: p.Filled, Pruned: p.Pruned}
}

// AsRequest returns what the compact record says of a request: without its job and its nonce. Whose it was, its first deal says, if it
// has one.
func (p PrunedOrder) AsRequest(first dealstypes.Deal) Request {
	r := Request{Id: p.Id, Status: p.Request, Filled: p.Filled, Pruned: p.Pruned, Deal: first.Id, Requester: first.Requester, Height: first.Height}
	r.Job.Size_ = max(first.Bag, p.Filled)
	return r
}

// ended is how it ended, in words.
func (p PrunedOrder) ended() string {
	if p.Kind == ORDER_KIND_REQUEST {
		return p.Request.String()
	}
	return p.Status.String()
}

// wasCancelled says that its owner took it back.
func (p PrunedOrder) wasCancelled() bool {
	return p.Request == REQUEST_STATUS_CANCELLED || p.Status == ORDER_STATUS_CANCELLED
}

// Used says that the nonce of the order is taken, for ever: ErrCancelled or ErrNonce.
func (p PrunedOrder) Used() error {
	refusal := ErrNonce
	if p.wasCancelled() {
		refusal = ErrCancelled
	}
	return refusal.Wrapf("nonce: it was used for %s %s, which ended as %s and was pruned at height %d; choose another", p.Kind.Word(), p.Id, p.ended(), p.Pruned)
}

// Gone says that the whole record is not there any more: ErrEnded.
func (p PrunedOrder) Gone() error {
	return ErrEnded.Wrapf("%s %s is %s and was pruned at height %d; a node that keeps the state of the height before has the rest", p.Kind.Word(), p.Id, p.ended(), p.Pruned)
}

// validateRecord names the first field that cannot be.
func (p PrunedOrder) validateRecord() error {
	request := p.Kind == ORDER_KIND_REQUEST
	return checkClaims(
		claim{isBetween(p.Kind, ORDER_KIND_APP, ORDER_KIND_REQUEST), "kind: expected a kind of order"},
		claim{request || p.Request == REQUEST_STATUS_UNSPECIFIED, "request: expected no status of a request"},
		claim{!request || p.Status == ORDER_STATUS_UNSPECIFIED, "status: expected none of a request"},
		claim{request || isBetween(p.Status, ORDER_STATUS_FILLED, ORDER_STATUS_STALE), "status: expected that of an order that has ended"},
		claim{!request || p.Request != REQUEST_STATUS_UNSPECIFIED && !(Request{Status: p.Request}).Waits(), "request: expected the status of one that has ended"},
		claim{p.Pruned > 0, "pruned: expected the height of its pruning"},
	)
}
