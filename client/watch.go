package client

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/poco"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Watcher follows the tasks of a deal. It reads state; blocks' events only tell it which tasks to read.
type Watcher struct {
	conn  *Conn
	deal  markettypes.Deal
	only  string // the one task watched; empty for all
	seen  map[string]*taskstypes.Task
	ids   map[string]bool // tasks of the deal, also those not opened yet
	ended map[string]bool
	tell  Observer
	// each is called with every task that ended, before the observer hears of it. May be nil.
	each func(context.Context, *TaskReport)
}

// WatchDeal follows a deal's tasks until all ended, telling the observer. See Run for what it tells.
func WatchDeal(ctx context.Context, conn *Conn, deal string, tell Observer) error {
	w, err := newWatcher(ctx, conn, deal, tell)
	if err != nil {
		return err
	}
	return w.run(ctx)
}

// WatchTask follows one task until it ended.
func WatchTask(ctx context.Context, conn *Conn, task string, tell Observer) error {
	res, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: task})
	if err != nil {
		return err
	}
	w, err := newWatcher(ctx, conn, res.Deal.Id, tell)
	if err != nil {
		return err
	}
	w.only = task
	return w.run(ctx)
}

func newWatcher(ctx context.Context, conn *Conn, deal string, tell Observer) (*Watcher, error) {
	res, err := conn.Market().Deal(ctx, &markettypes.QueryDealRequest{Id: deal})
	if err != nil {
		return nil, err
	}
	w := &Watcher{
		conn: conn, deal: res.Deal, tell: tell,
		seen: map[string]*taskstypes.Task{}, ids: map[string]bool{}, ended: map[string]bool{},
	}
	raw, err := hex.DecodeString(deal)
	if err != nil || len(raw) != 32 {
		return nil, fmt.Errorf("deal %q: expected 64 hex digits", deal)
	}
	// Events of commits and reveals name the task alone.
	for i := range res.Deal.Size_ {
		id := poco.TaskID([32]byte(raw), i)
		w.ids[hex.EncodeToString(id[:])] = true
	}
	return w, nil
}

func (w *Watcher) run(ctx context.Context) error {
	height, _, err := w.conn.Height(ctx)
	if err != nil {
		return err
	}
	if err := w.readAll(ctx, height); err != nil {
		return err
	}
	if w.done() {
		return nil
	}
	err = Follow(ctx, w.conn, height+1, FollowOptions{Waiting: func(reason string) {
		w.tell.tell(Event{Kind: EventWaiting, Text: "waiting for the chain: " + reason})
	}}, w.block)
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

// errDone ends following.
var errDone = errors.New("all tasks ended")

func (w *Watcher) block(ctx context.Context, b Block) error {
	if b.Missed {
		if err := w.readAll(ctx, b.Height); err != nil {
			return err
		}
	}
	changed := map[string]bool{}
	note := func(id string) {
		if w.ids[id] && !w.ended[id] && (w.only == "" || w.only == id) {
			changed[id] = true
		}
	}
	for _, e := range Typed[*taskstypes.EventPhase](b) {
		note(e.Task)
	}
	for _, e := range Typed[*taskstypes.EventDrawn](b) {
		note(e.Task)
	}
	for _, e := range Typed[*taskstypes.EventPlanned](b) {
		note(e.Task)
	}
	for _, e := range Typed[*taskstypes.EventCommitted](b) {
		note(e.Task)
	}
	for _, e := range Typed[*taskstypes.EventRevealed](b) {
		note(e.Task)
	}
	for _, e := range Typed[*taskstypes.EventTurn](b) {
		note(e.Task)
	}
	for _, e := range Typed[*taskstypes.EventEnded](b) {
		note(e.Task)
	}
	for _, e := range Typed[*taskstypes.EventItemFailed](b) {
		note(e.Task)
	}
	for _, id := range sorted(changed) {
		res, err := w.conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: id})
		if err != nil {
			return err
		}
		w.take(ctx, res.Task, b.Height)
	}
	// Tasks that are refunded without ever being opened make no events of their own.
	if !w.done() && b.Height%20 == 0 {
		if err := w.readDeal(ctx); err != nil {
			return err
		}
	}
	if w.done() {
		return errDone
	}
	return nil
}

// readAll reads every task there is.
func (w *Watcher) readAll(ctx context.Context, height int64) error {
	if w.only != "" {
		res, err := w.conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: w.only})
		if err != nil {
			return err
		}
		w.take(ctx, res.Task, height)
		return nil
	}
	var key []byte
	for {
		res, err := w.conn.Tasks().TasksOfDeal(ctx, &taskstypes.QueryTasksOfDealRequest{Deal: w.deal.Id, Pagination: &query.PageRequest{Key: key, Limit: 100}})
		if err != nil {
			return err
		}
		for _, t := range res.Tasks {
			w.take(ctx, t, height)
		}
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return w.readDeal(ctx)
		}
		key = res.Pagination.NextKey
	}
}

func (w *Watcher) readDeal(ctx context.Context) error {
	res, err := w.conn.Market().Deal(ctx, &markettypes.QueryDealRequest{Id: w.deal.Id})
	if err != nil {
		return err
	}
	w.deal = res.Deal
	return nil
}

// take tells what changed of a task.
func (w *Watcher) take(ctx context.Context, t taskstypes.Task, height int64) {
	if w.ended[t.Id] {
		return
	}
	for _, e := range Changes(w.seen[t.Id], t, height) {
		if e.Kind == EventEnded {
			w.ended[t.Id] = true
			if w.each != nil {
				w.tell.tell(e)
				w.each(ctx, e.Result)
				continue
			}
		}
		w.tell.tell(e)
	}
	w.seen[t.Id] = &t
}

func (w *Watcher) done() bool {
	if w.only != "" {
		return w.ended[w.only]
	}
	return uint64(len(w.ended)) >= w.deal.Size_ || w.deal.Ended >= w.deal.Size_ && uint64(len(w.ended)) >= w.deal.Opened
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for id := range set {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
