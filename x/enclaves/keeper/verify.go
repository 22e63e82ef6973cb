package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// Verify returns why the evidence of an answer is not the signature of an enclave that the deal accepts, or nil. It costs one
// check of a signature.
//
// In a recheck of the mempool, and for a proposal, Verify asks only whether the session counts. The signature was checked when the
// transaction came, and cannot become wrong.
func (k Keeper) Verify(ctx context.Context, l types.Listing, s poco.Statement, evidence []byte) error {
	key, signature, err := types.SplitEvidence(evidence)
	if err != nil {
		return err
	}
	session, found, err := records.Find(ctx, k.Sessions, collections.Join(s.Who, key))
	if err != nil {
		return err
	}
	if !found {
		return types.ErrNoSession.Wrapf("%s has registered no session of the key %x", s.Who, key[:8])
	}
	if err := k.CheckSession(ctx, session); err != nil {
		return err
	}
	if err := k.checkListed(ctx, l, session.Measurement); err != nil {
		return err
	}
	if c := sdk.UnwrapSDKContext(ctx); c.IsReCheckTx() || c.ExecMode() == sdk.ExecModePrepareProposal {
		return nil
	}
	return session.CheckAnswer(s, signature)
}

// CheckSession returns why a session does not count in this block: ErrExpired, ErrFrozen or ErrLevel.
func (k Keeper) CheckSession(ctx context.Context, s types.Session) error {
	if err := s.CheckTime(heightOf(ctx), timeOf(ctx)); err != nil {
		return err
	}
	_, why, err := k.voided(ctx, s)
	return errors.Join(why, err)
}

// voided returns why the chain no longer accepts a session, whatever time the session has left, and since which height: ErrFrozen
// or ErrLevel.
func (k Keeper) voided(ctx context.Context, s types.Session) (since int64, why, err error) {
	for _, subject := range []string{s.Machine, s.Measurement} {
		f, frozen, err := records.Find(ctx, k.Freezes, subject)
		if err != nil {
			return 0, nil, err
		}
		if frozen {
			return f.Height, types.ErrFrozen.Wrapf("%s, since height %d: %s", subject, f.Height, f.Reason), nil
		}
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, nil, err
	}
	if why = s.Level.CheckLevel(s.Platform, params, 0); why != nil {
		since, err = k.ParamsHeight.Get(ctx)
		return since, why, err
	}
	if s.Platform != types.PLATFORM_TDX {
		return 0, nil, nil
	}
	edition, _, err := records.Find(ctx, k.Editions, s.Level.Family)
	if err != nil {
		return 0, nil, err
	}
	return edition.Raised, s.Level.CheckLevel(s.Platform, params, edition.Evaluation()), nil
}

// checkListed returns ErrNotListed for a measurement that does not count for the app. If the app's version lists measurements,
// these count; otherwise those count that the council listed for the runtime.
func (k Keeper) checkListed(ctx context.Context, l types.Listing, measurement string) error {
	if len(l.Measurements) > 0 {
		if slices.Contains(l.Measurements, measurement) {
			return nil
		}
		return types.ErrNotListed.Wrapf("%s: the version of the app lists others", measurement)
	}
	i, found, err := records.Find(ctx, k.Images, collections.Join(l.Runtime, measurement))
	switch {
	case err != nil:
		return err
	case !found:
		return types.ErrNotListed.Wrapf("%s: the version of the app lists none, and the council has not listed it for %s", measurement, l.Runtime)
	case heightOf(ctx) < i.ActiveFrom:
		return types.ErrNotListed.Wrapf("%s: it counts for %s from height %d on, this is %d", measurement, l.Runtime, i.ActiveFrom, heightOf(ctx))
	}
	return nil
}

// IsUsable says whether an enclave's signature can count for the app in this block: at least one measurement that the deal accepts
// is not frozen.
func (k Keeper) IsUsable(ctx context.Context, l types.Listing) (bool, error) {
	err := k.CheckListing(ctx, l)
	if errors.Is(err, types.ErrNotListed) || errors.Is(err, types.ErrFrozen) {
		return false, nil
	}
	return err == nil, err
}

// CheckListing returns why no enclave's signature can count for an app in this block: ErrNotListed or ErrFrozen. It is asked
// before anything is paid.
func (k Keeper) CheckListing(ctx context.Context, l types.Listing) error {
	list, err := k.measurementsOf(ctx, l)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return types.ErrNotListed.Wrapf("measurements: the version of the app lists none, and the council has listed no image for %q that counts now", l.Runtime)
	}
	for _, id := range list {
		frozen, err := k.Freezes.Has(ctx, id)
		if err != nil || !frozen {
			return err
		}
	}
	return types.ErrFrozen.Wrapf("measurements: all %d that count for the app, of which the first is %s", len(list), list[0])
}

// measurementsOf returns the measurements that count for an app in this block, frozen or not.
func (k Keeper) measurementsOf(ctx context.Context, l types.Listing) (list []string, err error) {
	if len(l.Measurements) > 0 {
		return l.Measurements, nil
	}
	images, err := k.imagesOf(ctx, l.Runtime)
	for _, i := range images {
		if heightOf(ctx) >= i.ActiveFrom {
			list = append(list, i.Measurement)
		}
	}
	return list, err
}

// WasVoided says whether, at height from or later, the chain itself took a session for a deal from a worker whose time was not
// over. Such a worker is not to blame if it cannot show its answer.
func (k Keeper) WasVoided(ctx context.Context, l types.Listing, worker string, from int64) (bool, error) {
	sessions, err := k.sessionsOf(ctx, worker)
	if err != nil {
		return false, err
	}
	for _, s := range sessions {
		if s.CheckTime(heightOf(ctx), timeOf(ctx)) != nil || s.Registered > from {
			continue
		}
		if err := k.checkListed(ctx, l, s.Measurement); errors.Is(err, types.ErrNotListed) {
			continue
		} else if err != nil {
			return false, err
		}
		since, why, err := k.voided(ctx, s)
		if err != nil || why != nil && since >= from {
			return err == nil, err
		}
	}
	return false, nil
}
