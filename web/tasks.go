package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/internal/ids"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// taskRow is a task, as lists show it.
type taskRow struct {
	ID           string `json:"id"`
	Index        uint64 `json:"index"`
	Deal         string `json:"deal"`
	Request      string `json:"request"`
	App          string `json:"app"`
	Version      string `json:"version"`
	Requester    string `json:"requester"`
	Organisation string `json:"organisation"`
	Trust        uint64 `json:"trust"`
	State        string `json:"state"`
	Phase        string `json:"phase"`
	Ending       string `json:"ending"`
	Final        bool   `json:"final"`
	ByCourt      bool   `json:"by_court"`
	Replicas     int    `json:"replicas"`
	Opened       int64  `json:"opened"`
	Done         int64  `json:"done"`
	Digest       string `json:"digest"`
	Kind         string `json:"kind"`
}

type taskList struct {
	Tasks []taskRow `json:"tasks"`
	Next  string    `json:"next"`
	// Newest says that the list has the newest tasks of all states. Lists of one state go back further.
	Newest bool `json:"newest"`
}

func (c *chain) taskRow(ctx context.Context, t taskstypes.Task) (taskRow, error) {
	d, err := c.readPinned(ctx, t.Deal)
	if err != nil {
		return taskRow{}, err
	}
	row := taskRow{
		ID: t.Id, Index: t.Index, Deal: t.Deal, Request: d.Request, App: d.App, Version: d.Version, Requester: d.Requester,
		Organisation: d.Organisation, Trust: d.Trust, State: wordOf(t.Phase.State(), "STATE_"), Phase: wordOf(t.Phase, "PHASE_"),
		Ending: wordOf(t.Ending, "ENDING_"), Final: t.Final(), ByCourt: t.ByCourt, Replicas: len(t.Seats), Opened: t.Opened, Done: t.Done,
	}
	if t.Verdict != nil {
		row.Digest, row.Kind = t.Verdict.Digest, wordOf(t.Verdict.Kind, "KIND_")
	}
	return row, nil
}

func (c *chain) taskRows(ctx context.Context, tasks []taskstypes.Task) ([]taskRow, error) {
	rows := make([]taskRow, 0, len(tasks))
	for _, t := range tasks {
		row, err := c.taskRow(ctx, t)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// firstPage requests the first n records of a list.
func firstPage(n uint64) *query.PageRequest { return &query.PageRequest{Limit: n} }

// stateNamed reads a state and an ending, as the page writes them.
func stateNamed(p params) (s taskstypes.State, e taskstypes.Ending, err error) {
	named := func(text, begin string, values map[string]int32) (int32, bool) {
		v, ok := values[begin+strings.ToUpper(strings.ReplaceAll(text, " ", "_"))]
		return v, ok && v != 0
	}
	state, ok := named(p["state"], "STATE_", taskstypes.State_value)
	if !ok {
		return s, e, wrongf("state: expected waiting, running, provisional, court or ended, got %s", showText(p["state"]))
	}
	s = taskstypes.State(state)
	if s == taskstypes.STATE_ENDED {
		ending, ok := named(cmp.Or(p["ending"], "accepted"), "ENDING_", taskstypes.Ending_value)
		if !ok {
			return s, e, wrongf("ending: expected one such as accepted or void, got %s", showText(p["ending"]))
		}
		return s, taskstypes.Ending(ending), nil
	}
	if p["ending"] != "" {
		return s, e, wrongf("ending: expected none of tasks that have not ended, got %s", showText(p["ending"]))
	}
	return s, e, nil
}

// readTasks lists tasks, newest first: the tasks of one state, or the newest tasks of all states.
func (c *chain) readTasks(ctx context.Context, p params) (any, error) {
	if p["state"] == "" {
		if p["ending"] != "" || p["after"] != "" {
			return nil, wrongf("state: expected one together with ending and after")
		}
		rows, err := c.readNewest(ctx)
		return taskList{Tasks: rows, Newest: true}, err
	}
	state, ending, err := stateNamed(p)
	if err != nil {
		return nil, err
	}
	list, err := readPage(p, true)
	if err != nil {
		return nil, err
	}
	res, err := c.conn.Tasks().TasksByState(ctx, &taskstypes.QueryTasksByStateRequest{State: state, Ending: ending, Pagination: list})
	if err != nil {
		return nil, err
	}
	rows, err := c.taskRows(ctx, res.Tasks)
	return taskList{Tasks: rows, Next: nextPage(res.Pagination)}, err
}

// readNewest returns the newest tasks of all states and endings.
func (c *chain) readNewest(ctx context.Context) ([]taskRow, error) {
	var all []taskstypes.Task
	add := func(s taskstypes.State, e taskstypes.Ending) error {
		res, err := c.conn.Tasks().TasksByState(ctx, &taskstypes.QueryTasksByStateRequest{
			State: s, Ending: e, Pagination: &query.PageRequest{Limit: pageSize, Reverse: true},
		})
		if err == nil {
			all = append(all, res.Tasks...)
		}
		return err
	}
	for s := taskstypes.STATE_WAITING; s < taskstypes.STATE_ENDED; s++ {
		if err := add(s, taskstypes.ENDING_UNSPECIFIED); err != nil {
			return nil, err
		}
	}
	for e := taskstypes.ENDING_ACCEPTED; int(e) < len(taskstypes.Ending_name); e++ {
		if err := add(taskstypes.STATE_ENDED, e); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b taskstypes.Task) int {
		return cmp.Or(cmp.Compare(b.Opened, a.Opened), cmp.Compare(a.Deal, b.Deal), cmp.Compare(a.Index, b.Index))
	})
	return c.taskRows(ctx, all[:min(pageSize, len(all))])
}

// checkID refuses a text that is not a complete id.
func checkID(id string) error {
	if _, err := ids.Parse(id); err != nil {
		return mistake{"id: " + err.Error()}
	}
	return nil
}
