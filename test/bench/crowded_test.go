package bench_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	appskeeper "github.com/credence-chain/credence/x/apps/keeper"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerskeeper "github.com/credence-chain/credence/x/workers/keeper"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file fills the state of a chain with many records of each kind that the pages list. Running the messages of a hundred thousand tasks
// takes hours; copying what one bag left takes seconds, and queries can not tell the copies apart.

// crowd is how many records of each kind a chain has beside those of its start.
type crowd struct{ ended, waiting, orders, workers, organisations, apps int }

// crowdOf returns the crowd of a chain with so many tasks, of which a tenth wait.
func crowdOf(tasks int) crowd {
	return crowd{ended: tasks - tasks/10, waiting: tasks / 10, orders: tasks / 10, workers: tasks / 10, organisations: tasks / 100, apps: tasks / 100}
}

// bag is the size of the bag that fill runs to its end: the workers of an idle chain have slots for all its seats.
const bag = 50

// fill runs two bags, of which one ends and the other is larger than its workers can take, and stores copies of what they left.
func fill(c *testutil.Compute, of crowd) {
	ids := request(c, job(c, 2, bag))
	for tries := 0; !ended(c, ids); tries++ {
		require.Less(c.T, tries, 60, "tasks did not end")
		queueAnswers(c, ids, perTx)
		c.Next()
	}
	// What waits holds money, and the genesis that is stored here says that nobody does: so it comes after that.
	ctx := uncached(c)
	fillEnded(c, ctx, of.ended)
	fillOrders(c, ctx, of.orders)
	c.Next()
	openTasks(c, 250)
	// New workers would take what waits, were it not for the long time until a task looks for a worker again.
	ctx = uncached(c)
	fillWaiting(c, ctx, of.waiting)
	fillWorkers(c, ctx, of.organisations, of.workers)
	fillApps(c, ctx, of.apps)
	c.NextN(2)
	c.Blocks = nil
}

// uncached returns a context that writes into the state that the next block commits.
func uncached(c *testutil.Compute) sdk.Context {
	return c.App.NewUncachedContext(false, cmtproto.Header{ChainID: testutil.ChainID, Height: c.Height()})
}

// fillEnded copies the request, the deal and the tasks of the bag that ended, bag by bag.
func fillEnded(c *testutil.Compute, ctx sdk.Context, tasks int) {
	t, deals, market, keeper := c.T, app.DealsKeeper(c.App), app.MarketKeeper(c.App), app.TasksKeeper(c.App)
	dealsState, err := deals.ExportGenesis(ctx)
	require.NoError(t, err)
	marketState, err := market.ExportGenesis(ctx)
	require.NoError(t, err)
	require.Len(t, dealsState.Deals, 1)
	require.Len(t, marketState.Requests, 1)
	var tasksOfBag []taskstypes.Task
	require.NoError(t, keeper.Tasks.Walk(ctx, nil, func(_ string, task taskstypes.Task) (bool, error) {
		tasksOfBag = append(tasksOfBag, task)
		return false, nil
	}))
	require.Len(t, tasksOfBag, bag)
	deal, request := dealsState.Deals[0], marketState.Requests[0]
	dealsState.Deals, marketState.Requests, marketState.Orders = nil, nil, nil
	for i := range tasks / bag {
		id := poco.RequestID(testutil.ChainID, request.Requester, uint64(1_000_000+i))
		dealID := poco.DealID(id, 0)
		deal.Id, deal.Request = ids.Format(dealID), ids.Format(id)
		request.Id, request.Deal = deal.Request, deal.Id
		dealsState.Deals, marketState.Requests = append(dealsState.Deals, deal), append(marketState.Requests, request)
		for _, task := range tasksOfBag {
			task.Id, task.Deal = taskstypes.IDText(poco.TaskID(dealID, task.Index)), deal.Id
			storeCopy(c, ctx, task)
			for _, s := range task.Seats {
				require.NoError(t, keeper.History.Set(ctx, collections.Join3(s.Who, uint64(task.Opened), task.Id)))
			}
		}
	}
	slices.SortFunc(dealsState.Deals, func(a, b dealstypes.Deal) int { return strings.Compare(a.Id, b.Id) })
	slices.SortFunc(marketState.Requests, func(a, b markettypes.Request) int { return strings.Compare(a.Id, b.Id) })
	require.NoError(t, deals.InitGenesis(ctx, *dealsState))
	require.NoError(t, market.InitGenesis(ctx, *marketState))
}

// storeCopy stores a task and its place in the list of its state.
func storeCopy(c *testutil.Compute, ctx sdk.Context, task taskstypes.Task) {
	keeper := app.TasksKeeper(c.App)
	require.NoError(c.T, keeper.Tasks.Set(ctx, task.Id, task))
	require.NoError(c.T, keeper.States.Set(ctx, collections.Join3(task.StateKey(), uint64(task.Opened), task.Id)))
}

// fillWaiting copies a task that waits. The copies are in no queue, so that nothing becomes due.
func fillWaiting(c *testutil.Compute, ctx sdk.Context, tasks int) {
	open := c.OpenTasks()
	i := slices.IndexFunc(open, func(id string) bool { return c.Task(id).Phase.State() == taskstypes.STATE_WAITING })
	require.GreaterOrEqual(c.T, i, 0, "no task waits")
	task := c.Task(open[i])
	deal, err := ids.Parse(task.Deal)
	require.NoError(c.T, err)
	for i := range tasks {
		task.Index = uint64(1_000_000 + i)
		task.Id = taskstypes.IDText(poco.TaskID(deal, task.Index))
		storeCopy(c, ctx, task)
	}
}

// fillOrders copies the offer of the pool, each copy a little dearer. It writes into the book itself: no seller may have so many offers, and as
// many sellers would not change what a page of the book costs.
func fillOrders(c *testutil.Compute, ctx sdk.Context, orders int) {
	market := app.MarketKeeper(c.App)
	// The offer stands under two topics: those of its runtime and of its pool.
	it, err := market.Book.Iterate(ctx, nil)
	require.NoError(c.T, err)
	places, err := it.KeyValues()
	require.NoError(c.T, err)
	require.Len(c.T, places, 2)
	order, err := market.Orders.Get(ctx, places[0].Value)
	require.NoError(c.T, err)
	owner := c.Org(testutil.Operator).Member().String()
	first := *order.Order.Pool
	for i := range orders {
		pool := first
		pool.Price += uint64(i + 1)
		order.Order.Pool, order.Order.Nonce = &pool, uint64(1_000+i)
		id := poco.OrderID(testutil.ChainID, "pool", owner, order.Order.Nonce)
		order.Id = ids.Format(id)
		require.NoError(c.T, market.Orders.Set(ctx, id[:], order))
		for _, p := range places {
			require.NoError(c.T, market.Book.Set(ctx, collections.Join4(p.Key.K1(), pool.Price, p.Key.K3(), p.Key.K4()), id[:]))
		}
	}
}

// fillWorkers admits organisations and registers their workers, whose keys the chain then knows.
func fillWorkers(c *testutil.Compute, ctx sdk.Context, organisations, workers int) {
	server, accounts := workerskeeper.NewMsgServer(app.WorkersKeeper(c.App)), app.AccountKeeper(c.App)
	for o := range organisations {
		id := fmt.Sprintf("crowd-%d", o)
		owner := addressOf(id)
		require.NoError(c.T, app.OrgsKeeper(c.App).Admit(ctx, orgstypes.Organisation{
			Id: id, Name: "Organisation " + id, Admins: []string{addressOf(id + "-admin").String()}, Members: []string{owner.String()}, Roles: []orgstypes.Role{orgstypes.ROLE_WORKER},
			Status: orgstypes.STATUS_ACTIVE,
		}))
		each := uint64(workers / organisations)
		coins := sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, int64(each)*1_000_000))
		require.NoError(c.T, app.BankKeeper(c.App).SendCoins(ctx, c.Account("stranger").Addr, owner, coins))
		for i := range each {
			key := testutil.NewAccount(fmt.Sprint(id, "-worker-", i))
			c.Know(id, key)
			account := accounts.NewAccountWithAddress(ctx, key.Addr)
			require.NoError(c.T, account.SetPubKey(key.PubKey())) // as after a first transaction
			accounts.SetAccount(ctx, account)
			_, err := server.Register(ctx, &workerstypes.MsgRegister{
				Owner: owner.String(), Worker: key.String(), Endpoint: fmt.Sprintf("http://%s-%d.example", id, i), Slots: 8,
				Pools: []string{testutil.Pool}, Stake: 1_000_000,
			})
			require.NoError(c.T, err)
		}
	}
}

// fillApps publishes apps of the provider.
func fillApps(c *testutil.Compute, ctx sdk.Context, apps int) {
	server, owner := appskeeper.NewMsgServer(app.AppsKeeper(c.App)), c.Org(testutil.Provider).Member().String()
	for i := range apps {
		name := fmt.Sprintf("app-%d", i)
		_, err := server.Publish(ctx, &appstypes.MsgPublish{
			Owner: owner, Name: name, Version: "1.0", Description: "the app " + name, Runtime: contract.RuntimeWasm,
			Digest: taskstypes.DigestText(sha256.Sum256([]byte(name))), Size_: 1_000, Price: 50, Locators: []string{"http://artifacts.example"},
		})
		require.NoError(c.T, err)
	}
}

func addressOf(name string) sdk.AccAddress {
	sum := sha256.Sum256([]byte("address of " + name))
	return sum[:20]
}
