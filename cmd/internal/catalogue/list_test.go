package catalogue

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

const account = "cred1s0n477cgj5sdjnhpqfskfrmg2kn0zu46q42wxy"

func TestListPools(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.workers.v1.Query/Pools", func(r *workerstypes.QueryPoolsRequest) (*workerstypes.QueryPoolsResponse, error) {
		if len(r.Pagination.Key) > 0 {
			return &workerstypes.QueryPoolsResponse{Pools: []workerstypes.Pool{{Id: "south", Runtime: "oci", Retired: true}}}, nil
		}
		return &workerstypes.QueryPoolsResponse{
			Pools:      []workerstypes.Pool{{Id: "north", Runtime: "wasm", Stake: 10_000_000, Capabilities: []string{"gpu", "tee"}, Description: "cold\x1b[2J"}},
			Pagination: &query.PageResponse{NextKey: []byte{1}},
		}, nil
	})
	out, err := n.RunCommand(t, NewListCommand(), "pools")
	require.NoError(t, err)
	require.Equal(t, "POOL   RUNTIME  STAKE    LEAST PRICE  TAGS     STATE    DESCRIPTION\n"+
		"north  wasm     10 CRED  0 CRED       gpu,tee  open     cold\\x1b[2J\n"+
		"south  oci      0 CRED   0 CRED       -        retired  -\n", out)
	out, err = n.RunCommand(t, NewListCommand(), "pools", "--limit", "1", "--output", "json")
	require.NoError(t, err)
	require.Contains(t, out, `"more": true`)
	require.NotContains(t, out, "south")
	_, err = n.RunCommand(t, NewListCommand(), "pools", "--limit", "0")
	require.ErrorContains(t, err, "--limit 0: expected at least 1")
}

func TestListNothing(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.market.v1.Query/Categories", func(*markettypes.QueryCategoriesRequest) (*markettypes.QueryCategoriesResponse, error) {
		return &markettypes.QueryCategoriesResponse{}, nil
	})
	out, err := n.RunCommand(t, NewListCommand(), "categories")
	require.NoError(t, err)
	require.Equal(t, "no categories\n", out)
}

func TestListVouchers(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.vouchers.v1.Query/Vouchers", func(r *voucherstypes.QueryVouchersRequest) (*voucherstypes.QueryVouchersResponse, error) {
		return &voucherstypes.QueryVouchersResponse{Vouchers: []voucherstypes.Voucher{{Id: "aa", Balance: 5, Holder: r.Holder, Issuer: r.Issuer}}}, nil
	})
	for flag, other := range map[string]string{"holder": "issuer", "issuer": "holder"} {
		out, err := n.RunCommand(t, NewListCommand(), "vouchers", "--"+flag, account, "--output", "json")
		require.NoError(t, err)
		require.Contains(t, out, `"`+flag+`": "`+account+`"`)
		require.Contains(t, out, `"`+other+`": ""`)
	}
	_, err := n.RunCommand(t, NewListCommand(), "vouchers", "--holder", "bob", "--keyring-backend", "test", "--keyring-dir", t.TempDir())
	require.ErrorContains(t, err, `--holder "bob": neither an address (cred1...) nor a name`)
	require.ErrorContains(t, err, "Next: list the keys: credenced keys list --keyring-backend test")
}

func TestListDeals(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.deals.v1.Query/Deals", func(r *dealstypes.QueryDealsRequest) (*dealstypes.QueryDealsResponse, error) {
		return &dealstypes.QueryDealsResponse{Deals: []dealstypes.Deal{{Id: "ab", App: r.App, AppVersion: "1", Size_: 3}}}, nil
	})
	out, err := n.RunCommand(t, NewListCommand(), "deals", "--app", "studio/count")
	require.NoError(t, err)
	require.Contains(t, out, "studio/count:1")
	_, err = n.RunCommand(t, NewListCommand(), "deals")
	require.ErrorContains(t, err, "at least one of the flags")
	list := NewListCommand()
	commandline.HelpOut(list)
	_, err = n.RunCommand(t, list, "deals")
	require.Equal(t, cli.ExitUsage, cli.ExitStatus(err))
	require.ErrorContains(t, err, "at least one of the flags in the group [order app dataset pool] is required\n  Next: credence list deals --help")
}

func TestListCallbacks(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.deals.v1.Query/Callbacks", func(*dealstypes.QueryCallbacksRequest) (*dealstypes.QueryCallbacksResponse, error) {
		return &dealstypes.QueryCallbacksResponse{Names: []string{"feeds/"}}, nil
	})
	out, err := n.RunCommand(t, NewListCommand(), "callbacks")
	require.NoError(t, err)
	require.Equal(t, "feeds/\n", out)
}

func TestShowPause(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/credence.poa.v1.Query/Pause", func(*poatypes.QueryPauseRequest) (*poatypes.QueryPauseResponse, error) {
		return &poatypes.QueryPauseResponse{Paused: true}, nil
	})
	out, err := n.RunCommand(t, NewShowCommand(), "pause")
	require.NoError(t, err)
	require.Contains(t, out, `"paused": true`)
	_, err = n.RunCommand(t, NewShowCommand(), "pause", "now")
	require.ErrorContains(t, err, `"now": too many arguments`)
}

// A transaction that no block has is not a failure of the command line: it may still come.
func TestShowTx(t *testing.T) {
	n := nodetest.NewNode(t)
	nodetest.Answer(n, "/cosmos.tx.v1beta1.Service/GetTx", func(*txtypes.GetTxRequest) (*txtypes.GetTxResponse, error) {
		return nil, status.Error(codes.NotFound, "tx not found")
	})
	_, err := n.RunCommand(t, NewShowCommand(), "tx", "AB12")
	require.ErrorContains(t, err, "no block has the transaction AB12")
}
