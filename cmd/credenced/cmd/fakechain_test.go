package cmd

import (
	"context"
	"encoding/hex"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	p2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// fakeChain is a node with one request of one task, in the form that the commands on tasks ask for.
type fakeChain struct {
	request markettypes.Request
	deal    dealstypes.Deal
	task    taskstypes.Task
	asked   chan string // the methods of the questions, as long as the channel has room
	node    string
	store   string
}

// The task's id follows from the deal's id. The request's id begins like the task's.
var (
	fakeDeal    = "bbbb22" + strings.Repeat("0", 58)
	fakeTask    = firstTask(fakeDeal)
	fakeRequest = fakeTask[:4] + "00" + strings.Repeat("1", 58)
)

func firstTask(deal string) string {
	raw, err := markettypes.ParseID(deal)
	if err != nil {
		panic(err)
	}
	id := poco.TaskID(raw, 0)
	return hex.EncodeToString(id[:])
}

type (
	fakeComet struct {
		*cmtservice.UnimplementedServiceServer
		*fakeChain
	}
	fakeNode struct {
		*nodeservice.UnimplementedServiceServer
		*fakeChain
	}
	fakeMarket struct {
		*markettypes.UnimplementedQueryServer
		*fakeChain
	}
	fakeDeals struct {
		*dealstypes.UnimplementedQueryServer
		*fakeChain
	}
	fakeTasks struct {
		*taskstypes.UnimplementedQueryServer
		*fakeChain
	}
)

// newFakeChain serves a chain on which the task has ended in this way, or still runs if ending is unspecified. A manifest that is given
// is in the store.
func newFakeChain(t *testing.T, ending taskstypes.Ending, manifest *result.Manifest) *fakeChain {
	t.Helper()
	store := artifact.NewMemory()
	f := &fakeChain{
		asked:   make(chan string, 1000),
		request: markettypes.Request{Id: fakeRequest, Deal: fakeDeal, Deals: 1, Filled: 1, Status: markettypes.REQUEST_STATUS_MATCHED, Job: markettypes.Job{App: "studio/app:1", Size_: 1}},
		deal:    dealstypes.Deal{Id: fakeDeal, Request: fakeRequest, Size_: 1, Bag: 1, Opened: 1, Pool: "public"},
		task:    taskstypes.Task{Id: fakeTask, Deal: fakeDeal, Attempt: 1, Phase: taskstypes.PHASE_OPEN},
	}
	if ending != taskstypes.ENDING_UNSPECIFIED {
		f.task.Phase, f.task.Ending, f.deal.Ended = taskstypes.PHASE_DONE, ending, 1
	}
	if manifest != nil {
		require.NoError(t, result.Store(t.Context(), *manifest, nil, store))
		f.deal.Accepted = 1
		f.task.Verdict = &taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: artifact.Digest(manifest.Digest()).String()}
		if manifest.Kind == result.KindAppFailed {
			f.task.Verdict.Kind = taskstypes.KIND_APP_FAILED
		}
	}
	blobs := httptest.NewServer(artifact.Handler(store))
	t.Cleanup(blobs.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	note := func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		select {
		case f.asked <- info.FullMethod:
		default:
		}
		return next(ctx, req)
	}
	server := grpc.NewServer(grpc.ForceServerCodec(encoding.New().Codec.(*codec.ProtoCodec).GRPCCodec()), grpc.UnaryInterceptor(note))
	cmtservice.RegisterServiceServer(server, fakeComet{fakeChain: f})
	nodeservice.RegisterServiceServer(server, fakeNode{fakeChain: f})
	dealstypes.RegisterQueryServer(server, fakeDeals{fakeChain: f})
	markettypes.RegisterQueryServer(server, fakeMarket{fakeChain: f})
	taskstypes.RegisterQueryServer(server, fakeTasks{fakeChain: f})
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	f.node, f.store = listener.Addr().String(), blobs.URL
	return f
}

func (f fakeComet) GetNodeInfo(context.Context, *cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
	return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: &p2p.DefaultNodeInfo{Network: "fake-1"}}, nil
}

func (f fakeComet) GetSyncing(context.Context, *cmtservice.GetSyncingRequest) (*cmtservice.GetSyncingResponse, error) {
	return &cmtservice.GetSyncingResponse{}, nil
}

func (f fakeComet) GetBlockResults(_ context.Context, req *cmtservice.GetBlockResultsRequest) (*cmtservice.GetBlockResultsResponse, error) {
	return &cmtservice.GetBlockResultsResponse{Height: req.Height}, nil
}

func (f fakeNode) Status(context.Context, *nodeservice.StatusRequest) (*nodeservice.StatusResponse, error) {
	now := time.Now()
	return &nodeservice.StatusResponse{Height: 7, Timestamp: &now}, nil
}

func begins(id, prefix string) []string {
	if strings.HasPrefix(id, prefix) {
		return []string{id}
	}
	return nil
}

func (f fakeMarket) Resolve(_ context.Context, req *markettypes.QueryResolveRequest) (*markettypes.QueryResolveResponse, error) {
	return &markettypes.QueryResolveResponse{Requests: begins(fakeRequest, req.Prefix)}, nil
}

func (f fakeTasks) Resolve(_ context.Context, req *taskstypes.QueryResolveRequest) (*taskstypes.QueryResolveResponse, error) {
	return &taskstypes.QueryResolveResponse{Tasks: begins(fakeTask, req.Prefix)}, nil
}

func (f fakeMarket) Request(_ context.Context, req *markettypes.QueryRequestRequest) (*markettypes.QueryRequestResponse, error) {
	if req.Id != fakeRequest {
		return nil, status.Error(codes.NotFound, "no request")
	}
	return &markettypes.QueryRequestResponse{Request: f.request}, nil
}

func (f fakeMarket) Requests(context.Context, *markettypes.QueryRequestsRequest) (*markettypes.QueryRequestsResponse, error) {
	return &markettypes.QueryRequestsResponse{Requests: []markettypes.Request{f.request}}, nil
}

func (f fakeDeals) Resolve(_ context.Context, req *dealstypes.QueryResolveRequest) (*dealstypes.QueryResolveResponse, error) {
	return &dealstypes.QueryResolveResponse{Deals: begins(fakeDeal, req.Prefix)}, nil
}

func (f fakeDeals) Deal(_ context.Context, req *dealstypes.QueryDealRequest) (*dealstypes.QueryDealResponse, error) {
	if req.Id != fakeDeal {
		return nil, status.Error(codes.NotFound, "no deal")
	}
	return &dealstypes.QueryDealResponse{Deal: f.deal}, nil
}

func (f fakeTasks) Task(_ context.Context, req *taskstypes.QueryTaskRequest) (*taskstypes.QueryTaskResponse, error) {
	if req.Id != fakeTask {
		return nil, status.Error(codes.NotFound, "no task")
	}
	return &taskstypes.QueryTaskResponse{Task: f.task, Deal: f.deal}, nil
}

func (f fakeTasks) TasksOfDeal(context.Context, *taskstypes.QueryTasksOfDealRequest) (*taskstypes.QueryTasksOfDealResponse, error) {
	return &taskstypes.QueryTasksOfDealResponse{Tasks: []taskstypes.Task{f.task}}, nil
}

func built(t *testing.T, kind, reason string, exit uint32) *result.Manifest {
	t.Helper()
	m, err := result.Build(kind, reason, exit, nil)
	require.NoError(t, err)
	return &m
}

// Every command on tasks takes the ids that `run` prints. Each ends with the exit status of the table.
func TestTaskCommandsTellTheirEnd(t *testing.T) {
	for _, tc := range []struct {
		name         string
		ending       taskstypes.Ending
		manifest     *result.Manifest
		watch, fetch int
		words        string
		watchAlone   string
	}{
		{
			"a result", taskstypes.ENDING_ACCEPTED, built(t, result.KindResult, "", 0), cli.ExitDone, cli.ExitDone,
			"accepted", "credenced task fetch " + fakeRequest[:12] + " --out DIR",
		},
		{
			"a failure", taskstypes.ENDING_ACCEPTED, built(t, result.KindAppFailed, "exit", 3), cli.ExitAppFailed, cli.ExitAppFailed,
			"failed with exit status 3", "",
		},
		{"no answer", taskstypes.ENDING_VOID, nil, cli.ExitNoVerdict, cli.ExitNoVerdict, "two thirds", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFakeChain(t, tc.ending, tc.manifest)
			chain := []string{"--node", f.node, "--store", f.store}
			for _, id := range []string{fakeRequest[:8], fakeRequest[:12], strings.ToUpper(fakeRequest), "bbbb", fakeTask[:12]} {
				out, status := execute(t, append([]string{"task", "watch", id, "--progress", "plain"}, chain...)...)
				require.Equal(t, tc.watch, status, "%s: %s", id, out)
				require.Contains(t, out, tc.words)
			}
			out, _ := execute(t, append([]string{"task", "watch", fakeRequest[:12]}, chain...)...)
			require.Contains(t, out, tc.watchAlone)
			out, status := execute(t, append([]string{"task", "show", fakeTask[:12]}, chain...)...)
			require.Equal(t, cli.ExitDone, status, out)
			require.Contains(t, out, tc.words)
			out, status = execute(t, append([]string{"task", "fetch", fakeTask[:12], "--out", filepath.Join(t.TempDir(), "out")}, chain...)...)
			require.Equal(t, tc.fetch, status, out)
			require.Contains(t, out, tc.words)
			out, status = execute(t, append([]string{"task", "fetch", fakeRequest[:12], "--out", filepath.Join(t.TempDir(), "out"), "--output", "json"}, chain...)...)
			require.Equal(t, tc.fetch, status, out)
			require.Contains(t, out, `"ending"`)
		})
	}

	f := newFakeChain(t, taskstypes.ENDING_UNSPECIFIED, nil)
	out, status := execute(t, "task", "list", "--requester", "cred1x", "--node", f.node)
	require.Equal(t, cli.ExitDone, status, out)
	require.Contains(t, out, fakeRequest[:12]+"  ")
	require.NotContains(t, out, "bbbb", "a request has one id")
	for id, words := range map[string]string{
		fakeTask[:4]: "request " + fakeRequest, "cccc": "the chain knows no task, request or deal that begins with cccc", "aaa": "is no id",
	} {
		out, status = execute(t, "task", "show", id, "--node", f.node)
		require.NotZero(t, status)
		require.Contains(t, out, words)
	}
	out, status = execute(t, "task", "fetch", fakeTask[:12], "--out", t.TempDir(), "--node", f.node)
	require.Equal(t, cli.ExitNotEnded, status, out)
	require.Contains(t, out, "credenced task watch "+fakeTask[:12])
}

// A watch that is stopped by Ctrl-C ends with status 130 and says how to go on. After SIGTERM the status is 143.
func TestAWatchThatIsStopped(t *testing.T) {
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: cli.ExitInterrupted, syscall.SIGTERM: cli.ExitTerminated} {
		f := newFakeChain(t, taskstypes.ENDING_UNSPECIFIED, nil)
		go func() {
			for method := range f.asked {
				if strings.HasSuffix(method, "TasksOfDeal") { // the watch has begun, so its signal handler is set
					_ = syscall.Kill(os.Getpid(), signal)
					return
				}
			}
		}()
		out, status := execute(t, "task", "watch", fakeRequest[:12], "--progress", "plain", "--node", f.node)
		require.Equal(t, want, status, out)
		require.Contains(t, out, "Next: credenced task watch "+fakeRequest[:12])
		require.NotContains(t, out, "Error")
	}
}
