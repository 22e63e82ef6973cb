package keeper

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// ReplayDraw recomputes a task's draws from the beacon's own seeds.
func (q queryServer) ReplayDraw(ctx context.Context, req *types.QueryReplayDrawRequest) (*types.QueryReplayDrawResponse, error) {
	t, err := q.Tasks.Get(ctx, req.Id)
	if errors.Is(err, collections.ErrNotFound) {
		err = q.explainMissing(ctx, req.Id)
	}
	if err != nil {
		return nil, refuseRequest(err)
	}
	id, err := types.ParseID(t.Id)
	if err != nil {
		return nil, err
	}
	out := &types.QueryReplayDrawResponse{Recorded: t.Draws}
	for i, d := range t.Draws {
		seed, err := q.beacon.SeedAt(ctx, d.Height)
		if err != nil {
			return nil, err
		}
		again, err := replayDraw(id, d, seed, seatsBefore(t.Draws[:i], d.Attempt))
		if err != nil {
			return nil, err
		}
		out.Recomputed = append(out.Recomputed, again)
	}
	out.Equal_ = reflect.DeepEqual(out.Recorded, out.Recomputed)
	return out, nil
}

// seatsBefore returns how many seats an attempt had after these draws.
func seatsBefore(draws []types.DrawRecord, attempt uint32) (n uint32) {
	for _, d := range draws {
		if d.Attempt == attempt {
			n += uint32(len(d.Drawn))
		}
	}
	return n
}

// replayDraw draws again from a seed, for the seats from first on. It takes over from the record what the state said at that time:
// the holders of tickets, the organisations that could not be drawn, and how many workers an organisation had.
func replayDraw(id [32]byte, d types.DrawRecord, seed []byte, first uint32) (types.DrawRecord, error) {
	again := d
	again.Seed, again.Drawn, again.Passed, again.Lists, again.Members = seed, nil, nil, nil, nil
	entropy := poco.Entropy{Beacon: seed, Task: id, Attempt: d.Attempt, Wave: d.Wave}
	again.LotteryDrawn = d.Wave == 2 && entropy.Lottery(d.Lottery)
	ranking, drawn := entropy.Ranking(poco.TicketSpace(d.Tickets)), []uint64(nil)
	for i := range uint32(len(d.Drawn)) {
		ticket, found, err := ranking.Pick(func(ticket uint64) (bool, error) {
			if ticket >= d.Tickets || slices.Contains(drawn, ticket) || slices.Contains(again.Passed, ticket) {
				return false, nil
			}
			if slices.Contains(d.Passed, ticket) {
				again.Passed = append(again.Passed, ticket)
				return false, nil
			}
			return true, nil
		})
		if err != nil {
			return again, err
		}
		if !found {
			at := slices.IndexFunc(d.Lists, func(l types.ListDraw) bool { return l.Seat == i })
			if at < 0 {
				return again, nil // the record says otherwise
			}
			list := d.Lists[at]
			if len(list.Tickets) == 0 {
				return again, nil
			}
			ticket, again.Lists = entropy.Least(i, list.Tickets), append(again.Lists, list)
		}
		drawn = append(drawn, ticket)
		again.Drawn = append(again.Drawn, ticket)
		again.Members = append(again.Members, entropy.Member(first+i, d.MemberSizes[i]))
	}
	return again, nil
}
