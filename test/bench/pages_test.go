package bench_test

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
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

var (
	mostShown = flag.Int("bench.shown", 12_000, "tasks on the chain whose pages are counted")
	mostTimed = flag.Int("bench.timed", 10_000, "tasks on the chain whose pages are timed")
	shots     = flag.String("bench.shots", "", "a folder for pictures of the pages that are timed")
)

// fewShown is how many tasks the chain has with which the one of many is compared. Each of its lists fills more than a page.
const fewShown = 3_000

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

func startPages(t testing.TB, c *testutil.Chain) *pages {
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
	conn, err := client.Dial(context.Background(), []string{listener.Addr().String()}, "")
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
func (p *pages) get(t testing.TB, path string, into any) int {
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
func (p *pages) ask(t testing.TB, w *watch, path string, into any) answer {
	t.Helper()
	w.counts = counts{by: w.by}
	before := p.node.queries.Load()
	w.on.Store(true)
	var raw json.RawMessage
	size := p.get(t, path, &raw)
	w.on.Store(false)
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

// readPages asks for every page of a chain with a crowd, and for the second page of each long list. It returns what each answer costs, by its
// path without ids.
func readPages(t *testing.T, tasks int) map[string]answer {
	w := new(watch)
	c := idle(t, w)
	fill(c, crowdOf(tasks))
	p, costs := startPages(t, c.Chain), map[string]answer{}
	walkPages(t, p, func(name, path string, into any) { costs[name] = p.ask(t, w, path, into) })
	return costs
}

// walkPages calls ask for every page of a chain with a crowd. The name of a path has ID for what differs between chains.
func walkPages(t testing.TB, p *pages, ask func(name, path string, into any)) (shown []string) {
	var list struct {
		Tasks []struct{ ID, Deal, Request string }
		Deals []struct{ ID string }
		Next  string
	}
	// read asks for a list, and for its second page, on which no row of the first may be. of has the list as the answer has it.
	read := func(name, path string) {
		shown = append(shown, strings.Replace(strings.TrimPrefix(path, "/api"), "/overview", "/", 1))
		list.Next = ""
		ask(name, path, &list)
	}
	twice := func(name, path string) {
		read(name, path)
		require.NotEmpty(t, list.Next, "%s has no second page", path)
		mark := "?"
		if strings.Contains(path, "?") {
			mark = "&"
		}
		read(name+mark+"after=ID", path+mark+"after="+list.Next)
	}
	one := func(name, id string) { read(name, strings.Replace(name, "ID", id, 1)) }
	for _, path := range []string{"/api/tasks?state=waiting", "/api/tasks?state=ended", "/api/market", "/api/organisations", "/api/workers", "/api/apps"} {
		twice(path, path)
	}
	for _, path := range []string{"/api/overview", "/api/tasks", "/api/ledgers", "/api/feeds"} {
		read(path, path)
	}
	p.get(t, "/api/tasks?state=ended", &list)
	task := list.Tasks[0]
	twice("/api/deals/ID", "/api/deals/"+task.Deal)
	one("/api/tasks/ID", task.ID)
	one("/api/requests/ID", task.Request)
	one("/api/search?q=ID", task.ID[:12])
	read("/api/search?q=ABCD", "/api/search?q="+task.ID[:4])
	var market struct {
		Book []struct{ ID, Operator string }
	}
	p.get(t, "/api/market", &market)
	one("/api/orders/ID", market.Book[0].ID)
	var people struct {
		Workers []struct{ Address, Organisation string }
	}
	p.get(t, "/api/organisations/"+testutil.Lab(1), &people)
	twice("/api/workers/ID", "/api/workers/"+people.Workers[0].Address)
	one("/api/organisations/ID", "crowd-1")
	twice("/api/apps/ID", "/api/apps/"+testutil.Provider+"/paint")
	return shown
}

// TestPagesAreBounded: every page of a chain with many tasks, orders, workers, organisations and apps costs the node about as many queries,
// reads and steps of iterators, and the visitor as many rows and bytes, as that of a chain with few. -bench.shown says how many tasks.
func TestPagesAreBounded(t *testing.T) {
	few, many := readPages(t, fewShown), readPages(t, *mostShown)
	names := slices.Sorted(maps.Keys(many))
	var table strings.Builder
	for _, name := range names {
		a, b := few[name], many[name]
		fmt.Fprintf(&table, "| `%s` | %d | %d | %d | %d | %d |\n", name, b.bytes, b.rows, b.queries, b.reads, b.steps)
		require.Positive(t, b.queries, name)
		require.LessOrEqual(t, b.bytes, mostAnswer, name)
		require.LessOrEqual(t, b.rows, mostRows, name)
		require.LessOrEqual(t, b.queries, mostQueries, name)
		require.Positive(t, b.reads+b.iterators, "%s reads nothing: the watch is blind", name)
		// Lists that the few do not fill have more rows, of which each costs its part. Larger numbers have more digits. A row asks for its deal
		// unless another row of the page has the same.
		more := max(0, b.rows-a.rows)
		read := max(more, b.queries-a.queries)
		for _, cost := range [][2]int{
			{a.bytes + a.bytes/10 + 600*more + 500, b.bytes}, {max(a.queries+more, b.rows) + 4, b.queries}, {a.reads + 4*read + 8, b.reads},
			{a.iterators + more + 4, b.iterators}, {a.steps + 2*more + 4, b.steps},
		} {
			require.LessOrEqual(t, cost[1], cost[0], "%s: %+v beside %d tasks, %+v beside %d", name, a, fewShown, b, *mostShown)
		}
	}
	t.Logf("%d tasks\n| page | bytes | rows | queries | reads | steps |\n%s", *mostShown, table.String())
}

// BenchmarkPages measures, for every page of a chain on disk with -bench.timed tasks, the time until a page server that has not answered yet
// has sent the answer, the middle one of three, and, where chromium and Node are installed, the time until chromium shows it. -bench.shots
// says where pictures go.
func BenchmarkPages(b *testing.B) {
	c := idle(b, nil, testutil.WithDB(onDisk(b)), forgotten())
	start := time.Now()
	fill(c, crowdOf(*mostTimed))
	c.Restart()
	b.Logf("%+v filled in %s", crowdOf(*mostTimed), time.Since(start).Round(time.Second))
	times, sizes := map[string][]time.Duration{}, map[string]int{}
	var paths, names []string
	for range 3 {
		names = nil
		p := startPages(b, c.Chain)
		paths = walkPages(b, p, func(name, path string, into any) {
			before := time.Now()
			sizes[name] = p.get(b, path, into)
			times[name], names = append(times[name], time.Since(before)), append(names, name)
		})
	}
	drawn := drawPages(b, startPages(b, c.Chain).URL, paths)
	var table strings.Builder
	for i, name := range names {
		slices.Sort(times[name])
		took := times[name][1]
		page := drawn[paths[i]]
		fmt.Fprintf(&table, "| `%s` | %d | %.1f | %d | %d |\n", name, sizes[name], took.Seconds()*1e3, page.ms, page.rows)
	}
	fmt.Printf("| page | bytes | answer, ms | shown, ms | rows of tables |\n|---|---|---|---|---|\n%s", table.String()) // a benchmark's log is cut
}

// drawing is what chromium says of a page: the milliseconds until it was shown, and the rows of its tables.
type drawing struct{ ms, rows int }

// drawPages opens pages in chromium. It returns nothing where chromium or Node are missing.
func drawPages(b *testing.B, url string, paths []string) map[string]drawing {
	node, err := exec.LookPath("node")
	chromium, missing := exec.LookPath("chromium")
	if err != nil || missing != nil {
		b.Logf("not drawn: %v", cmp.Or(err, missing))
		return nil
	}
	cmd := exec.Command(node, append([]string{"../../web/check/time.mjs", url, *shots}, paths...)...)
	cmd.Env = append(os.Environ(), "CHROMIUM="+chromium)
	out, err := cmd.CombinedOutput()
	require.NoError(b, err, "%s", out)
	drawn := map[string]drawing{}
	for _, line := range strings.Split(string(out), "\n") {
		var path string
		var d drawing
		if n, _ := fmt.Sscanf(line, "page %s %d %d", &path, &d.ms, &d.rows); n == 3 {
			drawn[path] = d
		}
	}
	require.Len(b, drawn, len(paths))
	return drawn
}
