package client

import (
	"context"
	"slices"

	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Watcher follows the tasks of deals: of one, or of all that a request makes. It reads state; blocks' events only tell it
// what to read.
type Watcher struct {
	conn *Conn
	// request whose deals are followed; nil when a deal is watched by itself.
	request *markettypes.Request
	deals   []*watched
	only    string // the one task watched; empty for all
	seen    map[string]*taskstypes.Task
	ids     map[string]*watched // the deal of each task, also of those not opened yet
	ended   map[string]bool
	tell    Observer
	pulse   *pulse
	// each is called with every task that ended, before the observer hears of it. May be nil.
	each func(context.Context, *TaskReport)
	// sources are base URLs beside the workers from which the manifest of a failure may be had, words where its stderr is.
	sources []string
	words   LastWords
	// tellDeals lets the observer hear of each deal that is made.
	tellDeals bool
}

func newWatcher(conn *Conn, tell Observer, p *pulse) *Watcher {
	return &Watcher{conn: conn, tell: tell, pulse: p, seen: map[string]*taskstypes.Task{}, ids: map[string]*watched{}, ended: map[string]bool{}}
}

// watchAll runs, and says how to go on when it ends too early.
func (w *Watcher) watchAll(ctx context.Context) error {
	err := w.runWatch(ctx)
	if ctx.Err() != nil {
		return err
	}
	return unfinishedError(err, w.pulse.request, w.pulse.deal, "")
}

// followRequest watches the deals of a request, and those that it makes from now on.
func (w *Watcher) followRequest(ctx context.Context, r markettypes.Request) error {
	w.request = &r
	return w.addDeals(ctx, 0)
}

// readRequest reads the request anew, and the deals that it made.
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

// isOpen says that the request may make more deals.
func (w *Watcher) isOpen() bool { return w.request != nil && w.request.Waits() }

// runWatch watches until all ended. It lives through whatever the nodes do, and gives up when the pulse does.
func (w *Watcher) runWatch(ctx context.Context) error {
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

// hearRequest reads the request again when a block says that something became of it.
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

// changedTasks are the tasks that a block's events name.
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

// readAll reads every task there is.
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

// takeTask tells what changed of a task.
func (w *Watcher) takeTask(ctx context.Context, t taskstypes.Task, height int64) {
	if w.ended[t.Id] {
		return
	}
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
