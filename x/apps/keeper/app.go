package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/apps/types"
)

// GetApp returns the app named id, or ErrNotFound.
func (k Keeper) GetApp(ctx context.Context, id string) (types.App, error) {
	app, err := k.Apps.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return app, types.ErrNotFound.Wrapf("app %q", id)
	}
	return app, err
}

// FlagNonDeterministic counts a task in which no answer had two thirds of the court, and suspends the app. A suspended app takes
// no new requests until the council reinstates it. ErrNotFound when there is no such app.
func (k Keeper) FlagNonDeterministic(ctx context.Context, appID string) error {
	return k.changeApp(ctx, appID, "suspended", func(app *types.App) error {
		app.Voids++
		app.Suspended = true
		return nil
	})
}

// SuspendForReview suspends an app because courts convicted workers of several organisations that ran it: it takes no new
// requests until the council has looked at it and reinstates it. ErrNotFound when there is no such app.
func (k Keeper) SuspendForReview(ctx context.Context, appID string) error {
	return k.changeApp(ctx, appID, "suspended", func(app *types.App) error {
		app.Reviews++
		app.Suspended = true
		return nil
	})
}

// Reinstate lifts a suspension; ErrNotSuspended when the app is not suspended. The count of void tasks stays.
func (k Keeper) Reinstate(ctx context.Context, appID string) error {
	return k.changeApp(ctx, appID, "reinstated", func(app *types.App) error {
		if !app.Suspended {
			return types.ErrNotSuspended.Wrapf("%s", app.Id)
		}
		app.Suspended = false
		return nil
	})
}

func (k Keeper) changeApp(ctx context.Context, id, what string, change func(*types.App) error) error {
	app, err := k.GetApp(ctx, id)
	if err != nil {
		return err
	}
	if err := change(&app); err != nil {
		return err
	}
	if err := k.setApp(ctx, app); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventAppChanged{App: id, What: what})
}

// setApp stores a new or known app and updates the index of owners.
func (k Keeper) setApp(ctx context.Context, app types.App) error {
	known, err := k.Apps.Get(ctx, app.Id)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	if err := k.indexOwner(ctx, k.AppsByOwner, app.Id, known.Owner, app.Owner); err != nil {
		return err
	}
	return k.Apps.Set(ctx, app.Id, app)
}
