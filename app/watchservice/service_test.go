package watchservice_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app/watchservice"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/stream"
	"github.com/credence-chain/credence/client/stream/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var task, other = strings.Repeat("ab", 32), strings.Repeat("cd", 32)

// chain has an event of the task in every tenth block, and an event of another task in each block.
type chain struct{ height int64 }

func (c chain) Height(context.Context) (int64, error) { return c.height, nil }

func (c chain) Block(_ context.Context, height int64) (client.Block, error) {
	b := client.Block{Height: height, Missed: height < 3}
	add := func(id string) {
		e, err := sdk.TypedEventToEvent(&taskstypes.EventCommitted{Task: id, Who: "w"})
		if err != nil {
			panic(err)
		}
		b.Events = append(b.Events, abci.Event(e))
	}
	add(other)
	if height%10 == 0 {
		add(task)
	}
	return b, nil
}

func (chain) DealOf(context.Context, string) (string, error)    { return "deal", nil }
func (chain) RequestOf(context.Context, string) (string, error) { return "request", nil }

func dial(t *testing.T, height int64, limits stream.Limits) types.WatchClient {
	t.Helper()
	feed := stream.New(chain{height}, limits)
	feed.Raise(height)
	encoding := client.Codec().(codec.GRPCCodecProvider).GRPCCodec()
	server := grpc.NewServer(grpc.ForceServerCodec(encoding))
	types.RegisterWatchServer(server, watchservice.New(feed))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }() // it ends with Stop
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodec(encoding)))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return types.NewWatchClient(conn)
}

func TestEventsAndSignsOfLife(t *testing.T) {
	watch := dial(t, 60, stream.Limits{})
	out, err := watch.Events(t.Context(), &types.EventsRequest{Task: task, From: &types.Place{Height: 1}})
	require.NoError(t, err)
	for _, missed := range []int64{1, 2} {
		res, err := out.Recv()
		require.NoError(t, err)
		require.True(t, res.Missed)
		require.Equal(t, missed, res.Height)
	}
	for _, height := range []int64{10, 20, 30} {
		res, err := out.Recv()
		require.NoError(t, err)
		require.Equal(t, height, res.Height)
		require.Len(t, res.Events, 1)
		e := res.Events[0]
		require.EqualValues(t, 1, e.Index, "it is the second of its block, whatever is wanted")
		require.Equal(t, []string{task, "deal", "request"}, []string{e.Task, e.Deal, e.Request})
		require.Equal(t, "/credence.tasks.v1.EventCommitted", e.Event.TypeUrl)
		require.Equal(t, types.Place{Height: height + 1}, res.Next)
	}
	// A client that watches a task that never exists gets no events. It gets a sign of life with a newer place.
	out, err = watch.Events(t.Context(), &types.EventsRequest{Task: strings.Repeat("ef", 32), From: &types.Place{Height: 3}})
	require.NoError(t, err)
	res, err := out.Recv()
	require.NoError(t, err)
	require.Empty(t, res.Events)
	require.Equal(t, types.Place{Height: 23}, res.Next)
}

func TestRefusals(t *testing.T) {
	watch := dial(t, 60, stream.Limits{PerClient: 1, Replay: 20})
	refused := func(req *types.EventsRequest) codes.Code {
		out, err := watch.Events(t.Context(), req)
		require.NoError(t, err)
		_, err = out.Recv()
		return status.Code(err)
	}
	require.Equal(t, codes.InvalidArgument, refused(&types.EventsRequest{Task: "ab"}))
	require.Equal(t, codes.InvalidArgument, refused(&types.EventsRequest{Task: task, Request: other}))
	require.Equal(t, codes.InvalidArgument, refused(&types.EventsRequest{Order: "ab"}))
	require.Equal(t, codes.InvalidArgument, refused(&types.EventsRequest{Order: task, Request: other}))
	require.Equal(t, codes.InvalidArgument, refused(&types.EventsRequest{From: &types.Place{Height: -1}}))
	require.Equal(t, codes.OutOfRange, refused(&types.EventsRequest{From: &types.Place{Height: 1}}))
	ctx, leave := context.WithCancel(t.Context())
	out, err := watch.Events(ctx, &types.EventsRequest{From: &types.Place{Height: 60}})
	require.NoError(t, err)
	_, err = out.Recv()
	require.NoError(t, err)
	require.Equal(t, codes.ResourceExhausted, refused(&types.EventsRequest{From: &types.Place{Height: 60}}))
	leave()
	require.Eventually(t, func() bool {
		again, err := watch.Events(t.Context(), &types.EventsRequest{From: &types.Place{Height: 60}})
		if err != nil {
			return false
		}
		_, err = again.Recv()
		return err == nil
	}, time.Minute, 20*time.Millisecond, "who left gives its place back")
}
