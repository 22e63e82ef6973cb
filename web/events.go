package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/stream"
	"github.com/credence-chain/credence/internal/ids"
)

// writeTime is how long a browser may take to read the events of a block.
const writeTime = 15 * time.Second

// sentEvent is an event, as browsers receive it.
type sentEvent struct {
	Height  int64           `json:"height"`
	Index   int             `json:"index"`
	Type    string          `json:"type"`
	Task    string          `json:"task,omitempty"`
	Deal    string          `json:"deal,omitempty"`
	Request string          `json:"request,omitempty"`
	Order   string          `json:"order,omitempty"`
	Event   json.RawMessage `json:"event"`
}

// streamEvents streams the chain's events as server-sent events. For each block it sends an event named "event" for every wanted event, and
// then one named "block" with the height. The id of each is the position from which to continue; browsers send the last one back when they
// reconnect.
func (s *Server) streamEvents(w http.ResponseWriter, r *http.Request) {
	p, err := readParams(r, nil, []string{"task", "deal", "request", "order", "from", "only"})
	if err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	for _, name := range []string{"task", "deal", "request", "order"} {
		if p[name] != "" {
			if _, err := ids.Parse(p[name]); err != nil {
				writeError(w, http.StatusBadRequest, name+": "+err.Error())
				return
			}
		}
	}
	var from stream.Place
	place := p["from"]
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		place = last
	}
	if place != "" {
		if from, err = stream.ParsePlace(place); err != nil {
			writeError(w, http.StatusBadRequest, err.Error())
			return
		}
	}
	who, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		who = r.RemoteAddr
	}
	if p["only"] != "" && p["only"] != "blocks" {
		writeError(w, http.StatusBadRequest, "only: expected blocks, or nothing, got "+showText(p["only"]))
		return
	}
	out := &eventWriter{w: w, control: http.NewResponseController(w), heights: p["only"] == "blocks"}
	ctx, cancel := contextUntil(r.Context(), s.quit)
	defer cancel()
	err = s.feed.Stream(ctx, who, stream.Filter{Task: p["task"], Deal: p["deal"], Request: p["request"], Order: p["order"]}, from, out.writeBlock)
	if out.begun {
		return // the connection broke; the browser reconnects with the last id
	}
	switch {
	case errors.Is(err, stream.ErrFull):
		w.Header().Set("Retry-After", "10")
		writeError(w, http.StatusServiceUnavailable, err.Error())
	case errors.Is(err, stream.ErrTooOld):
		writeError(w, http.StatusGone, err.Error())
	}
}

// eventWriter writes the events of blocks to one browser.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	begun   bool
	heights bool // only heights of blocks are wanted, without their events
}

func (o *eventWriter) writeBlock(b stream.Block) error {
	if !o.begun {
		o.begun = true
		o.w.Header().Set("Content-Type", "text/event-stream")
		o.w.Header().Set("Cache-Control", "no-store")
		o.w.Header().Set("X-Accel-Buffering", "no")
	}
	// Some writers, such as those of tests, have no deadlines.
	if err := o.control.SetWriteDeadline(time.Now().Add(writeTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if o.heights {
		b.Events = nil
	}
	for _, e := range b.Events {
		message, err := client.Codec().MarshalJSON(e.Message)
		if err != nil {
			return err
		}
		data, err := json.Marshal(sentEvent{b.Height, e.Index, e.Type, e.Task, e.Deal, e.Request, e.Order, message})
		if err != nil {
			return err
		}
		if err := o.writeEvent("event", stream.Place{Height: b.Height, Index: e.Index + 1}, data); err != nil {
			return err
		}
	}
	data := fmt.Appendf(nil, `{"height":%d,"missed":%t}`, b.Height, b.Missed)
	if err := o.writeEvent("block", stream.Place{Height: b.Height + 1}, data); err != nil {
		return err
	}
	return o.control.Flush()
}

func (o *eventWriter) writeEvent(name string, next stream.Place, data []byte) error {
	_, err := fmt.Fprintf(o.w, "event: %s\nid: %s\ndata: %s\n\n", name, next, data)
	return err
}
