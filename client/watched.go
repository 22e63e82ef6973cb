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

// watched is a deal, and the number of its tasks that the watcher has seen end.
type watched struct {
	dealstypes.Deal
	seen uint64
}

// isDone says whether all tasks of the deal ended. Tasks that were refunded without being opened count as ended too.
func (d *watched) isDone() bool {
	return d.seen >= d.Size_ || d.Ended >= d.Size_ && d.seen >= d.Opened
}

func (w *Watcher) addID(ctx context.Context, deal string) error {
	res, err := w.conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: deal})
	if err != nil {
		return err
	}
	return w.addDeal(ctx, res.Deal, 0)
}

// addDeal watches one more deal. With a height above 0 it reads the deal's tasks at once; otherwise runWatch reads them.
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

// matchedEvent returns the event for a deal. Its price for one task is known only while tasks of the deal still have money locked.
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
