package task

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

const someOwner = "cred1s0n477cgj5sdjnhpqfskfrmg2kn0zu46q42wxy"

var someID = strings.Repeat("ab", 32)

// Requests are listed page by page, with the results of their deals.
func TestTaskList(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.market.v1.Query/Requests", func(r *markettypes.QueryRequestsRequest) (*markettypes.QueryRequestsResponse, error) {
		if r.Requester != someOwner {
			return nil, status.Error(codes.InvalidArgument, "another requester")
		}
		if len(r.Pagination.Key) == 0 {
			return &markettypes.QueryRequestsResponse{
				Requests:   []markettypes.Request{{Id: someID, Height: 7, Status: markettypes.REQUEST_STATUS_MATCHED, Deal: someID, Deals: 1, Job: markettypes.Job{App: "studio/ray:1", Size_: 3}}},
				Pagination: &query.PageResponse{NextKey: []byte("more")},
			}, nil
		}
		return &markettypes.QueryRequestsResponse{Requests: []markettypes.Request{{Id: strings.Repeat("cd", 32), Height: 9, Status: markettypes.REQUEST_STATUS_RESTING, Job: markettypes.Job{App: "studio/ray:2", Size_: 1}}}}, nil
	})
	nodetest.Answer(n, "/credence.deals.v1.Query/Deal", func(r *dealstypes.QueryDealRequest) (*dealstypes.QueryDealResponse, error) {
		return &dealstypes.QueryDealResponse{Deal: dealstypes.Deal{Id: r.Id, Size_: 3, Ended: 2, Accepted: 1, Paid: 5_000_000, Pool: "public", Time: 1_767_225_600}}, nil
	})
	out, err := n.RunCommand(t, NewCommand(), "list", "--requester", someOwner)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 3)
	require.Equal(t, []string{"ID", "WHEN", "STATUS", "TASKS", "ENDED", "ACCEPTED", "PAID", "APP"}, strings.Fields(lines[0]))
	first := strings.Fields(lines[1])
	require.Equal(t, client.ShortDigest(someID), first[0])
	require.Contains(t, []string{"2025-12-31", "2026-01-01"}, first[1], "the time of its deal, here")
	require.Equal(t, []string{"running", "3", "2", "1"}, first[3:7])
	require.Equal(t, "studio/ray:1", first[len(first)-1])
	require.Contains(t, lines[1], cli.FormatCRED(5_000_000))
	require.Equal(t, []string{"?", "resting", "1", "0", "0"}, strings.Fields(lines[2])[1:6], "nobody keeps its time")

	for _, tc := range []struct {
		line []string
		want int
	}{
		{[]string{"--status", "running,ended"}, 1}, {[]string{"--failed"}, 1}, {[]string{"--app", "studio/ray"}, 2}, {[]string{"--app", "studio/ray:2"}, 1},
		{[]string{"--app", "studio/r"}, 0}, {[]string{"--since", "2025-12-01"}, 1}, {[]string{"--since", "2026-01-03"}, 0},
	} {
		out, err = n.RunCommand(t, NewCommand(), append([]string{"list", "--requester", someOwner, "--output", "json"}, tc.line...)...)
		require.NoError(t, err, tc.line)
		var rows []map[string]any
		require.NoError(t, json.Unmarshal([]byte(out), &rows), out)
		require.Len(t, rows, tc.want, tc.line)
	}
	out, err = n.RunCommand(t, NewCommand(), "list", "--requester", someOwner, "--output", "yaml", "--failed")
	require.NoError(t, err)
	require.Contains(t, out, "  status: running\n")
	out, err = n.RunCommand(t, NewCommand(), "list", "--requester", someOwner, "--output", "wide")
	require.NoError(t, err)
	require.Contains(t, out, someID)
	require.Contains(t, out, "public")
	_, err = n.RunCommand(t, NewCommand(), "list", "--requester", someOwner, "--status", "lost")
	require.ErrorContains(t, err, `--status "lost": expected waiting or queued or resting`)
}

func TestParseSince(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"": {}, "90m": now.Add(-90 * time.Minute), "7d": now.AddDate(0, 0, -7), "2026-03-01": time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		"2026-03-01 10:30": time.Date(2026, 3, 1, 10, 30, 0, 0, time.UTC), "2026-03-01T10:30:00+02:00": time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC),
	} {
		got, err := parseSince(text, now)
		require.NoError(t, err, text)
		require.True(t, want.Equal(got), text)
	}
	for _, text := range []string{"yesterday", "-1h", "d", "5"} {
		_, err := parseSince(text, now)
		require.ErrorContains(t, err, "--since", text)
	}
}

// taskNode returns a node that knows one task by its id.
func taskNode(t *testing.T, task taskstypes.Task) *nodetest.Node {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.tasks.v1.Query/Resolve", func(r *taskstypes.QueryResolveRequest) (*taskstypes.QueryResolveResponse, error) {
		if strings.HasPrefix(task.Id, r.Prefix) {
			return &taskstypes.QueryResolveResponse{Tasks: []string{task.Id}}, nil
		}
		return &taskstypes.QueryResolveResponse{}, nil
	})
	nodetest.Answer(n, "/credence.market.v1.Query/Resolve", func(*markettypes.QueryResolveRequest) (*markettypes.QueryResolveResponse, error) {
		return &markettypes.QueryResolveResponse{}, nil
	})
	nodetest.Answer(n, "/credence.deals.v1.Query/Resolve", func(*dealstypes.QueryResolveRequest) (*dealstypes.QueryResolveResponse, error) {
		return &dealstypes.QueryResolveResponse{}, nil
	})
	nodetest.Answer(n, "/credence.tasks.v1.Query/Task", func(*taskstypes.QueryTaskRequest) (*taskstypes.QueryTaskResponse, error) {
		return &taskstypes.QueryTaskResponse{Task: task}, nil
	})
	return n
}

func TestTasksThatAreUnknown(t *testing.T) {
	n := taskNode(t, taskstypes.Task{Id: someID})
	for _, args := range [][]string{{"show", "ffffffffffff"}, {"watch", "ffffffffffff"}, {"logs", "ffffffffffff"}, {"fetch", "ffffffffffff", "--out", t.TempDir()}} {
		_, err := n.RunCommand(t, NewCommand(), args...)
		require.ErrorContains(t, err, "ffffffffffff", args)
		require.NotContains(t, err.Error(), "the test has no answer", args)
		_, err = n.RunCommand(t, NewCommand(), append([]string{args[0], "xyz"}, args[2:]...)...)
		require.ErrorContains(t, err, "64 hexadecimal digits", args)
	}
}

func TestTaskFlags(t *testing.T) {
	n := taskNode(t, taskstypes.Task{Id: someID})
	for _, args := range [][]string{{"show", someID}, {"watch", someID}, {"logs", someID}, {"fetch", someID, "--out", t.TempDir()}} {
		_, err := n.RunCommand(t, NewCommand(), append(args, "--output", "wide")...)
		require.ErrorContains(t, err, "--output")
	}
	_, err := n.RunCommand(t, NewCommand(), "fetch", someID)
	require.ErrorContains(t, err, "--out is missing")
	require.Equal(t, cli.ExitUsage, cli.ExitStatus(err))
	_, err = n.RunCommand(t, NewCommand(), "list")
	require.ErrorContains(t, err, "no key was given")
}
