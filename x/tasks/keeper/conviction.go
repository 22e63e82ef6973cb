package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// noteConvictions records the workers that a court found wrong, for their organisations and for the app that they ran. An app that
// convicts workers of too many organisations is suspended for review: it may give honest workers another answer than the court.
func (k Keeper) noteConvictions(ctx context.Context, it *item, ends []poco.SeatEnd) error {
	for _, e := range ends {
		if e.Fault != poco.FaultWrong {
			continue
		}
		// The court checks other answers of the organisation when their audit windows end; see findAuditCause.
		if err := k.Convicted.Set(ctx, e.Org, sdk.UnwrapSDKContext(ctx).BlockHeight()); err != nil {
			return err
		}
		if err := k.noteConviction(ctx, it.deal.App, e.Org); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) noteConviction(ctx context.Context, app, org string) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	stored, _, err := records.Find(ctx, k.AppConvictions, app)
	if err != nil {
		return err
	}
	var known []poco.Conviction
	for _, c := range stored.Convictions {
		known = append(known, poco.Conviction{Org: c.Organisation, Height: c.Height})
	}
	known, review := params.ConvictionRule().Note(known, poco.Conviction{Org: org, Height: sdk.UnwrapSDKContext(ctx).BlockHeight()})
	if review {
		if err := k.AppConvictions.Remove(ctx, app); err != nil {
			return err
		}
		return k.apps.SuspendForReview(ctx, app)
	}
	stored = types.AppConvictions{App: app}
	for _, c := range known {
		stored.Convictions = append(stored.Convictions, types.Conviction{Organisation: c.Org, Height: c.Height})
	}
	return k.AppConvictions.Set(ctx, app, stored)
}
