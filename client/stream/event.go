package stream

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// prefix is common to the types of the protocol's events. Events of the SDK's modules are left out.
const prefix = "credence."

// Place is the position of an event. A stream from a place begins with that event.
type Place struct {
	// Height of the block; 0 means the next one.
	Height int64
	// Index within the protocol's events of the block, from 0.
	Index int
}

// String returns the text that ParsePlace reads: "HEIGHT.INDEX".
func (p Place) String() string { return fmt.Sprintf("%d.%d", p.Height, p.Index) }

// ParsePlace reads "HEIGHT.INDEX", or "HEIGHT".
func ParsePlace(text string) (Place, error) {
	height, index, found := strings.Cut(text, ".")
	h, err := strconv.ParseInt(height, 10, 64)
	i := uint64(0)
	if err == nil && found {
		i, err = strconv.ParseUint(index, 10, 31)
	}
	if err != nil || h < 0 {
		return Place{}, fmt.Errorf("place %.40q: expected HEIGHT.INDEX, as an event named it", text)
	}
	return Place{Height: h, Index: int(i)}, nil
}

// Event is one event of the protocol.
type Event struct {
	// Index within the protocol's events of its block.
	Index int
	// Type is the full name of its message, such as "credence.tasks.v1.EventDrawn".
	Type string
	// Message is the event.
	Message proto.Message
	// Task, Deal, Request and Order are the ids of the records that the event is about; empty for none. An order is that of an app, a
	// dataset or a pool.
	Task, Deal, Request, Order string
}

// Block has the events of the protocol in one block.
type Block struct {
	// Height of the block.
	Height int64
	// Events of the protocol in their order.
	Events []Event
	// Missed says that the node no longer has the events, so that the reader must read the state again.
	Missed bool
}

// Filter selects the events of a task, of a deal, of a request, or of an order. An empty field selects all.
type Filter struct{ Task, Deal, Request, Order string }

// wantsEvent says whether the filter selects an event.
func (f Filter) wantsEvent(e Event) bool {
	selects := func(wanted, id string) bool { return wanted == "" || wanted == id }
	return selects(f.Task, e.Task) && selects(f.Deal, e.Deal) && selects(f.Request, e.Request) && selects(f.Order, e.Order)
}

// parseBlock reads the protocol's events of a block.
func parseBlock(b client.Block) []Event {
	var out []Event
	for _, raw := range b.Events {
		if !strings.HasPrefix(raw.Type, prefix) {
			continue
		}
		parsed, err := sdk.ParseTypedEvent(client.WithoutMode(raw))
		if err != nil {
			continue // the event is of a newer chain; readers see its effect in the state
		}
		e := Event{Index: len(out), Type: raw.Type, Message: parsed}
		e.fillNames()
		out = append(out, e)
	}
	return out
}

// fillNames fills in the ids that the event itself has.
func (e *Event) fillNames() {
	if m, ok := e.Message.(interface{ GetTask() string }); ok {
		e.Task = m.GetTask()
	}
	if m, ok := e.Message.(interface{ GetDeal() string }); ok {
		e.Deal = m.GetDeal()
	}
	switch m := e.Message.(type) {
	case *markettypes.EventOrderPlaced:
		e.Order = m.Record.Id
	case *markettypes.EventOrderRested:
		e.Order = m.Id
	case *markettypes.EventOrderFilled:
		e.Order = m.Id
	case *markettypes.EventOrderReleased:
		e.Order = m.Id
	case *markettypes.EventOrderClosed:
		e.Order = m.Id
	case *markettypes.EventOrderPruned:
		if m.Kind == markettypes.ORDER_KIND_REQUEST {
			e.Request = m.Id
		} else {
			e.Order = m.Id
		}
	case *markettypes.EventRequest:
		e.Request = m.Id
	case *dealstypes.EventDeal:
		e.Deal, e.Request = m.Id, m.Request
	case *dealstypes.EventDealClosed:
		e.Deal, e.Request = m.Id, m.Request
	case interface{ GetRequest() string }:
		e.Request = m.GetRequest()
	}
}
