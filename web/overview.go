package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file has the overview, the first page: the state of the network in one answer. It shows the latest blocks with what the protocol did
// in them, the validator seats, beacon, supply, court and audits, the newest tasks, and whether each module holds the coins that it owes.

// shownBlocks is the number of blocks in the overview's list.
const shownBlocks = 12

// overview is everything that the first page shows.
type overview struct {
	Chain    string     `json:"chain"`
	Height   int64      `json:"height"`
	Activity activity   `json:"activity"`
	Blocks   []blockRow `json:"blocks"` // newest first
	Seats    []seatRow  `json:"seats"`
	Beacon   beaconView `json:"beacon"`
	Supply   supplyView `json:"supply"`
	Paused   bool       `json:"paused"`
	Pause    *pauseView `json:"pause,omitempty"`
	Court    courtView  `json:"court"`
	Audits   auditsView `json:"audits"`
	Newest   []taskRow  `json:"newest"`
	Solvency []solvent  `json:"solvency"`
}

type seatRow struct {
	Organisation string `json:"organisation"`
	Power        int64  `json:"power"`
	State        string `json:"state"`
	Missed       int64  `json:"missed"`
}

type beaconView struct {
	Height int64  `json:"height"`
	Seed   string `json:"seed"`
	Factor uint64 `json:"factor"`
	Delay  int64  `json:"delay"`
}

type cause struct {
	Name   string `json:"name"`
	Amount string `json:"amount"`
}

type supplyView struct {
	Total     string  `json:"total"`
	Made      []cause `json:"made"`
	Destroyed []cause `json:"destroyed"`
	Mintable  big     `json:"mintable"`
}

type pauseView struct {
	Since  int64    `json:"since"`
	Until  int64    `json:"until"`
	Reason string   `json:"reason"`
	Seats  []string `json:"seats"`
}

type courtView struct {
	Waiting  uint64 `json:"waiting"`
	Sessions uint32 `json:"sessions"`
}

type auditsView struct {
	Budget       big          `json:"budget"`
	ErrorsPPM    uint64       `json:"errors_ppm"`
	ColludersPPM uint64       `json:"colluders_ppm"`
	AssumedPPM   uint64       `json:"assumed_ppm"`
	Counts       []auditCount `json:"counts"`
}

type auditCount struct {
	Cause      string `json:"cause"`
	Called     uint64 `json:"called"`
	Upheld     uint64 `json:"upheld"`
	Overturned uint64 `json:"overturned"`
	Undecided  uint64 `json:"undecided"` // including courts that ended without an answer
}

type solvent struct {
	Module  string `json:"module"`
	Balance big    `json:"balance"`
	Owed    big    `json:"owed"`
	Solvent bool   `json:"solvent"`
}

func (c *chain) readOverview(ctx context.Context, _ params) (any, error) {
	o := &overview{Chain: c.conn.ChainID(), Height: c.feed.Tip(), Blocks: []blockRow{}, Newest: []taskRow{}}
	addresses, err := c.readSeats(ctx, o)
	if err != nil {
		return nil, err
	}
	rows := c.readLatest(ctx, o.Height)
	o.Activity = activityOf(rows)
	for _, row := range rows[:min(shownBlocks, len(rows))] {
		row.Proposer = addresses[hex.EncodeToString(row.proposer)]
		o.Blocks = append(o.Blocks, row)
	}
	if err := c.readBeacon(ctx, o); err != nil {
		return nil, err
	}
	if err := c.readSupply(ctx, o); err != nil {
		return nil, err
	}
	if err := c.readCourt(ctx, o); err != nil {
		return nil, err
	}
	newest, err := c.readNewest(ctx)
	if err != nil {
		return nil, err
	}
	o.Newest = newest[:min(8, len(newest))]
	return o, c.readSolvency(ctx, o)
}

// readSeats reads the validator seats and whether the chain is paused. It returns the seats' organisations by the address with which blocks
// name their proposer.
func (c *chain) readSeats(ctx context.Context, o *overview) (map[string]string, error) {
	res, err := c.conn.Poa().Seats(ctx, &poatypes.QuerySeatsRequest{})
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	o.Seats = []seatRow{}
	for _, s := range res.Seats {
		address := sha256.Sum256(s.ConsensusPubkey)
		names[hex.EncodeToString(address[:20])] = s.OrgId
		row := seatRowOf(s)
		if one, err := c.conn.Poa().Seat(ctx, &poatypes.QuerySeatRequest{OrgId: s.OrgId}); err == nil {
			row.Missed = one.Missed
		}
		o.Seats = append(o.Seats, row)
	}
	pause, err := c.conn.Poa().Pause(ctx, &poatypes.QueryPauseRequest{})
	if err != nil {
		return nil, err
	}
	o.Paused = pause.Paused
	if p := pause.Pause; p != nil {
		o.Pause = &pauseView{p.Since, p.Until, p.Reason, p.Seats}
	}
	return names, nil
}

func seatRowOf(s poatypes.Seat) seatRow {
	row := seatRow{Organisation: s.OrgId, Power: s.Power, State: "active"}
	switch {
	case s.Tombstoned:
		row.State = "tombstoned"
	case s.Revoked:
		row.State = "revoked"
	case s.Waiting:
		row.State = "waiting"
	case s.Jailed:
		row.State = "jailed"
	}
	return row
}

func (c *chain) readBeacon(ctx context.Context, o *overview) error {
	res, err := c.conn.Beacon().Seed(ctx, &beacontypes.QuerySeedRequest{})
	if err != nil {
		return err
	}
	o.Beacon = beaconView{res.Seed.Height, hex.EncodeToString(res.Seed.Seed), res.Factor, res.Delay}
	return nil
}

func (c *chain) readSupply(ctx context.Context, o *overview) error {
	res, err := c.conn.Supply().Supply(ctx, &supplytypes.QuerySupplyRequest{})
	if err != nil {
		return err
	}
	o.Supply = supplyView{Total: res.Supply.String(), Made: []cause{}, Destroyed: []cause{}, Mintable: big(res.Mintable)}
	for _, m := range res.Made {
		o.Supply.Made = append(o.Supply.Made, cause{m.Name, m.Amount.String()})
	}
	for _, d := range res.Destroyed {
		o.Supply.Destroyed = append(o.Supply.Destroyed, cause{d.Name, d.Amount.String()})
	}
	return nil
}

func (c *chain) readCourt(ctx context.Context, o *overview) error {
	line, err := c.conn.Tasks().CourtLine(ctx, &taskstypes.QueryCourtLineRequest{Pagination: firstPage(1)})
	if err != nil {
		return err
	}
	o.Court = courtView{line.Courts.Waiting, line.Courts.Sessions}
	audits, err := c.conn.Tasks().Audits(ctx, &taskstypes.QueryAuditsRequest{})
	if err != nil {
		return err
	}
	o.Audits = auditsView{big(audits.Budget), audits.ErrorsPpm, audits.ColludersPpm, audits.AssumedPpm, []auditCount{}}
	for _, a := range audits.Counts {
		o.Audits.Counts = append(o.Audits.Counts, auditCount{wordOf(a.Cause, "AUDIT_CAUSE_"), a.Called, a.Upheld, a.Overturned, a.NoAnswer + a.Undecided})
	}
	return nil
}
