package types

// WithOrder returns the rematch of a topic under which an order of this price came. Before it has matched anybody the rematch
// takes the order in. Afterwards it goes on to its end, so that orders which come all the time do not keep it at the requests
// that pay most, and another follows it.
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

// Following returns the rematch that follows when this one has ended; there is none unless orders came meanwhile.
func (w Rematch) Following() (next Rematch, follows bool) {
	return Rematch{Topic: w.Topic, Price: w.AgainPrice}, w.Again
}
