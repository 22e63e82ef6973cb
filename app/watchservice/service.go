// Package watchservice serves the streams of package stream over gRPC, beside a node's queries.
package watchservice

import (
	"context"
	"errors"
	"net"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"

	"github.com/credence-chain/credence/client/stream"
	"github.com/credence-chain/credence/client/stream/types"
	"github.com/credence-chain/credence/internal/ids"
)

// lifeEvery is the number of blocks without a wanted event after which a sign of life is sent. It carries a newer place to resume
// from.
const lifeEvery = 20

// Service serves a feed. It implements types.WatchServer.
type Service struct{ feed *stream.Feed }

// New serves a feed.
func New(feed *stream.Feed) *Service { return &Service{feed} }

// Events implements types.WatchServer.
func (s *Service) Events(req *types.EventsRequest, out types.Watch_EventsServer) error {
	filter, from, err := readRequest(req)
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	quiet := 0
	err = s.feed.Stream(out.Context(), clientOf(out.Context()), filter, from, func(b stream.Block) error {
		if quiet++; len(b.Events) == 0 && !b.Missed && quiet < lifeEvery {
			return nil
		}
		quiet = 0
		res := &types.EventsResponse{Height: b.Height, Missed: b.Missed, Next: types.Place{Height: b.Height + 1}}
		for _, e := range b.Events {
			packed, err := codectypes.NewAnyWithValue(e.Message)
			if err != nil {
				return err
			}
			res.Events = append(res.Events, types.Event{Index: uint32(e.Index), Event: packed, Task: e.Task, Deal: e.Deal, Request: e.Request, Order: e.Order})
		}
		return out.Send(res)
	})
	switch {
	case errors.Is(err, stream.ErrFull):
		return status.Error(codes.ResourceExhausted, err.Error())
	case errors.Is(err, stream.ErrTooOld):
		return status.Error(codes.OutOfRange, err.Error())
	}
	return err
}

// readRequest checks the filter and the place of a request.
func readRequest(req *types.EventsRequest) (stream.Filter, stream.Place, error) {
	filter := stream.Filter{Task: req.Task, Deal: req.Deal, Request: req.Request, Order: req.Order}
	given := 0
	for _, id := range []string{req.Task, req.Deal, req.Request, req.Order} {
		if id == "" {
			continue
		}
		given++
		if _, err := ids.Parse(id); err != nil {
			return filter, stream.Place{}, err
		}
	}
	if given > 1 {
		return filter, stream.Place{}, errors.New("task, deal, request, order: expected one of them at most")
	}
	var from stream.Place
	if req.From != nil {
		if req.From.Height < 0 || req.From.Index > 1<<30 {
			return filter, from, errors.New("from: expected a place that an answer named")
		}
		from = stream.Place{Height: req.From.Height, Index: int(req.From.Index)}
	}
	return filter, from, nil
}

// clientOf names the client, for its share of the streams: its machine without the port.
func clientOf(ctx context.Context) string {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return ""
	}
	host, _, err := net.SplitHostPort(p.Addr.String())
	if err != nil {
		return p.Addr.String()
	}
	return host
}
