package chain

import (
	"context"
	"errors"
	"fmt"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// pages answers each call with its next page.
type pages struct {
	taskstypes.QueryClient
	answers []taskstypes.QueryAssignmentsResponse
	keys    []string
}

func (p *pages) Assignments(_ context.Context, req *taskstypes.QueryAssignmentsRequest, _ ...grpc.CallOption) (*taskstypes.QueryAssignmentsResponse, error) {
	if len(p.answers) == 0 {
		return nil, errors.New("connection refused")
	}
	p.keys = append(p.keys, req.Who+":"+string(req.Pagination.Key))
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return &answer, nil
}

func (p *pages) Task(context.Context, *taskstypes.QueryTaskRequest, ...grpc.CallOption) (*taskstypes.QueryTaskResponse, error) {
	return nil, status.Error(codes.NotFound, "no such task")
}

func answer(height int64, next string, ids ...string) taskstypes.QueryAssignmentsResponse {
	res := taskstypes.QueryAssignmentsResponse{Height: height, Pagination: &query.PageResponse{NextKey: []byte(next)}}
	for _, id := range ids {
		res.Assignments = append(res.Assignments, taskstypes.Assignment{Task: taskstypes.Task{Id: id}})
	}
	return res
}

func TestAssignmentsReadsEveryPage(t *testing.T) {
	p := &pages{answers: []taskstypes.QueryAssignmentsResponse{answer(12, "k1", "a", "b"), answer(13, "", "c")}}
	snap, err := newNode(p, "me", Options{}, nil).Assignments(context.Background())
	require.NoError(t, err)
	require.EqualValues(t, 12, snap.Height, "the oldest page's")
	require.Len(t, snap.Assignments, 3)
	require.Equal(t, []string{"me:", "me:k1"}, p.keys)
}

func TestAssignmentsRefusesANodeThatLags(t *testing.T) {
	p := &pages{answers: []taskstypes.QueryAssignmentsResponse{answer(100, ""), answer(80, ""), answer(79, "")}}
	n := newNode(p, "me", Options{MaxLag: 20}, nil)
	for _, exp := range []error{nil, nil, ErrStale} {
		_, err := n.Assignments(context.Background())
		require.ErrorIs(t, err, exp)
	}
	_, err := n.Assignments(context.Background())
	require.ErrorContains(t, err, "connection refused")
}

func TestUnknownTask(t *testing.T) {
	_, err := newNode(&pages{}, "me", Options{}, nil).Task(context.Background(), "00")
	require.ErrorIs(t, err, ErrUnknownTask)
}

func TestFollowTellsWhatConcernsUs(t *testing.T) {
	event := func(m proto.Message) abci.Event {
		e, err := sdk.TypedEventToEvent(m)
		require.NoError(t, err)
		// The SDK marks events of block hooks like this.
		e.Attributes = append(e.Attributes, abci.EventAttribute{Key: "mode", Value: "BeginBlock"})
		return abci.Event(e)
	}
	blocks := []client.Block{
		{Height: 5, Events: []abci.Event{
			event(&taskstypes.EventDrawn{Task: "a", Who: "me"}), event(&taskstypes.EventDrawn{Task: "a", Who: "you"}),
			event(&taskstypes.EventPhase{Task: "b"}), event(&taskstypes.EventEnded{Task: "b"}),
			event(&dealstypes.EventDeal{App: "acme/render"}), event(&dealstypes.EventDeal{App: "acme/echo"}), event(&dealstypes.EventDeal{App: "acme/render"}),
		}},
		{Height: 6, Missed: true},
	}
	var got []Tick
	n := newNode(&pages{}, "me", Options{}, func(ctx context.Context, from int64, fn func(context.Context, client.Block) error) error {
		require.EqualValues(t, 5, from)
		for _, b := range blocks {
			if err := fn(ctx, b); err != nil {
				return err
			}
		}
		return client.ErrStalled
	})
	err := n.Follow(context.Background(), 5, func(_ context.Context, tick Tick) error { got = append(got, tick); return nil })
	require.ErrorIs(t, err, client.ErrStalled)
	require.Equal(t, []Tick{{Height: 5, Drawn: []string{"a"}, Moved: []string{"b"}, Apps: []string{"acme/echo", "acme/render"}}, {Height: 6, Missed: true}}, got)
	require.EqualValues(t, 6, n.highest.Load(), fmt.Sprint(got))
}
