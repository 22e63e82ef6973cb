package bench_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	p2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/tap"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/testutil/port"
	"github.com/credence-chain/credence/web"
)

var mostShown = flag.Int("bench.shown", 2_500, "open tasks on the chain whose pages are read")

const (
	// mostRows is the most rows of any list of a page, mostAnswer the most bytes of an answer, and mostQueries the most queries to the node
	// for one answer of a page that has just started: the overview reads 90 blocks with two queries each.
	mostRows    = 61
	mostAnswer  = 100 << 10
	mostQueries = 230
)

// pagesNode is a node over an application, without a network: it answers the application's queries, and has empty blocks.
type pagesNode struct {
	cmtservice.UnimplementedServiceServer
	status  nodeStatus
	queries atomic.Int64
}

type nodeStatus struct {
	nodeservice.UnimplementedServiceServer
	height uint64
	asked  atomic.Int64
}

func (n *pagesNode) GetNodeInfo(context.Context, *cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
	return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: &p2p.DefaultNodeInfo{Network: testutil.ChainID}}, nil
}

func (n *pagesNode) GetBlockByHeight(_ context.Context, r *cmtservice.GetBlockByHeightRequest) (*cmtservice.GetBlockByHeightResponse, error) {
	at := time.Unix(1_700_000_000+r.Height, 0).UTC()
	return &cmtservice.GetBlockByHeightResponse{SdkBlock: &cmtservice.Block{Header: cmtservice.Header{Height: r.Height, Time: at}}}, nil
}

func (n *pagesNode) GetBlockResults(context.Context, *cmtservice.GetBlockResultsRequest) (*cmtservice.GetBlockResultsResponse, error) {
	return &cmtservice.GetBlockResultsResponse{}, nil
}

func (n *nodeStatus) Status(context.Context, *nodeservice.StatusRequest) (*nodeservice.StatusResponse, error) {
	n.asked.Add(1)
	return &nodeservice.StatusResponse{Height: n.height}, nil
}

// pages is a page server that has just started, before a chain.
type pages struct {
	*httptest.Server
	node *pagesNode
}

func startPages(t *testing.T, c *testutil.Chain) *pages {
	t.Helper()
	node := &pagesNode{status: nodeStatus{height: uint64(c.Height())}}
	server := grpc.NewServer(grpc.ForceServerCodec(client.Codec().(codec.GRPCCodecProvider).GRPCCodec()),
		grpc.InTapHandle(func(ctx context.Context, info *tap.Info) (context.Context, error) {
			if !strings.HasSuffix(info.FullMethodName, "/Status") { // the page follows the chain by it, whoever asks
				node.queries.Add(1)
			}
			return ctx, nil
		}))
	c.App.RegisterGRPCServerWithSkipCheckHeader(server, true)
	cmtservice.RegisterServiceServer(server, node)
	nodeservice.RegisterServiceServer(server, &node.status)
	listener, err := net.Listen("tcp", port.FreeAddress(t))
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }() // it ends with Stop
	t.Cleanup(server.Stop)
	conn, err := client.Dial(t.Context(), []string{listener.Addr().String()}, "")
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	page := web.New(conn)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = page.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	p := &pages{httptest.NewServer(page), node}
	t.Cleanup(p.Close)
	// The page learns of the chain's height before it asks for it a second time.
	require.Eventually(t, func() bool { return node.status.asked.Load() > 1 }, time.Minute, 20*time.Millisecond)
	return p
}

// get reads an answer and returns its size.
func (p *pages) get(t *testing.T, path string, into any) int {
	t.Helper()
	res, err := http.Get(p.URL + path)
	require.NoError(t, err)
	defer res.Body.Close()
	var raw json.RawMessage
	require.NoError(t, json.NewDecoder(res.Body).Decode(&raw), path)
	require.Equal(t, http.StatusOK, res.StatusCode, "%s: %s", path, raw)
	require.NoError(t, json.Unmarshal(raw, into), path)
	return len(raw)
}

// answer is what one answer of the page costs.
type answer struct{ bytes, rows, queries, reads, iterators, steps int }

// ask reads an answer that the page has not computed yet, and counts what it costs.
func (p *pages) ask(t *testing.T, w *watch, path string, into any) answer {
	t.Helper()
	w.counts = counts{by: w.by}
	before := p.node.queries.Load()
	w.on = true
	var raw json.RawMessage
	size := p.get(t, path, &raw)
	w.on = false
	var all any
	require.NoError(t, json.Unmarshal(raw, &all))
	require.NoError(t, json.Unmarshal(raw, into))
	return answer{size, longest(all), int(p.node.queries.Load() - before), w.reads, w.iterators, w.steps}
}

// longest returns the length of the longest list in an answer.
func longest(v any) (most int) {
	switch v := v.(type) {
	case []any:
		most = len(v)
		for _, e := range v {
			most = max(most, longest(e))
		}
	case map[string]any:
		for _, e := range v {
			most = max(most, longest(e))
		}
	}
	return most
}

// readPages asks for every page of a chain, and for the second page of each list of tasks. It returns what each answer costs, by its path without
// ids.
func readPages(t *testing.T, open int) map[string]answer {
	w := new(watch)
	c := idle(t, w)
	openTasks(c, open)
	c.NextN(3)
	require.GreaterOrEqual(t, len(c.OpenTasks()), open)
	p, costs := startPages(t, c.Chain), map[string]answer{}
	ask := func(name, of string, into any) { costs[name] = p.ask(t, w, strings.Replace(name, "ID", of, 1), into) }
	var list struct {
		Tasks []struct{ ID, Deal, Request string }
		Next  string
	}
	ask("/api/tasks?state=waiting", "", &list)
	require.Len(t, list.Tasks, 25)
	first, next := list.Tasks[0], list.Next
	ask("/api/tasks?state=waiting&after=ID", next, &list)
	require.Len(t, list.Tasks, 25)
	require.NotContains(t, list.Tasks, first)
	ask("/api/deals/ID", first.Deal, &list)
	require.Len(t, list.Tasks, 25)
	ask("/api/deals/"+first.Deal+"?after=ID", list.Next, &list)
	require.Len(t, list.Tasks, 25)
	costs["/api/deals/ID?after=ID"] = costs["/api/deals/"+first.Deal+"?after=ID"]
	delete(costs, "/api/deals/"+first.Deal+"?after=ID")
	var market struct{ Book []struct{ ID string } }
	ask("/api/market", "", &market)
	var people struct {
		Workers []struct{ Address, Organisation string }
	}
	ask("/api/workers", "", &people)
	worker := people.Workers[0]
	var any map[string]any
	for _, path := range []string{"/api/overview", "/api/tasks", "/api/tasks?state=ended", "/api/organisations", "/api/ledgers", "/api/apps", "/api/feeds"} {
		ask(path, "", &any)
	}
	for _, page := range [][2]string{
		{"/api/tasks/ID", first.ID}, {"/api/requests/ID", first.Request}, {"/api/orders/ID", market.Book[0].ID}, {"/api/organisations/ID", worker.Organisation},
		{"/api/workers/ID", worker.Address}, {"/api/apps/ID", testutil.Provider + "/paint"}, {"/api/search?q=ID", first.ID[:12]},
	} {
		ask(page[0], page[1], &any)
	}
	return costs
}

// TestPagesAreBounded: every page of a chain with many open tasks costs the node about as many queries, reads and steps of
// iterators, and the visitor as many rows and bytes, as that of a chain with a thousand. -bench.shown says how many.
func TestPagesAreBounded(t *testing.T) {
	few, many := readPages(t, 1_000), readPages(t, *mostShown)
	names := slices.Sorted(maps.Keys(many))
	var table strings.Builder
	for _, name := range names {
		a, b := few[name], many[name]
		fmt.Fprintf(&table, "| `%s` | %d | %d | %d | %d | %d |\n", name, b.bytes, b.rows, b.queries, b.reads, b.steps)
		require.Positive(t, b.queries, name)
		require.LessOrEqual(t, b.bytes, mostAnswer, name)
		require.LessOrEqual(t, b.rows, mostRows, name)
		require.LessOrEqual(t, b.queries, mostQueries, name)
		// Lists that the thousand do not fill have more rows, of which each costs its part. Larger numbers have more digits.
		more := max(0, b.rows-a.rows)
		for _, cost := range [][2]int{
			{a.bytes + a.bytes/10 + 600*more + 500, b.bytes}, {a.queries + more + 4, b.queries}, {a.reads + 4*more + 8, b.reads},
			{a.iterators + more + 4, b.iterators}, {a.steps + 2*more + 4, b.steps},
		} {
			require.LessOrEqual(t, cost[1], cost[0], "%s: %+v beside a thousand tasks, %+v beside %d", name, a, b, *mostShown)
		}
	}
	t.Logf("%d open tasks\n| page | bytes | rows | queries | reads | steps |\n%s", *mostShown, table.String())
}
