package web

import (
	"context"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

type workerRow struct {
	Address       string   `json:"address"`
	Organisation  string   `json:"organisation"`
	Endpoint      string   `json:"endpoint"`
	Pools         []string `json:"pools"`
	Slots         uint32   `json:"slots"`
	Busy          uint32   `json:"busy"`
	Bonded        big      `json:"bonded"`
	Locked        big      `json:"locked"`
	Unbonding     big      `json:"unbonding"`
	State         string   `json:"state"`
	Until         int64    `json:"until"`
	Confirmations uint64   `json:"confirmations"`
	Right         uint64   `json:"right"`
	Wrong         uint64   `json:"wrong"`
	Unrevealed    uint64   `json:"unrevealed"`
	Silent        uint64   `json:"silent"`
	Abstained     uint64   `json:"abstained"`
	Slashed       big      `json:"slashed"`
	Earned        big      `json:"earned"`
}

func (c *chain) workerRow(w workerstypes.Worker) workerRow {
	row := workerRow{
		Address: w.Address, Organisation: w.Organisation, Endpoint: w.Endpoint, Pools: append([]string{}, w.Pools...), Slots: w.Slots, Busy: w.Busy,
		Bonded: big(w.Bonded), Locked: big(w.Locked), Unbonding: big(w.Unbonding), State: "ready",
		Confirmations: w.Record.Confirmations, Right: w.Record.Right, Wrong: w.Record.Wrong, Unrevealed: w.Record.Unrevealed,
		Silent: w.Record.Silent, Abstained: w.Record.Abstained, Slashed: big(w.Record.Slashed), Earned: big(w.Record.Earned),
	}
	switch {
	case w.Jailed:
		row.State = "jailed"
	case w.CoolingUntil > c.feed.Tip():
		row.State, row.Until = "cooling", w.CoolingUntil
	case w.Paused:
		row.State = "paused"
	case w.Busy >= w.Slots:
		row.State = "busy"
	}
	return row
}

func (c *chain) workerRows(list []workerstypes.Worker) []workerRow {
	rows := make([]workerRow, 0, len(list))
	for _, w := range list {
		rows = append(rows, c.workerRow(w))
	}
	return rows
}

type workerList struct {
	Workers []workerRow `json:"workers"`
	Next    string      `json:"next"`
}

func (c *chain) readWorkers(ctx context.Context, p params) (any, error) {
	list, err := readPage(p, false)
	if err != nil {
		return nil, err
	}
	res, err := c.conn.Workers().Workers(ctx, &workerstypes.QueryWorkersRequest{Pagination: list})
	if err != nil {
		return nil, err
	}
	return workerList{c.workerRows(res.Workers), nextPage(res.Pagination)}, nil
}

type workerPage struct {
	workerRow
	Tasks []taskRow `json:"tasks"`
	Next  string    `json:"next"`
}

func (c *chain) readWorker(ctx context.Context, p params) (any, error) {
	list, err := readPage(p, true)
	if err != nil {
		return nil, err
	}
	res, err := c.conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: p["id"]})
	if err != nil {
		return nil, err
	}
	tasks, err := c.conn.Tasks().TasksOf(ctx, &taskstypes.QueryTasksOfRequest{Who: p["id"], Pagination: list})
	if err != nil {
		return nil, err
	}
	rows, err := c.taskRows(ctx, tasks.Tasks)
	return workerPage{c.workerRow(res.Worker), rows, nextPage(tasks.Pagination)}, err
}
