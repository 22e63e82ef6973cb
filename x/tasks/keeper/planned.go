package keeper

import (
	"context"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Planned seats. A task that is planned and waits for its draw reserves seats in its pool: draws of first workers leave as many
// organisations for it.

// countPlanned changes the number of seats that a pool's planned tasks reserve by what one task reserved before and reserves after. The
// difference may wrap around; so may the sum, and the two cancel out.
func (k Keeper) countPlanned(ctx context.Context, pool string, before, after uint64) error {
	if before == after {
		return nil
	}
	n, _, err := records.Find(ctx, k.Planned, pool)
	if err != nil {
		return err
	}
	if n += after - before; n == 0 {
		return k.Planned.Remove(ctx, pool)
	}
	return k.Planned.Set(ctx, pool, n)
}

// plannedSeats returns how many seats a task reserves for the draw that it waits for, also for that of a later wave; 0 if it waits for
// none.
func plannedSeats(t types.Task) uint64 {
	if t.Phase != types.PHASE_LOCKED || t.Plan == nil {
		return 0
	}
	return uint64(t.Plan.Replicas) // one more than the blind seats: for the lottery, or for whoever leaves
}
