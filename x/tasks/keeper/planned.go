package keeper

import (
	"context"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Planned seats. A task that is planned and waits for its draw reserves seats in its pool: draws of first workers leave that many
// organisations for it.

// countPlanned changes the number of seats that the planned tasks of a pool reserve together. One of the tasks reserved "before" seats
// until now, and reserves "after" seats from now on. The unsigned difference may wrap around; the sum then wraps back.
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

// plannedSeats returns how many seats a task reserves for the draw of wave 2, or of a later wave, for which it waits; 0 if it
// waits for none.
func plannedSeats(t types.Task) uint64 {
	if t.Phase != types.PHASE_LOCKED || t.Plan == nil {
		return 0
	}
	return uint64(t.Plan.Replicas) // one more than the blind seats: for the lottery, or for an organisation that leaves
}
