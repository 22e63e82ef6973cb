package types

// DefaultRetention is how many blocks' seeds are kept by default: about two weeks of half-second blocks.
const DefaultRetention int64 = 2_500_000

// DefaultParams of the module.
func DefaultParams() Params { return Params{Retention: DefaultRetention} }

// MinRetention is the least retention, in blocks. It covers the seeds that a draw some blocks after its commit needs.
const MinRetention int64 = 100

// Validate checks every parameter.
func (p Params) Validate() error {
	if p.Retention < MinRetention {
		return ErrInvalidParams.Wrapf("retention: %d, expected at least %d blocks", p.Retention, MinRetention)
	}
	return nil
}
