package types

// Limits of a pool's fields.
const (
	MinPoolIDLen      = 2
	MaxPoolIDLen      = 32
	MaxDescriptionLen = 512
	// RuntimeWasm is the one runtime there is.
	RuntimeWasm = "wasm"
)

// Validate checks a pool by itself; ErrInvalidPool names the field, its value and what was expected.
func (p Pool) Validate() error {
	if len(p.Id) < MinPoolIDLen || len(p.Id) > MaxPoolIDLen {
		return ErrInvalidPool.Wrapf("id %q: expected %d to %d characters", p.Id, MinPoolIDLen, MaxPoolIDLen)
	}
	for _, c := range []byte(p.Id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return ErrInvalidPool.Wrapf("id %q: expected only a-z, 0-9 and '-'", p.Id)
		}
	}
	if p.Operator == "" {
		return ErrInvalidPool.Wrapf("operator of %s: expected an organisation", p.Id)
	}
	if p.Runtime != RuntimeWasm {
		return ErrInvalidPool.Wrapf("runtime of %s: %q, expected %q", p.Id, p.Runtime, RuntimeWasm)
	}
	if p.Stake == 0 {
		// Without a stake there is nothing to slash, and honesty is no longer the best answer.
		return ErrInvalidPool.Wrapf("stake of %s: 0 ucred, expected at least 1", p.Id)
	}
	if len(p.Description) > MaxDescriptionLen {
		return ErrInvalidPool.Wrapf("description of %s: %d bytes, expected at most %d", p.Id, len(p.Description), MaxDescriptionLen)
	}
	return nil
}
