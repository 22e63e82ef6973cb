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

// PrunedByDeal returns the compact record of a request whose whole bag met orders. Such a request has no compact record of its own once
// it is pruned; the record is made of that of its first deal.
func PrunedByDeal(request string, first dealstypes.Deal) PrunedOrder {
	return PrunedOrder{Id: request, Kind: ORDER_KIND_REQUEST, Request: REQUEST_STATUS_MATCHED, Filled: first.Bag, Pruned: first.Pruned}
}

// OrderRecord returns what the compact record says of an order. Content, owner and heights are missing.
func (p PrunedOrder) OrderRecord() OrderRecord {
	return OrderRecord{Id: p.Id, Kind: p.Kind, Status: p.Status, Filled: p.Filled, Pruned: p.Pruned}
}

// AsRequest returns what the compact record says of a request. Job and nonce are missing; the requester is that of its first deal, if the
// request has one.
func (p PrunedOrder) AsRequest(first dealstypes.Deal) Request {
	r := Request{Id: p.Id, Status: p.Request, Filled: p.Filled, Pruned: p.Pruned, Deal: first.Id, Requester: first.Requester, Height: first.Height}
	r.Job.Size_ = max(first.Bag, p.Filled)
	return r
}

// ended returns the status with which the order or request ended, in words.
func (p PrunedOrder) ended() string {
	if p.Kind == ORDER_KIND_REQUEST {
		return p.Request.String()
	}
	return p.Status.String()
}

// wasCancelled says whether its owner cancelled it.
func (p PrunedOrder) wasCancelled() bool {
	return p.Request == REQUEST_STATUS_CANCELLED || p.Status == ORDER_STATUS_CANCELLED
}

// Used returns the error for an order whose nonce belongs to the pruned one: ErrCancelled or ErrNonce.
func (p PrunedOrder) Used() error {
	refusal := ErrNonce
	if p.wasCancelled() {
		refusal = ErrCancelled
	}
	return refusal.Wrapf("nonce: it was used for %s %s, which ended as %s and was pruned at height %d; choose another", p.Kind.Word(), p.Id, p.ended(), p.Pruned)
}

// Gone returns the error for a whole record that was pruned: ErrEnded.
func (p PrunedOrder) Gone() error {
	return ErrEnded.Wrapf("%s %s is %s and was pruned at height %d; a node that keeps the state of the height before has the rest", p.Kind.Word(), p.Id, p.ended(), p.Pruned)
}

// validateRecord names the first field that is not valid.
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
