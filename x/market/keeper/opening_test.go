package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

func TestOpeningIsCappedAndInOrder(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 100_000_000)
	f.offer("open", 1, 1, 0)
	j := job()
	j.Size_, j.MaxPrice = 100_000, 100
	reads, writes := f.reads, f.writes
	big := f.submit("ann", 1, j)
	f.next()
	bulk := []int{f.reads - reads, f.writes - writes}
	require.EqualValues(t, 50, f.deal(big).Opened)
	require.Len(t, f.tasks.opened, 50)

	j.Size_ = 30
	first := f.submit("ann", 2, j)
	f.next()
	require.EqualValues(t, 76, f.deal(big).Opened, "two deals take turns: 12, 12, 12, 12 and the last 2")
	require.EqualValues(t, 24, f.deal(first).Opened)
	require.NoError(t, f.cancel("ann", big))
	f.next()
	require.EqualValues(t, 30, f.deal(first).Opened)
	require.EqualValues(t, 76, f.deal(big).Opened)

	// A bag of 51 costs the match exactly what one of 100,000 does.
	g := newFixture(t)
	g.fund("ann", 100_000_000)
	g.offer("open", 1, 1, 0)
	j.Size_ = 51
	reads, writes = g.reads, g.writes
	g.submit("ann", 1, j)
	g.next()
	require.Equal(t, bulk, []int{g.reads - reads, g.writes - writes})
}

func TestOpeningSharesTheBudgetAmongDeals(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 100_000)
	f.offer("open", 1, 1, 0)
	j := job()
	j.Size_ = 20
	for i := range 4 {
		f.submit("ann", uint64(i), j)
	}
	f.next()
	require.Len(t, f.tasks.opened, 50)
	f.next()
	require.Len(t, f.tasks.opened, 80)
	f.next()
	require.Len(t, f.tasks.opened, 80)
}

// Tasks that cannot be opened, by an error or a panic, are refunded; those beside them are opened.
func TestOpeningIsolatesEachTask(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 100_000)
	f.offer("open", 1, 45, 0)
	f.tasks.fail = func(_ dealstypes.Deal, index uint64) error {
		switch index {
		case 1:
			return errors.New("injected")
		case 3:
			panic("injected")
		}
		return nil
	}
	j := job()
	j.Size_, j.MaxPrice = 5, 101 // escrow of a task: 10, 2 replicas of 45 and a premium of 1
	id := f.submit("ann", 1, j)
	other := f.submit("ann", 2, job())
	f.next()
	d := f.deal(id)
	require.EqualValues(t, 5, d.Opened)
	require.EqualValues(t, 2, d.Ended)
	require.EqualValues(t, 202, d.Refunded)
	require.EqualValues(t, 303, d.Escrow)
	require.Len(t, f.tasks.opened, 4)
	require.EqualValues(t, 1, f.deal(other).Opened)
	f.next()
}

// A chain without tasks keeps deals waiting, and loses nothing.
func TestOpeningWaitsForHooks(t *testing.T) {
	f := newFixtureWithoutTasks(t)
	f.fund("ann", 1_000)
	f.offer("open", 1, 50, 0)
	id := f.submit("ann", 1, job())
	f.next()
	require.Zero(t, f.deal(id).Opened)
	f.dealing.SetTaskHooks(f.tasks)
	f.next()
	require.EqualValues(t, 1, f.deal(id).Opened)
	require.Panics(t, func() { f.dealing.SetTaskHooks(f.tasks) }, "hooks are set once")
}

// A small bag behind a large one is open in the block of its match, for deals take turns.
func TestOpeningIsFair(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 1e12)
	f.offer("open", 1, 1, 0)
	j := job()
	j.Size_, j.MaxPrice = 100_000, 100
	large := f.submit("ann", 1, j)
	f.next()
	var small []string
	j.Size_ = 10
	for i := range uint64(5) {
		small = append(small, f.submit("ann", 2+i, j))
	}
	blocks := 0
	for done := 0; done < len(small); blocks++ {
		f.next()
		done = 0
		for _, id := range small {
			if f.deal(id).Opened == 10 {
				done++
			}
		}
	}
	require.LessOrEqual(t, blocks, 2, "six deals of at most 12 tasks a turn, 50 a block")
	require.Less(t, f.deal(large).Opened, uint64(150))
	f.until(f.height() + 3)
	require.EqualValues(t, 150, min(150, f.deal(large).Opened), "the large one has all that the others leave")
}

// A deal that breaks the chain's code in its turn is tried again in every block, behind the others, and keeps neither
// them nor its escrow.
func TestOpeningTriesAgain(t *testing.T) {
	for _, cancelled := range []bool{false, true} {
		f := newFixture(t)
		f.setDealParams(func(p *dealstypes.Params) { p.OpensPerBlock = 8 })
		f.fund("ann", 100_000)
		f.offer("open", 1, 45, 0)
		j := job()
		j.Size_ = 20
		broken := f.submit("ann", 1, j)
		f.next()
		raw, err := types.ParseID(f.deal(broken).Id)
		require.NoError(t, err)
		progress, err := f.dealing.Progress.Get(f.ctx, raw[:])
		require.NoError(t, err)
		if cancelled {
			require.NoError(t, f.cancel("ann", broken))
			progress.Cancelled = true
			f.endBlock()
		}
		require.NoError(t, f.dealing.Progress.Remove(f.ctx, raw[:]))
		other := f.submit("ann", 2, job())
		for range 3 { // by hand: the invariants do not hold meanwhile
			require.NoError(t, f.EndBlock(f.ctx))
			require.NoError(t, f.bank.CreditVirtualAccounts(f.ctx))
			f.ctx = f.ctx.WithBlockHeight(f.height() + 1)
			f.beginBlock()
		}
		require.EqualValues(t, 1, f.deal(other).Opened)
		require.NoError(t, f.dealing.Progress.Set(f.ctx, raw[:], progress))
		f.ctx = f.ctx.WithBlockHeight(f.height() + 1)
		f.beginBlock()
		d := f.deal(broken)
		require.Equal(t, map[bool]uint64{false: 16, true: 8}[cancelled], d.Opened)
		if cancelled {
			require.EqualValues(t, 12, d.Ended)
			require.Positive(t, d.Refunded)
		}
	}
}
