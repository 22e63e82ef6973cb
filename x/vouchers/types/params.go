package types

// DefaultParams let 200 vouchers end in a block, as the market does with orders and requests.
func DefaultParams() Params { return Params{EndsPerBlock: 200} }

// Validate names the first field that is out of its range.
func (p Params) Validate() error {
	if p.EndsPerBlock < 1 || p.EndsPerBlock > 100_000 {
		return ErrInvalidParams.Wrapf("ends_per_block: got %d, expected 1 to 100000", p.EndsPerBlock)
	}
	return nil
}
