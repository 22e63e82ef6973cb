package stream

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// prefix of the protocol's events; those of the SDK's modules are not handed out.
const prefix = "credence."

// Place is a place among the events: that of the first one which is wanted.
type Place struct {
	// Height of the block; 0 means the next one.
	Height int64
	// Index within the protocol's events of the block, from 0.
	Index int
}

// String is the text that ParsePlace reads: "HEIGHT.INDEX".
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
	// Task, Deal and Request that it is about, by id; empty for none.
	Task, Deal, Request string
}

// Block is what a block brought.
type Block struct {
	// Height of the block.
	Height int64
	// Events of the protocol in their order.
	Events []Event
	// Missed says that the node no longer has them: state has to be read anew.
	Missed bool
}

// Filter says which events are wanted: those of a task, of a deal, or of a request. An empty one wants all.
type Filter struct{ Task, Deal, Request string }

// wantsEvent says whether an event is wanted.
func (f Filter) wantsEvent(e Event) bool {
	return (f.Task == "" || f.Task == e.Task) && (f.Deal == "" || f.Deal == e.Deal) && (f.Request == "" || f.Request == e.Request)
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
			continue // made by a newer chain: who reads state sees what it changed
		}
		e := Event{Index: len(out), Type: raw.Type, Message: parsed}
		e.fillNames()
		out = append(out, e)
	}
	return out
}

// fillNames fills in what the event itself says it is about.
func (e *Event) fillNames() {
	if m, ok := e.Message.(interface{ GetTask() string }); ok {
		e.Task = m.GetTask()
	}
	if m, ok := e.Message.(interface{ GetDeal() string }); ok {
		e.Deal = m.GetDeal()
	}
	switch m := e.Message.(type) {
	case *dealstypes.EventDeal:
		e.Deal, e.Request = m.Id, m.Request
	case *dealstypes.EventDealClosed:
		e.Deal, e.Request = m.Id, m.Request
	case interface{ GetRequest() string }:
		e.Request = m.GetRequest()
	default:
		if e.Type == "credence.market.v1.EventRequest" {
			e.Request = m.(interface{ GetId() string }).GetId()
		}
	}
}
