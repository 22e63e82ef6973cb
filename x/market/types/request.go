package types

// Progress returns the part of the request that changes.
func (r Request) Progress() RequestProgress {
	return RequestProgress{
		Status: r.Status, Reason: r.Reason, Deal: r.Deal, Escrow: r.Escrow,
		Filled: r.Filled, Deals: r.Deals, Topic: r.Topic, Limit: r.Limit, Done: r.Done,
		WaitsFor: r.WaitsFor, Awaited: r.Awaited, Results: r.Results,
	}
}

// With returns the request with a progress in it.
func (r Request) With(p RequestProgress) Request {
	r.Status, r.Reason, r.Deal, r.Escrow = p.Status, p.Reason, p.Deal, p.Escrow
	r.Filled, r.Deals, r.Topic, r.Limit, r.Done = p.Filled, p.Deals, p.Topic, p.Limit, p.Done
	r.WaitsFor, r.Awaited, r.Results = p.WaitsFor, p.Awaited, p.Results
	return r
}

// Left returns how many tasks of the request's bag have not met orders.
func (r Request) Left() uint64 { return r.Job.Size_ - r.Filled }

// Waits says whether matching may still fill the request.
func (r Request) Waits() bool { return r.HoldsBudget() || r.Status == REQUEST_STATUS_SIGNED }

// HoldsBudget says whether the request is queued, rests, or waits for others. max_price is then locked for each of its tasks that is left.
func (r Request) HoldsBudget() bool {
	return r.Status == REQUEST_STATUS_QUEUED || r.Status == REQUEST_STATUS_RESTING || r.Status == REQUEST_STATUS_WAITING
}

// Expired says whether the request is no longer met at a height.
func (r Request) Expired(height int64) bool { return r.Expiry > 0 && height >= r.Expiry }

// Order returns the request as an order.
func (r Request) Order() Order {
	return Order{Owner: r.Requester, Nonce: r.Nonce, Expiry: r.Expiry, Request: &r.Job}
}
