package web

import (
	"context"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	txv1 "cosmossdk.io/api/cosmos/tx/v1beta1"

	"github.com/credence-chain/credence/client"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// moment names an act for a task, "committed" or "revealed", and the account of the seat that did it.
type moment struct{ what, who string }

// mostMoments is how many transactions of each kind are read for one task. No task has as many seats.
const mostMoments = 64

// readMoments returns the height at which each seat committed and revealed, from the node's index of transactions. Without an index the
// result is empty.
func (c *chain) readMoments(ctx context.Context, t taskstypes.Task) map[moment]int64 {
	if at, ok := c.final.Get(t.Id); ok {
		return at
	}
	at := map[moment]int64{}
	complete := findEvents(ctx, c.conn, t.Id, func(e *taskstypes.EventCommitted, height int64) {
		at[moment{"committed", e.Who}] = height
	})
	complete = findEvents(ctx, c.conn, t.Id, func(e *taskstypes.EventRevealed, height int64) {
		at[moment{"revealed", e.Who}] = height
	}) && complete
	if complete && t.Final() {
		c.final.Add(t.Id, at)
	}
	return at
}

// findEvents calls each for every event of type T about a task, from the node's index of transactions. It reports whether the node
// answered.
func findEvents[T interface {
	proto.Message
	GetTask() string
}](ctx context.Context, conn *client.Conn, task string, each func(event T, height int64),
) bool {
	var zero T
	res, err := txv1.NewServiceClient(conn).GetTxsEvent(ctx, &txv1.GetTxsEventRequest{
		Query: fmt.Sprintf(`%s.task='"%s"'`, proto.MessageName(zero), task), Limit: mostMoments, Page: 1, OrderBy: txv1.OrderBy_ORDER_BY_ASC,
	})
	if err != nil {
		return false
	}
	for _, tx := range res.TxResponses {
		b := client.Block{}
		for _, e := range tx.Events {
			event := abci.Event{Type: e.Type_}
			for _, a := range e.Attributes {
				event.Attributes = append(event.Attributes, abci.EventAttribute{Key: a.Key, Value: a.Value})
			}
			b.Events = append(b.Events, event)
		}
		for _, e := range client.Typed[T](b) {
			if e.GetTask() == task {
				each(e, tx.Height)
			}
		}
	}
	return true
}
