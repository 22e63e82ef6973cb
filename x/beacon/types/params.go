package types

// DefaultRetention keeps the seeds of about two weeks of half-second blocks.
const DefaultRetention int64 = 2_500_000

// DefaultParams of the module.
func DefaultParams() Params { return Params{Retention: DefaultRetention} }

// MinRetention keeps what a draw a few blocks later needs.
const MinRetention int64 = 100

// Validate checks every parameter.
func (p Params) Validate() error {
	if p.Retention < MinRetention {
		return ErrInvalidParams.Wrapf("retention: %d, expected at least %d blocks", p.Retention, MinRetention)
	}
	return nil
}
