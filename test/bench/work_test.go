package bench_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// work counts the operations of blocks on the state.
type work struct {
	reads, writes, steps int // keys read, keys set or deleted, steps of iterators
	read, written        int // bytes of values read; of keys and values written
	cpu                  time.Duration
}

func (w *work) add(o work) {
	w.reads, w.writes, w.steps = w.reads+o.reads, w.writes+o.writes, w.steps+o.steps
	w.read, w.written, w.cpu = w.read+o.read, w.written+o.written, w.cpu+o.cpu
}

type multiStore storetypes.CacheMultiStore

type countedStores struct {
	multiStore
	*work
}

func (m countedStores) GetKVStore(k storetypes.StoreKey) storetypes.KVStore {
	return countedStore{m.multiStore.GetKVStore(k), m.work}
}

// CacheMultiStore returns a branch that is counted as well.
func (m countedStores) CacheMultiStore() storetypes.CacheMultiStore {
	return countedStores{m.multiStore.CacheMultiStore(), m.work}
}

type countedStore struct {
	storetypes.KVStore
	*work
}

func (s countedStore) Get(k []byte) []byte {
	v := s.KVStore.Get(k)
	s.reads++
	s.read += len(v)
	return v
}

func (s countedStore) Has(k []byte) bool { s.reads++; return s.KVStore.Has(k) }

func (s countedStore) Set(k, v []byte) {
	s.writes++
	s.written += len(k) + len(v)
	s.KVStore.Set(k, v)
}

func (s countedStore) Delete(k []byte) {
	s.writes++
	s.written += len(k)
	s.KVStore.Delete(k)
}

func (s countedStore) Iterator(a, b []byte) storetypes.Iterator {
	return countedIterator{s.KVStore.Iterator(a, b), s.work}
}

func (s countedStore) ReverseIterator(a, b []byte) storetypes.Iterator {
	return countedIterator{s.KVStore.ReverseIterator(a, b), s.work}
}

type countedIterator struct {
	storetypes.Iterator
	*work
}

func (i countedIterator) Next() { i.steps++; i.Iterator.Next() }

// rehearse runs the messages and the hooks of the next block on a counting cache, and then drops the cache.
func rehearse(c *testutil.Compute, msgs []sdk.Msg) (w work) {
	c.T.Helper()
	ctx := c.Ctx()
	counted := countedStores{ctx.MultiStore().(storetypes.CacheMultiStore), &w}
	ctx = ctx.WithMultiStore(counted).WithBlockHeight(c.Height() + 1).WithBlockTime(c.Now().Add(time.Second)).
		WithConsensusParams(c.App.GetConsensusParams(ctx)).WithEventManager(sdk.NewEventManager())
	start := processorTime(c.T)
	for _, name := range c.App.ModuleManager.OrderBeginBlockers {
		if m, ok := c.App.ModuleManager.Modules[name].(interface{ BeginBlock(context.Context) error }); ok && name != "poa" { // it reads the engine's votes
			require.NoError(c.T, m.BeginBlock(ctx), name)
		}
	}
	for _, m := range msgs {
		_, err := c.App.MsgServiceRouter().Handler(m)(ctx, m)
		require.NoError(c.T, err)
	}
	for _, name := range c.App.ModuleManager.OrderEndBlockers {
		if m, ok := c.App.ModuleManager.Modules[name].(interface{ EndBlock(context.Context) error }); ok {
			require.NoError(c.T, m.EndBlock(ctx), name)
		}
	}
	w.cpu = processorTime(c.T) - start
	return w
}

// TestWorkOfATask counts the work of blocks in the life of an honest task: every executed message and every hook of a block, less the hooks
// of the same number of idle blocks. It prints figures by task. It fails when an idle block does more work beside finished tasks than
// before them.
func TestWorkOfATask(t *testing.T) {
	const bag = 50
	for _, replicas := range []uint32{2, 3} {
		c := testutil.NewCompute(t, testutil.ComputeOptions{Workers: 20, Slots: 64, Stake: 100_000_000_000})
		job := c.Job()
		job.Trust, job.MinReplicas, job.Size_ = 2, replicas, bag
		livesOf(c, job.Size_, func() []string { return c.QueueSubmit(job) }) // the very first bag makes records that later bags find
		idle := rehearse(c, nil)
		sum, blocks, seats := livesOf(c, job.Size_, func() []string { return c.QueueSubmit(job) })
		after := rehearse(c, nil)
		require.Equal(t, [3]int{idle.reads, idle.writes, idle.steps}, [3]int{after.reads, after.writes, after.steps}, "finished tasks cost no block anything")
		per := func(n, idle int) float64 { return float64(n-blocks*idle) / bag }
		t.Logf("%d replicas (%.2f seats): reads %.1f, writes %.1f, steps %.1f, bytes read %.0f, bytes written %.0f, processor %.0f µs; idle block: reads %d, writes %d, steps %d",
			replicas, float64(seats)/bag, per(sum.reads, idle.reads), per(sum.writes, idle.writes), per(sum.steps, idle.steps), per(sum.read, idle.read),
			per(sum.written, idle.written), per(int(sum.cpu.Microseconds()), int(idle.cpu.Microseconds())), idle.reads, idle.writes, idle.steps)
	}
}

// livesOf runs a bag to its end. It returns the work of its blocks, their number, and the number of drawn seats.
func livesOf(c *testutil.Compute, size uint64, submit func() []string) (sum work, blocks, seats int) {
	c.T.Helper()
	ids := submit()
	next := func(msgs []sdk.Msg) {
		sum.add(rehearse(c, msgs))
		blocks++
		c.Next()
		for _, r := range c.Results() {
			require.Zero(c.T, r.Code, r.Log)
		}
	}
	next(nil) // the request is queued, and is counted in the block of its match
	for range 200 {
		var msgs []sdk.Msg
		ended := 0
		for _, id := range ids {
			if !c.HasTask(id) {
				continue
			}
			task := c.Task(id)
			if task.Phase == taskstypes.PHASE_DONE {
				ended++
				continue
			}
			for _, s := range task.Seats {
				switch {
				case s.State == taskstypes.SEAT_STATE_DRAWN && (task.Phase == taskstypes.PHASE_FIRST || task.Phase == taskstypes.PHASE_SECOND):
					msgs = append(msgs, c.CommitMsg(task, s.Who, taskstypes.BENCH_WORKERS, testutil.Truth))
				case s.State == taskstypes.SEAT_STATE_COMMITTED && task.Phase == taskstypes.PHASE_REVEAL:
					msgs = append(msgs, c.RevealMsg(task, s.Who, taskstypes.BENCH_WORKERS))
				}
			}
		}
		if ended == len(ids) {
			break
		}
		for _, m := range msgs {
			switch m := m.(type) {
			case *taskstypes.MsgCommit:
				c.Queue(c.Key(m.Who), m)
			case *taskstypes.MsgReveal:
				c.Queue(c.Key(m.Who), m)
			}
		}
		next(msgs)
	}
	for _, id := range ids {
		task := c.Task(id)
		require.Equal(c.T, taskstypes.PHASE_DONE, task.Phase)
		require.Equal(c.T, taskstypes.ENDING_ACCEPTED, task.Ending, fmt.Sprint(size))
		seats += len(task.Seats)
	}
	return sum, blocks, seats
}
