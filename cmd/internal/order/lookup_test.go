package order

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// otherOwner is an account that owns nothing.
const otherOwner = "cred1qyqszqgpqyqszqgpqyqszqgpqyqszqgpe0386x"

// assetNode returns a node on which studio/ray:1 and base/rates:7 have a list price, and studio/ray:2 is sold by order alone. It has
// pool north, operated by organisation polar. Everything belongs to someOwner, who acts for polar.
func assetNode(t *testing.T) *nodetest.Node {
	n := bookNode(t)
	none := func(format string, args ...any) error { return status.Errorf(codes.NotFound, format, args...) }
	nodetest.Answer(n, "/credence.apps.v1.Query/Version", func(r *appstypes.QueryVersionRequest) (*appstypes.QueryVersionResponse, error) {
		app := appstypes.App{Id: "studio/ray", Owner: someOwner}
		switch r.Reference {
		case "studio/ray:1":
			return &appstypes.QueryVersionResponse{App: app, Version: appstypes.Version{App: app.Id, Version: "1", Price: 20_000, FuelLimit: 5e9}}, nil
		case "studio/ray:2":
			return &appstypes.QueryVersionResponse{App: app, Version: appstypes.Version{App: app.Id, Version: "2", ByOrder: true}}, nil
		}
		return nil, none("no version %s", r.Reference)
	})
	nodetest.Answer(n, "/credence.apps.v1.Query/App", func(r *appstypes.QueryAppRequest) (*appstypes.QueryAppResponse, error) {
		if r.Id != "studio/ray" {
			return nil, none("no app %s", r.Id)
		}
		return &appstypes.QueryAppResponse{App: appstypes.App{Id: r.Id, Owner: someOwner}}, nil
	})
	nodetest.Answer(n, "/credence.apps.v1.Query/DatasetVersion", func(r *appstypes.QueryDatasetVersionRequest) (*appstypes.QueryDatasetVersionResponse, error) {
		if r.Reference != "base/rates:7" {
			return nil, none("no dataset %s", r.Reference)
		}
		return &appstypes.QueryDatasetVersionResponse{
			Dataset: appstypes.Dataset{Id: "base/rates", Owner: someOwner}, Version: appstypes.DatasetVersion{Dataset: "base/rates", Version: "7", Price: 500},
		}, nil
	})
	nodetest.Answer(n, "/credence.workers.v1.Query/Pool", func(r *workerstypes.QueryPoolRequest) (*workerstypes.QueryPoolResponse, error) {
		if r.Id != "north" {
			return nil, none("no pool %s", r.Id)
		}
		return &workerstypes.QueryPoolResponse{Pool: workerstypes.Pool{
			Id: "north", Runtime: "wasm", Operator: "polar", Stake: 10_000_000, MinPrice: 30_000, MaxCommissionBps: 500, Capabilities: []string{"gpu"},
		}}, nil
	})
	nodetest.Answer(n, "/credence.orgs.v1.Query/OrganisationOf", func(r *orgstypes.QueryOrganisationOfRequest) (*orgstypes.QueryOrganisationOfResponse, error) {
		if r.Address != someOwner {
			return nil, none("no organisation of %s", r.Address)
		}
		return &orgstypes.QueryOrganisationOfResponse{Organisation: orgstypes.Organisation{Id: "polar"}}, nil
	})
	nodetest.Answer(n, "/credence.orgs.v1.Query/Organisation", func(r *orgstypes.QueryOrganisationRequest) (*orgstypes.QueryOrganisationResponse, error) {
		if r.Id != "acme" {
			return nil, none("no organisation %s", r.Id)
		}
		return &orgstypes.QueryOrganisationResponse{Organisation: orgstypes.Organisation{Id: r.Id}}, nil
	})
	nodetest.Answer(n, marketOf+"Params", func(*markettypes.QueryParamsRequest) (*markettypes.QueryParamsResponse, error) {
		p := markettypes.DefaultParams()
		p.MaxFuel = 70e9
		return &markettypes.QueryParamsResponse{Params: p}, nil
	})
	nodetest.Answer(n, marketOf+"Category", func(r *markettypes.QueryCategoryRequest) (*markettypes.QueryCategoryResponse, error) {
		if r.Id != "xs" {
			return nil, none("no category %s", r.Id)
		}
		return &markettypes.QueryCategoryResponse{Category: markettypes.Category{Id: "xs", Seconds: 60, FuelLimit: 3e9}}, nil
	})
	knowOrder(n, nil)
	return n
}

// create runs "order create". It returns the order that the command wrote, and its notes.
func create(t *testing.T, n *nodetest.Node, args ...string) (o markettypes.Order, notes string, err error) {
	t.Helper()
	root := &cobra.Command{Use: "credence", SilenceUsage: true, SilenceErrors: true}
	root.AddCommand(NewCommand())
	var out, said bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&said)
	root.SetArgs(append(append([]string{"order", "create"}, args...), "--node", n.Endpoint))
	if err := root.ExecuteContext(t.Context()); err != nil {
		require.Empty(t, out.String())
		return o, said.String(), err
	}
	s, err := order.Parse(out.Bytes())
	require.NoError(t, err, out.String())
	return *s.Order, said.String(), nil
}

// Values that the command line leaves out are taken from the chain, and noted.
func TestCreateTakesFromTheChain(t *testing.T) {
	n := assetNode(t)
	mine := []string{"--owner", someOwner}
	o, said, err := create(t, n, append(mine, "app", "studio/ray:1")...)
	require.NoError(t, err)
	require.EqualValues(t, 20_000, o.App.Price)
	require.Contains(t, said, "note: price 0.02 CRED is its list price\n")

	o, said, err = create(t, n, append(mine, "dataset", "base/rates:7", "--price", "7ucred")...)
	require.NoError(t, err)
	require.EqualValues(t, 7, o.Dataset.Price)
	require.Empty(t, said)

	o, said, err = create(t, n, append(mine, "pool", "north")...)
	require.NoError(t, err)
	require.Equal(t, markettypes.PoolOrder{Pool: "north", Price: 30_000, Stake: 10_000_000, CommissionBps: 500, MaxFuel: 70e9, Tags: []string{"gpu"}}, *o.Pool)
	require.Contains(t, said, "price 0.03 CRED is the pool's least")
	require.Contains(t, said, "commission 5 % is the pool's largest")

	o, said, err = create(t, n, append(mine, "pool", "north", "--category", "xs", "--price", "1CRED", "--commission", "0%", "--tag", "", "--max-fuel", "2G", "--expiry", "+20", "--trust", "99%")...)
	require.NoError(t, err)
	require.Equal(t, markettypes.PoolOrder{Pool: "north", Price: 1_000_000, Stake: 10_000_000, MaxFuel: 2e9, Category: "xs", Trust: 100}, *o.Pool)
	require.EqualValues(t, nodetest.Height+20, o.Expiry)
	require.Empty(t, said)

	o, _, err = create(t, n, append(mine, "pool", "north", "--category", "xs")...)
	require.NoError(t, err)
	require.EqualValues(t, 3e9, o.Pool.MaxFuel, "the category's fuel is less than the chain's")

	o, _, err = create(t, n, append(mine, "request", "studio/ray:1", "--max-price", "1CRED", "--dataset", "base/rates:7")...)
	require.NoError(t, err)
	require.EqualValues(t, 5e9, o.Request.FuelLimit, "as the version proposes")
}

// The command refuses an order for a thing that the chain does not have, or that breaks the rules of its owner or pool.
func TestCreateLooksUp(t *testing.T) {
	for _, tc := range []struct {
		name string
		args string
		says []string
	}{
		{"an app", "app studio/roy:1", []string{`app: the chain has no "studio/roy:1"`, "credenced list apps"}},
		{"a dataset", "dataset base/rate:7", []string{`dataset: the chain has no "base/rate:7"`, "credenced list datasets"}},
		{"a pool", "pool nord", []string{`pool: the chain has no "nord"`, "credenced list pools"}},
		{"a category", "pool north --category xl", []string{`--category: the chain has no "xl"`, "credenced list categories"}},
		{"by order alone", "app studio/ray:2", []string{"price: missing", "--price 0.05CRED"}},
		{"another's app", "app studio/ray:1 --owner " + otherOwner, []string{"owner: " + otherOwner + ", but studio/ray is of " + someOwner + ": nobody would take the order", "--offline does not ask"}},
		{"another's dataset", "dataset base/rates:7 --owner " + otherOwner, []string{"but base/rates is of " + someOwner}},
		{"another's pool", "pool north --owner " + otherOwner, []string{"but pool north is of organisation polar"}},
		{"another stake", "pool north --stake 1CRED", []string{"stake: got 1000000, expected that of north, 10000000 ucred", "credenced show pool north"}},
		{"too cheap", "pool north --price 1ucred", []string{"price: got 1, expected at least the min_price of north"}},
		{"a tag that the pool has not", "pool north --tag tee", []string{`tags: got "tee", expected a capability of north`}},
		{"a larger commission", "pool north --commission 6%", []string{"commission_bps: got 600, expected at most that of north, 500"}},
		{"a height that was", "app studio/ray:1 --expiry 100", []string{"--expiry 100: the chain is at height 100 already"}},
		{"for ever", "app studio/ray:1 --expiry +9223372036854775807", []string{"more blocks than there will be"}},
		{"a nonce below the floor", "app studio/ray:1 --nonce 4", []string{"--nonce 4: the owner cancelled all app orders below 5", "leave it out"}},
		{"a request for an app that there is not", "request studio/roy:1 --max-price 1CRED", []string{`app: the chain has no "studio/roy:1"`}},
		{"a request for a dataset that there is not", "request studio/ray:1 --max-price 1CRED --dataset aa/bb:1", []string{`--dataset: the chain has no "aa/bb:1"`}},
		{"a request for a pool that there is not", "request studio/ray:1 --max-price 1CRED --pool nord", []string{`--pool: the chain has no "nord"`}},
		{"a request of a category that there is not", "request studio/ray:1 --max-price 1CRED --category xl", []string{`--category: the chain has no "xl"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := strings.Fields(tc.args)
			if !strings.Contains(tc.args, "--owner") {
				args = append(args, "--owner", someOwner)
			}
			_, _, err := create(t, assetNode(t), args...)
			for _, says := range tc.says {
				require.ErrorContains(t, err, says)
			}
			require.Equal(t, cli.ExitFailed, cli.ExitStatus(err))
		})
	}
}

// An order may be restricted to counterparts that do not exist yet. As this is often a typing error, the command notes it.
func TestCreateNotesWhoIsNotMeant(t *testing.T) {
	n := assetNode(t)
	nodetest.Answer(n, "/credence.apps.v1.Query/Dataset", func(r *appstypes.QueryDatasetRequest) (*appstypes.QueryDatasetResponse, error) {
		if r.Id != "base/rates" {
			return nil, status.Error(codes.NotFound, "none")
		}
		return &appstypes.QueryDatasetResponse{}, nil
	})
	_, said, err := create(t, n, "app", "studio/ray:1", "--owner", someOwner, "--price", "0",
		"--only-dataset", "base/rates,base/none:1", "--only-pool", "north,south", "--only-pool-of", "acme,nobody", "--only-requester", "ghosts,acme")
	require.NoError(t, err)
	const of = "so that nobody is meant by it now"
	require.Equal(t, []string{
		"note: --only-dataset base/none:1: the chain has none of that name, " + of,
		"note: --only-pool south: the chain has none of that name, " + of,
		"note: --only-pool-of nobody: the chain has no organisation of that name, " + of,
		"note: --only-requester ghosts: the chain has no organisation of that name, " + of,
	}, strings.Split(strings.TrimSpace(said), "\n"))
}

// If an order of the owner already has the nonce, the error names that order.
func TestCreateKnowsUsedNonces(t *testing.T) {
	n := assetNode(t)
	r := named(offer("", 1, func(*markettypes.OrderRecord) {}))
	knowOrder(n, &r)
	_, _, err := create(t, n, "pool", "north", "--owner", someOwner, "--nonce", "7")
	require.ErrorContains(t, err, "--nonce 7: the owner's pool order "+r.Id+" has it, and is resting")

	req := markettypes.Request{Requester: someOwner, Nonce: 9, Status: markettypes.REQUEST_STATUS_MATCHED, Job: markettypes.Job{App: "studio/ray:1", Size_: 1}}
	req.Id = order.ID(req.Order(), nodetest.ChainID)
	knowRequest(n, &req)
	_, _, err = create(t, n, "request", "studio/ray:1", "--max-price", "1CRED", "--owner", someOwner, "--nonce", "9")
	require.ErrorContains(t, err, "--nonce 9: the owner's request order "+req.Id+" has it, and is matched")

	o, _, err := create(t, n, "pool", "north", "--owner", someOwner, "--nonce", "8")
	require.NoError(t, err)
	require.EqualValues(t, 8, o.Nonce)
}
