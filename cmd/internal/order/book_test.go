package order

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

const (
	someOwner = "cred1s0n477cgj5sdjnhpqfskfrmg2kn0zu46q42wxy"
	marketOf  = "/credence.market.v1.Query/"
)

// offer returns a resting order of pool north.
func offer(id string, price uint64, change func(r *markettypes.OrderRecord)) markettypes.OrderRecord {
	r := markettypes.OrderRecord{
		Id: id, Kind: markettypes.ORDER_KIND_POOL, Status: markettypes.ORDER_STATUS_RESTING, Height: 90,
		Order: markettypes.Order{Owner: someOwner, Nonce: 7, Pool: &markettypes.PoolOrder{
			Pool: "north", Price: price, Volume: 9, MaxFuel: 1e9, Stake: 10_000_000, Category: "xs", Trust: 1000, Tags: []string{"gpu", "tee"},
		}},
	}
	change(&r)
	return r
}

// bookNode returns a node with these orders, and a pool without an operator.
func bookNode(t *testing.T, records ...markettypes.OrderRecord) *nodetest.Node {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, marketOf+"Book", func(*markettypes.QueryBookRequest) (*markettypes.QueryBookResponse, error) {
		return &markettypes.QueryBookResponse{Orders: records}, nil
	})
	nodetest.Answer(n, marketOf+"Orders", func(*markettypes.QueryOrdersRequest) (*markettypes.QueryOrdersResponse, error) {
		return &markettypes.QueryOrdersResponse{Orders: records}, nil
	})
	nodetest.Answer(n, marketOf+"Floor", func(*markettypes.QueryFloorRequest) (*markettypes.QueryFloorResponse, error) {
		return &markettypes.QueryFloorResponse{Below: 5}, nil
	})
	nodetest.Answer(n, marketOf+"Categories", func(*markettypes.QueryCategoriesRequest) (*markettypes.QueryCategoriesResponse, error) {
		return &markettypes.QueryCategoriesResponse{Categories: []markettypes.Category{{Id: "xs", Seconds: 60}}}, nil
	})
	nodetest.Answer(n, "/credence.workers.v1.Query/Pool", func(r *workerstypes.QueryPoolRequest) (*workerstypes.QueryPoolResponse, error) {
		return &workerstypes.QueryPoolResponse{Pool: workerstypes.Pool{Id: r.Id, Runtime: "wasm", Stake: 10_000_000, MaxCommissionBps: 10_000, Capabilities: []string{"gpu", "tee"}}}, nil
	})
	nodetest.Answer(n, "/credence.apps.v1.Query/App", func(r *appstypes.QueryAppRequest) (*appstypes.QueryAppResponse, error) {
		return &appstypes.QueryAppResponse{App: appstypes.App{Id: r.Id, Owner: someOwner}}, nil
	})
	return n
}

// fields returns the cells of a table's lines. Within a cell, words are at most one space apart.
func fields(out string) (rows [][]string) {
	for line := range strings.Lines(out) {
		var cells []string
		for _, c := range strings.Split(strings.TrimRight(line, "\n"), "  ") {
			if c = strings.TrimSpace(c); c != "" {
				cells = append(cells, c)
			}
		}
		rows = append(rows, cells)
	}
	return rows
}

func TestBookOfOffers(t *testing.T) {
	n := bookNode(t,
		offer("aa", 40_000, func(r *markettypes.OrderRecord) { r.Filled = 4 }),
		offer("bb", 2_000_000, func(r *markettypes.OrderRecord) {
			r.Order.Expiry, r.Height = 150, 0
			p := r.Order.Pool
			p.Volume, p.Category, p.Trust, p.Tags = 0, "", 0, nil
			p.Requesters = orgstypes.Audience{Organisations: []string{"lab"}}
		}),
		offer("cancelled", 1, func(r *markettypes.OrderRecord) { r.Order.Nonce = 4 }),
		offer("expired", 1, func(r *markettypes.OrderRecord) { r.Order.Expiry = nodetest.Height }),
	)
	out, err := n.RunCommand(t, NewCommand(), "book")
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"PRICE A REPLICA", "TASKS LEFT", "CATEGORY", "TRUST", "MAX FUEL", "STAKE", "TAGS", "SERVES", "EXPIRES", "AGE", "POOL", "ID"},
		{"0.04CRED", "5", "xs", "up to 99.9%", "1G", "10CRED", "gpu,tee", "anyone", "never", "10 blocks", "north", "aa"},
		{"2CRED", "no bound", "-", "any", "1G", "10CRED", "-", "some", "in 50 blocks", "genesis", "north", "bb"},
	}, fields(strings.ReplaceAll(out, " CRED", "CRED")))

	out, err = n.RunCommand(t, NewCommand(), "book", "--output", "json")
	require.NoError(t, err)
	require.Contains(t, out, `"id": "aa"`)
	require.NotContains(t, out, "cancelled")
	require.Contains(t, out, `"more": false`)
}

func TestBookOfAnApp(t *testing.T) {
	n := bookNode(t, markettypes.OrderRecord{
		Id: "aa", Kind: markettypes.ORDER_KIND_APP, Status: markettypes.ORDER_STATUS_RESTING, Height: 99,
		Order: markettypes.Order{Owner: someOwner, Nonce: 7, App: &markettypes.AppOrder{App: "studio/ray:1", Price: 500}},
	})
	out, err := n.RunCommand(t, NewCommand(), "book")
	require.NoError(t, err)
	require.Equal(t, []string{"PRICE A TASK", "TASKS LEFT", "MORE TAGS", "SERVES", "EXPIRES", "AGE", "OWNER", "ID"}, fields(out)[0])
	require.Equal(t, []string{"no bound", "-", "anyone", "never", "1 block", someOwner, "aa"}, fields(out)[1][1:])
}

func TestBookThatIsEmpty(t *testing.T) {
	n := bookNode(t)
	out, err := n.RunCommand(t, NewCommand(), "book")
	require.NoError(t, err)
	require.Equal(t, "no offers of executions without a category rest on the book; --category all shows every one's\n", out)
	out, err = n.RunCommand(t, NewCommand(), "book", "--pool", "north")
	require.NoError(t, err)
	require.Equal(t, "no offers of executions of pool north rest on the book\n", out)
}

func TestBookRefuses(t *testing.T) {
	n := bookNode(t)
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"--limit", "0"}, "--limit 0: expected at least 1"},
		{[]string{"--runtime", "abacus"}, `--runtime "abacus": there is no such runtime`},
		{[]string{"--app", "a/b:1", "--pool", "north"}, "name other parts of the book"},
		{[]string{"--output", "yaml"}, "--output"},
	} {
		_, err := n.RunCommand(t, NewCommand(), append([]string{"book"}, tc.args...)...)
		require.ErrorContains(t, err, tc.want)
	}
}

func TestWrongChain(t *testing.T) {
	n := bookNode(t)
	_, err := n.RunCommand(t, NewCommand(), "book", "--chain-id", "another-1")
	require.ErrorContains(t, err, nodetest.ChainID)
	require.ErrorContains(t, err, "Next: name a node of that chain with --node HOST:PORT, or leave --chain-id out")
	n.Endpoint = "127.0.0.1:1"
	_, err = n.RunCommand(t, NewCommand(), "book")
	require.Error(t, err)
	require.Equal(t, cli.ExitNetwork, cli.ExitStatus(err))
}
