package types

// WithOrder returns the rematch of a topic after an order of this price came there. A rematch that has not matched any request yet covers
// the order as well. A rematch that is under way runs to its end, and another follows it for the order. Otherwise a stream of orders
// could keep it at the requests that pay most.
func (w Rematch) WithOrder(price uint64) Rematch {
	switch {
	case w.After == "":
		w.Price = min(price, w.Price)
	case w.Again:
		w.AgainPrice = min(price, w.AgainPrice)
	default:
		w.Again, w.AgainPrice = true, price
	}
	return w
}

// Following returns the rematch that follows when this one has ended. follows is false when no order came meanwhile.
func (w Rematch) Following() (next Rematch, follows bool) {
	return Rematch{Topic: w.Topic, Price: w.AgainPrice}, w.Again
}
