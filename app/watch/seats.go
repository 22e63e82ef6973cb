package watch

import (
	"errors"

	"cosmossdk.io/collections"

	poakeeper "github.com/credence-chain/credence/x/poa/keeper"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

func (r *reading) readSeats() error {
	seats, err := r.k.Poa.AllSeats(r.ctx)
	if err != nil {
		return err
	}
	count := tally{"active": 0, "jailed": 0, "revoked": 0, "tombstoned": 0, "waiting": 0}
	for _, s := range seats {
		count[seatStatus(s)]++
		missed, err := r.k.Poa.MissedCount.Get(r.ctx, s.OrgId)
		if err != nil && !errors.Is(err, collections.ErrNotFound) {
			return err
		}
		r.addGauge(r.g.missed, float64(missed), s.OrgId)
		silence, err := r.k.Tasks.CourtSilences.Get(r.ctx, s.OrgId)
		if err != nil && !errors.Is(err, collections.ErrNotFound) {
			return err
		}
		r.addGauge(r.g.silences, float64(silence.Count), s.OrgId)
	}
	r.addTally(r.g.seats, count)
	return nil
}

func (r *reading) readPause() error {
	res, err := poakeeper.NewQueryServer(r.k.Poa).Pause(r.ctx, &poatypes.QueryPauseRequest{})
	if err != nil {
		return err
	}
	paused, until := 0.0, 0.0
	if res.Paused {
		paused, until = 1, float64(res.Pause.Until)
	}
	r.addGauge(r.g.paused, paused)
	r.addGauge(r.g.pauseUntil, until)
	return nil
}

func seatStatus(s poatypes.Seat) string {
	switch {
	case s.Tombstoned:
		return "tombstoned"
	case s.Revoked:
		return "revoked"
	case s.Waiting:
		return "waiting"
	case s.Jailed:
		return "jailed"
	}
	return "active"
}
