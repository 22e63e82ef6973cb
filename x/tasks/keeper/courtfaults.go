package keeper

import (
	"context"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// noteCourtFaults counts the faults of a court's seats: silence, and votes against two thirds.
func (k Keeper) noteCourtFaults(ctx context.Context, it *item, silent, wrong []string) error {
	for _, seat := range it.state.Court {
		wasSilent := slices.Contains(silent, seat.Who)
		if !wasSilent && !slices.Contains(wrong, seat.Who) {
			continue
		}
		if err := k.noteCourtFault(ctx, seat.Org, wasSilent, it.state.CourtCalled); err != nil {
			return err
		}
	}
	return nil
}

// noteCourtFault counts one fault of an organisation's seat in a court that was called at the height called. The fault is silence,
// or a vote against two thirds. A seat with too many faults is jailed; see poco.CourtRecord.
func (k Keeper) noteCourtFault(ctx context.Context, org string, silent bool, called int64) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	s, found, err := records.Find(ctx, k.CourtSilences, org)
	if err != nil {
		return err
	}
	if !found {
		s = types.CourtSilence{Organisation: org, Since: height}
	}
	record, jail := poco.CourtRecord{Count: s.Count, Since: s.Since, Silent: s.Silent}.Note(silent, called, height,
		poco.CourtStrikes{Most: params.CourtStrikes, Window: params.WindowBlocks})
	s.Count, s.Since, s.Silent = record.Count, record.Since, record.Silent
	if err := k.CourtSilences.Set(ctx, org, s); err != nil || !jail {
		return err
	}
	return k.seats.Jail(ctx, org, "silent or wrong in court")
}
