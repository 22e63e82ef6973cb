package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// This file applies a court's verdict against an attested answer (docs/adr/0073).

// Signer returns the machine and the measurement of the session whose key signed a worker's answer. It returns ErrInvalid, or
// ErrNoSession if the worker has no session with that key.
func (k Keeper) Signer(ctx context.Context, worker string, evidence []byte) (machine, measurement string, err error) {
	key, _, err := types.SplitEvidence(evidence)
	if err != nil {
		return "", "", err
	}
	s, found, err := records.Find(ctx, k.Sessions, collections.Join(worker, key))
	if err == nil && !found {
		err = types.ErrNoSession.Wrapf("%s has registered no session of the key %x", worker, key[:8])
	}
	return s.Machine, s.Measurement, err
}

// Convict records that a court found another answer than the one that the enclave signed. It freezes the machine. It freezes the
// measurement once courts have found machines of court_organisations organisations wrong at the height since or later. One broken machine
// says nothing about an image that others run too, and somebody who breaks into one machine must not be able to stop all others. For the
// same reason a conviction that is not counted freezes the machine alone: the caller says so of one that cost next to nothing.
func (k Keeper) Convict(ctx context.Context, machine string, c types.Conviction, counted bool, since int64) error {
	c.Height = heightOf(ctx)
	if err := c.Validate(); err != nil {
		return err
	}
	reason := "a court found another answer to task " + c.Task
	if err := k.freezeOnce(ctx, machine, reason); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil || params.CourtOrganisations == 0 || !counted {
		return err
	}
	frozen, err := k.Freezes.Has(ctx, c.Measurement)
	if err != nil || frozen {
		return err
	}
	if err := k.forgetConvictions(ctx, c.Measurement, since); err != nil {
		return err
	}
	n, err := k.noteConviction(ctx, c, params.CourtOrganisations)
	if err != nil || n < params.CourtOrganisations {
		return err
	}
	return k.freezeOnce(ctx, c.Measurement, reason)
}

// forgetConvictions removes the convictions under a measurement below a height. Each conviction removes those that are too old, and fewer
// than court_organisations are left, or the measurement would be frozen. So there are few.
func (k Keeper) forgetConvictions(ctx context.Context, measurement string, since int64) error {
	var old []pair
	err := k.Convictions.Walk(ctx, collections.NewPrefixedPairRange[string, string](measurement), func(key pair, c types.Conviction) (bool, error) {
		if c.Height < since {
			old = append(old, key)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	for _, key := range old {
		if err := k.Convictions.Remove(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// noteConviction stores the last conviction of each organisation under a measurement, and returns how many organisations there
// are, counted up to most.
func (k Keeper) noteConviction(ctx context.Context, c types.Conviction, most uint32) (n uint32, err error) {
	if err := k.Convictions.Set(ctx, collections.Join(c.Measurement, c.Organisation), c); err != nil {
		return 0, err
	}
	err = k.Convictions.Walk(ctx, collections.NewPrefixedPairRange[string, string](c.Measurement), func(pair, types.Conviction) (bool, error) {
		n++
		return n >= most, nil
	})
	return n, err
}

// freezeOnce freezes a machine or a measurement unless it is frozen already.
func (k Keeper) freezeOnce(ctx context.Context, subject, reason string) error {
	if err := k.Freeze(ctx, subject, reason, nil); !errors.Is(err, types.ErrFrozen) {
		return err
	}
	return nil
}
