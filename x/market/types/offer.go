package types

// MaxResting is how many offers of one pool rest on the book at once.
const MaxResting = 32

// Validate checks what the owner chose; ErrOffer names the field.
func (o Offer) Validate() error {
	switch {
	case o.Pool == "":
		return ErrOffer.Wrap("pool: got none, expected a pool's id")
	case o.Price > MaxPrice:
		return ErrOffer.Wrapf("price: got %d, expected at most %d ucred", o.Price, uint64(MaxPrice))
	case o.MaxFuel == 0:
		return ErrOffer.Wrap("max_fuel: got 0, expected the largest fuel limit it takes")
	}
	return nil
}

// Takes says whether the offer has volume left for size more tasks.
func (o Offer) Takes(size uint64) bool {
	return o.Volume == 0 || o.Filled <= o.Volume && o.Volume-o.Filled >= size
}

// Filled offers are off the book.
func (o Offer) Exhausted() bool { return o.Volume > 0 && o.Filled >= o.Volume }
