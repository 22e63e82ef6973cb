package client

import (
	"context"
	"fmt"
	"slices"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
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

// watched is a deal and how many of its tasks were seen to end.
type watched struct {
	dealstypes.Deal
	seen uint64
}

// isDone says that no task of the deal is to come: all ended, those that were never opened included.
func (d *watched) isDone() bool {
	return d.seen >= d.Size_ || d.Ended >= d.Size_ && d.seen >= d.Opened
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

func (w *Watcher) addID(ctx context.Context, deal string) error {
	res, err := w.conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: deal})
	if err != nil {
		return err
	}
	return w.addDeal(ctx, res.Deal, 0)
}

// addDeal watches another deal. At a height, its tasks are read at once; otherwise run does.
func (w *Watcher) addDeal(ctx context.Context, deal dealstypes.Deal, height int64) error {
	dealID, err := markettypes.ParseID(deal.Id)
	if err != nil {
		return fmt.Errorf("the node's deal: %w", err)
	}
	d := &watched{Deal: deal}
	w.deals = append(w.deals, d)
	// Events of commits and reveals name the task alone.
	for i := range deal.Size_ {
		w.ids[markettypes.FormatID(poco.TaskID(dealID, deal.First+i))] = d
	}
	if w.tellDeals {
		w.tell.tellEvent(matchedEvent(deal))
	}
	if height > 0 {
		return w.readTasks(ctx, d, height)
	}
	return nil
}

// matchedEvent tells of a deal. What a task may cost is known as long as some have it locked.
func matchedEvent(d dealstypes.Deal) Event {
	e := Event{Kind: EventMatched, Height: d.Height, Request: d.Request, Deal: d.Id, Size: max(d.Bag, d.Size_), Text: matchedText(d)}
	if d.Ended < d.Size_ {
		e.MaxPrice = d.Escrow / (d.Size_ - d.Ended)
	}
	return e
}

func matchedText(d dealstypes.Deal) string {
	tasks := pluralOf(d.Size_, "task", "tasks")
	if d.Size_ < d.Bag {
		tasks = fmt.Sprintf("%s of %d (%d to %d)", tasks, d.Bag, d.First, d.First+d.Size_-1)
	}
	if d.Pruned > 0 {
		return fmt.Sprintf("deal %s, %s (pruned at height %d: its pool and its terms are in the state before that, which archive nodes keep)", ShortDigest(d.Id), tasks, d.Pruned)
	}
	return fmt.Sprintf("matched with pool %s: deal %s, %s", d.Pool, ShortDigest(d.Id), tasks)
}

// followRequest watches the deals of a request, and those that it makes from now on.
func (w *Watcher) followRequest(ctx context.Context, r markettypes.Request) error {
	w.request = &r
	return w.addDeals(ctx, 0)
}

// addDeals adds the request's deals that are not watched yet.
func (w *Watcher) addDeals(ctx context.Context, height int64) error {
	if len(w.deals) > 0 && len(w.deals) >= int(w.request.Deals) {
		return nil
	}
	deals, err := DealsOf(ctx, w.conn, *w.request)
	if err != nil {
		return err
	}
	for _, d := range deals {
		if !slices.ContainsFunc(w.deals, func(x *watched) bool { return x.Id == d.Id }) {
			if err := w.addDeal(ctx, d, height); err != nil {
				return err
			}
		}
	}
	return nil
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

// readTasks reads a deal's tasks, and then the deal.
func (w *Watcher) readTasks(ctx context.Context, d *watched, height int64) error {
	var key []byte
	for {
		res, err := w.conn.Tasks().TasksOfDeal(ctx, &taskstypes.QueryTasksOfDealRequest{Deal: d.Id, Pagination: &query.PageRequest{Key: key, Limit: 100}})
		if err != nil {
			return err
		}
		for _, t := range res.Tasks {
			w.takeTask(ctx, t, height)
		}
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return w.readDeal(ctx, d)
		}
		key = res.Pagination.NextKey
	}
}

func (w *Watcher) readDeal(ctx context.Context, d *watched) error {
	res, err := w.conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: d.Id})
	if err != nil {
		return err
	}
	d.Deal = res.Deal
	return nil
}

// refreshDeals reads the deals anew.
func (w *Watcher) refreshDeals(ctx context.Context) error {
	for _, d := range w.deals {
		if err := w.readDeal(ctx, d); err != nil {
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
	for _, e := range Changes(w.seen[t.Id], t, height) {
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
