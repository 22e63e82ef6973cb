package types

// Left returns how many tasks of the request's bag have not met orders.
func (r Request) Left() uint64 { return r.Job.Size_ - r.Filled }

// Waits says that matching may still fill the request.
func (r Request) Waits() bool {
	return r.Status == REQUEST_STATUS_QUEUED || r.Status == REQUEST_STATUS_RESTING || r.Status == REQUEST_STATUS_SIGNED
}

// Expired says that the request is no longer met at a height.
func (r Request) Expired(height int64) bool { return r.Expiry > 0 && height >= r.Expiry }

// Order returns the request as an order.
func (r Request) Order() Order {
	return Order{Owner: r.Requester, Nonce: r.Nonce, Expiry: r.Expiry, Request: &r.Job}
}
