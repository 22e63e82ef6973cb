package types

import (
	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/words"
	"github.com/credence-chain/credence/poco/contract"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// Limits of a pool's fields.
const (
	MinPoolIDLen      = 2
	MaxPoolIDLen      = 32
	MaxDescriptionLen = 512
	// MaxBPS is a whole price in basis points (ten thousandths).
	MaxBPS = 10_000
)

// ValidatePoolID checks that id is 2 to 32 of a-z, 0-9 and '-'; ErrInvalidPool otherwise.
func ValidatePoolID(id string) error {
	if len(id) < MinPoolIDLen || len(id) > MaxPoolIDLen {
		return ErrInvalidPool.Wrapf("id %q: expected %d to %d characters", id, MinPoolIDLen, MaxPoolIDLen)
	}
	if !words.IsMade(id, "-") {
		return ErrInvalidPool.Wrapf("id %q: expected only a-z, 0-9 and '-'", id)
	}
	return nil
}

// Validate checks a pool by itself; ErrInvalidPool names the field, its value and what was expected.
func (p Pool) Validate(codec address.Codec) error {
	if err := ValidatePoolID(p.Id); err != nil {
		return err
	}
	for _, f := range []struct{ name, org string }{{"operator", p.Operator}, {"pending_operator", p.PendingOperator}} {
		if f.org == "" {
			continue // "" is the council as the operator, and nobody as the pending operator
		}
		if err := orgstypes.ValidateID(f.org); err != nil {
			return ErrInvalidPool.Wrapf("%s of %s: %s", f.name, p.Id, err)
		}
	}
	if err := p.validateSettings(codec); err != nil {
		return err
	}
	return p.validateNext()
}

func (p Pool) validateSettings(codec address.Codec) error {
	if _, err := contract.FindRuntime(p.Runtime); err != nil {
		return ErrInvalidPool.Wrapf("%s: %s", p.Id, err)
	}
	if len(p.Description) > MaxDescriptionLen {
		return ErrInvalidPool.Wrapf("description of %s: %d bytes, expected at most %d", p.Id, len(p.Description), MaxDescriptionLen)
	}
	if err := p.Terms().Validate(); err != nil {
		return ErrInvalidPool.Wrapf("terms of %s: %s", p.Id, err)
	}
	if err := ValidateCapabilities(p.Capabilities); err != nil {
		return ErrInvalidPool.Wrapf("capabilities of %s: %s", p.Id, err)
	}
	if err := p.Requesters.Validate(codec); err != nil {
		return ErrInvalidPool.Wrapf("requesters of %s: %s", p.Id, err)
	}
	return nil
}

// validateNext checks the terms that were announced, if there are any.
func (p Pool) validateNext() error {
	if p.Next == nil {
		if p.NextHeight != 0 {
			return ErrInvalidPool.Wrapf("next_height of %s: %d, expected 0 without next terms", p.Id, p.NextHeight)
		}
		return nil
	}
	if err := p.Next.Validate(); err != nil {
		return ErrInvalidPool.Wrapf("next terms of %s: %s", p.Id, err)
	}
	if p.Next.Stake < p.Stake {
		return ErrInvalidPool.Wrapf("next stake of %s: %d ucred, expected at least its stake, %d", p.Id, p.Next.Stake, p.Stake)
	}
	if p.NextHeight < 1 {
		return ErrInvalidPool.Wrapf("next_height of %s: %d, expected at least 1", p.Id, p.NextHeight)
	}
	return nil
}
