package client

import (
	"context"
	"slices"

	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Watcher follows the tasks of one deal, or of all deals of a request. It reads the state; the events of blocks only tell it what to
// read.
type Watcher struct {
	conn *Conn
	// request is the request whose deals are followed; nil if a single deal is watched.
	request *markettypes.Request
	deals   []*watched
	only    string // the only task that is watched; empty for all
	seen    map[string]*taskstypes.Task
	ids     map[string]*watched // the deal of each task, by the task's id; also of tasks that are not opened yet
	ended   map[string]bool
	tell    Observer
	pulse   *pulse
	work    *inquiry
	// each is called with every task that ended, after the observer was told. May be nil.
	each func(context.Context, *TaskReport)
	// sources are base URLs that may serve the manifest of a failure, in addition to the workers. words reads its stderr.
	sources []string
	words   LastWords
	// tellDeals makes the watcher tell the observer of each deal.
	tellDeals bool
}

func newWatcher(conn *Conn, tell Observer, p *pulse) *Watcher {
	return &Watcher{conn: conn, tell: tell, pulse: p, work: newInquiry(conn, tell), seen: map[string]*taskstypes.Task{}, ids: map[string]*watched{}, ended: map[string]bool{}}
}

// watchAll watches until all tasks ended. If it ends earlier, the error says how to go on.
func (w *Watcher) watchAll(ctx context.Context) error {
	err := w.runWatch(ctx)
	if ctx.Err() != nil {
		return err
	}
	return unfinishedError(err, w.pulse.request, w.pulse.deal, "")
}

// followRequest watches the deals that a request has, and those that it makes later.
func (w *Watcher) followRequest(ctx context.Context, r markettypes.Request) error {
	w.request = &r
	return w.addDeals(ctx, 0)
}

// readRequest reads the request again, and adds its new deals.
func (w *Watcher) readRequest(ctx context.Context, height int64) error {
	if !w.isOpen() {
		return nil
	}
	res, err := w.conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: w.request.Id})
	if err != nil {
		return err
	}
	filled := w.request.Filled
	w.request = &res.Request
	if w.isOpen() && w.request.Filled != filled {
		w.tell.tellEvent(Event{Kind: EventWaiting, Request: w.request.Id, Height: height, Text: restingText(w.request)})
	}
	return w.addDeals(ctx, height)
}

// isOpen says whether there is a request that may make more deals.
func (w *Watcher) isOpen() bool { return w.request != nil && w.request.Waits() }

// runWatch watches until all tasks ended. It survives failures of nodes, and gives up when the pulse does. Meanwhile it asks workers that
// are at work what they do.
func (w *Watcher) runWatch(ctx context.Context) error {
	defer w.work.start(ctx)()
	read := func(ctx context.Context, height int64) error {
		if err := w.readAll(ctx, height); err != nil {
			return err
		}
		if w.isDone() {
			return errDone
		}
		return nil
	}
	return w.pulse.followState(ctx, w.conn, read, w.takeBlock)
}

// takeBlock reads again what a block's events name, and tells what changed. It returns errDone once all tasks ended.
func (w *Watcher) takeBlock(ctx context.Context, b Block) error {
	if b.Missed {
		if err := w.readAll(ctx, b.Height); err != nil {
			return err
		}
	}
	if err := w.hearRequest(ctx, b); err != nil {
		return err
	}
	for _, id := range sortedKeys(w.changedTasks(b)) {
		res, err := w.conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: id})
		if err != nil {
			return err
		}
		w.takeTask(ctx, res.Task, b.Height)
	}
	// Tasks that are refunded without ever being opened make no events of their own.
	if !w.isDone() && b.Height%20 == 0 {
		if err := w.refreshDeals(ctx); err != nil {
			return err
		}
	}
	if w.isDone() {
		return errDone
	}
	return nil
}

// hearRequest reads the request again if a block has an event of it and, to be sure, every 20 blocks.
func (w *Watcher) hearRequest(ctx context.Context, b Block) error {
	if !w.isOpen() {
		return nil
	}
	for _, e := range Typed[*markettypes.EventRequest](b) {
		if e.Id == w.request.Id {
			return w.readRequest(ctx, b.Height)
		}
	}
	if b.Height%20 == 0 {
		return w.readRequest(ctx, b.Height)
	}
	return nil
}

// changedTasks returns the ids of the watched tasks that a block's events name.
func (w *Watcher) changedTasks(b Block) map[string]bool {
	changed := map[string]bool{}
	note := func(id string) {
		if w.ids[id] != nil && !w.ended[id] && (w.only == "" || w.only == id) {
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
	for _, e := range Typed[*taskstypes.EventDeclined](b) {
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
	return changed
}

// readAll reads all watched tasks.
func (w *Watcher) readAll(ctx context.Context, height int64) error {
	if w.only != "" {
		res, err := w.conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: w.only})
		if err != nil {
			return err
		}
		w.takeTask(ctx, res.Task, height)
		return nil
	}
	if err := w.readRequest(ctx, height); err != nil {
		return err
	}
	for _, d := range w.deals {
		if err := w.readTasks(ctx, d, height); err != nil {
			return err
		}
	}
	return nil
}

// takeTask tells what changed in a task since it was last read.
func (w *Watcher) takeTask(ctx context.Context, t taskstypes.Task, height int64) {
	if w.ended[t.Id] {
		return
	}
	w.work.noteTask(t)
	for _, e := range CompareTasks(w.seen[t.Id], t, height) {
		if e.Kind == EventEnded {
			w.ended[t.Id] = true
			if e.Result.Failed() {
				findReason(ctx, w.conn, e.Result, w.sources, w.words)
				e.Text = e.Result.Text()
			}
			if d := w.ids[t.Id]; d != nil {
				d.seen++
				e.Result.Under(d.Deal)
				e.Text = e.Result.Text()
			}
			if w.each != nil {
				w.tell.tellEvent(e)
				w.each(ctx, e.Result)
				continue
			}
		}
		w.tell.tellEvent(e)
	}
	w.seen[t.Id] = &t
}

func (w *Watcher) isDone() bool {
	if w.only != "" {
		return w.ended[w.only]
	}
	return !w.isOpen() && !slices.ContainsFunc(w.deals, func(d *watched) bool { return !d.isDone() })
}

func sortedKeys(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for id := range set {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
