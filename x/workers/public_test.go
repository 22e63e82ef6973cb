package workers_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/testutil"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// town is a chain whose council has a public pool, cheaper than the one that somebody operates.
type town struct {
	*testutil.Compute
	keys map[string]*testutil.Account // of the workers in the public pool
}

func newTown(t *testing.T) *town {
	var options []testutil.Option
	for i := 1; i <= 7; i++ {
		options = append(options, testutil.WithAccounts(fmt.Sprintf("public-%d", i)))
	}
	options = append(options,
		testutil.WithParams(nil, nil, func(p *workerstypes.Params) { p.NoticeBlocks = 10 }),
		testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
			require.NoError(t, genesis.AddPublicPool(g, c.App.Encoding.Codec, testutil.ChainID,
				genesis.PublicPool{Stake: 1_000, Price: 5, MaxFuel: 1 << 40}))
		}))
	c := &town{Compute: testutil.NewCompute(t, testutil.ComputeOptions{}, options...), keys: map[string]*testutil.Account{}}
	for i := 1; i <= 7; i++ {
		owner, hot := c.Org(testutil.Lab(i)).Member(), c.Account(fmt.Sprintf("public-%d", i))
		c.keys[hot.String()] = hot
		c.Deliver(owner, &workerstypes.MsgRegister{ // no pool
			Owner: owner.String(), Worker: hot.String(), Endpoint: "http://public.example", Slots: 2, Stake: 10_000,
		})
	}
	return c
}

// trade has a request that names no pool answered, and returns its deal.
func (c *town) trade() dealstypes.Deal {
	c.T.Helper()
	id := c.Submit(c.Job())[0]
	for range 200 {
		task := c.Task(id)
		if task.Phase == taskstypes.PHASE_DONE {
			break
		}
		for _, s := range task.Seats {
			key := c.keys[s.Who]
			if key == nil {
				key = c.Key(s.Who)
			}
			switch {
			case s.State == taskstypes.SEAT_STATE_DRAWN && (task.Phase == taskstypes.PHASE_FIRST || task.Phase == taskstypes.PHASE_SECOND):
				c.Queue(key, c.CommitMsg(task, s.Who, taskstypes.BENCH_WORKERS, testutil.Truth))
			case s.State == taskstypes.SEAT_STATE_COMMITTED && task.Phase == taskstypes.PHASE_REVEAL:
				c.Queue(key, c.RevealMsg(task, s.Who, taskstypes.BENCH_WORKERS))
			}
		}
		c.Next()
	}
	task := c.Task(id)
	require.Equal(c.T, taskstypes.PHASE_DONE, task.Phase)
	deal, err := app.DealsKeeper(c.App).GetDeal(c.Ctx(), task.Deal)
	require.NoError(c.T, err)
	require.EqualValues(c.T, 1, deal.Accepted)
	for _, s := range task.Seats {
		require.Equal(c.T, deal.Pool == genesis.PublicPoolID, c.keys[s.Who] != nil, "drawn from the pool of the deal")
	}
	c.CheckBooks()
	return deal
}

// TestPublicPool: a worker that names no pool and a requester that names none meet in the council's, at its price, and
// nobody keeps a share. The council changes its terms by a proposal, after notice, and its offer by another.
func TestPublicPool(t *testing.T) {
	c := newTown(t)
	council := app.WorkersKeeper(c.App).GetAuthority()
	for who := range c.keys {
		w, err := app.WorkersKeeper(c.App).GetWorker(c.Ctx(), who)
		require.NoError(t, err)
		require.Equal(t, []string{genesis.PublicPoolID}, w.Pools)
	}
	deal := c.trade()
	require.Equal(t, genesis.PublicPoolID, deal.Pool)
	require.Equal(t, council, deal.PoolOwner)
	require.EqualValues(t, 5, deal.Terms.Price)
	require.EqualValues(t, 1_000, deal.Terms.Stake)
	require.Zero(t, deal.Terms.CommissionBps)

	// Nobody else operates it.
	operator := c.Org(testutil.Operator).Member().String()
	c.Refuse(c.Org(testutil.Operator).Member(), orgstypes.ErrRole, &workerstypes.MsgEvict{Operator: operator, Pool: genesis.PublicPoolID, Worker: deal.Requester})

	c.Pass(&workerstypes.MsgSetPool{Operator: council, Id: genesis.PublicPoolID, Description: "dearer", Terms: &workerstypes.PoolTerms{Stake: 2_000, MinPrice: 8}})
	pool, err := app.WorkersKeeper(c.App).GetPool(c.Ctx(), genesis.PublicPoolID)
	require.NoError(t, err)
	require.EqualValues(t, 1_000, pool.Stake)
	require.Greater(t, pool.NextHeight, c.Height(), "after notice")
	c.Until(pool.NextHeight)
	pool, err = app.WorkersKeeper(c.App).GetPool(c.Ctx(), genesis.PublicPoolID)
	require.NoError(t, err)
	require.Equal(t, workerstypes.PoolTerms{Stake: 2_000, MinPrice: 8}, pool.Terms())
	require.Equal(t, testutil.Pool, c.trade().Pool, "the council's offer of before no longer stands")

	c.Pass(&markettypes.MsgPlaceOrder{Owner: council, Order: markettypes.Order{
		Owner: council, Nonce: 2, Pool: &markettypes.PoolOrder{Pool: genesis.PublicPoolID, Price: 8, MaxFuel: 1 << 40, Stake: 2_000},
	}})
	deal = c.trade()
	require.Equal(t, genesis.PublicPoolID, deal.Pool)
	require.EqualValues(t, 8, deal.Terms.Price)
	require.EqualValues(t, 2_000, deal.Terms.Stake)
}
