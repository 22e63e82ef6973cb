package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/testutil/until"
	"github.com/credence-chain/credence/x/market/types"
)

// total is every coin there is.
func (w *world) total() (sum uint64) {
	for _, n := range append([]string{"studio", "data", "w1", "blocked", "acme", "bolt", "eve"}, people...) {
		sum += w.balance(n)
	}
	return sum
}

// Whatever the sequence of all messages: after every block the books add up (endBlock checks it), every coin is
// somebody's or owed, no deal goes against what its orders say, and the events alone give the book. When all has ended,
// the module holds nothing.
func TestLaws(t *testing.T) {
	for name := range steps {
		require.Contains(t, often, name)
	}
	deals := map[string]int{}
	until.Check(t, func(rt *rapid.T) {
		w := newWorld(t, rt)
		w.place(w.know(w.poolOrder("open", 1, 20, 0)))
		w.place(w.know(w.poolOrder("second", 1, 30, 0)))
		w.place(w.know(with(w.poolOrder("open", 3, 25, 0), func(o *types.Order) { o.Pool.Category = "xs" })))
		w.place(w.know(appOrder("studio/zoo:v1", 1, 5, 0)))
		w.place(w.know(datasetOrder("data/bb:v1", 1, 2, 0)))
		w.signed = append(w.signed, w.know(with(requestOrder("ann", 9, job()), func(o *types.Order) { o.Request.Sponsor = addr("spo") })))
		w.nonce = 10
		w.issueTo("ann", 9_000, 30)
		w.issueTo("bob", 9_000, 30)
		for range rapid.IntRange(40, 80).Draw(rt, "steps") {
			steps[w.pick("step", often...)](w)
		}
		w.block()
		held, owed := w.solvency()
		require.Equal(t, owed, held, "not a coin too many")
		require.EqualValues(t, len(people)*funds, w.total()+owed+w.destroyed())

		for range 35 { // let everything end: no voucher is good for more than 30 blocks
			w.block()
		}
		for i := 0; i < 100 && w.running(); i++ {
			w.settleSome()
		}
		w.endBlock()
		g, err := w.dealing.ExportGenesis(w.ctx)
		require.NoError(t, err)
		for _, d := range g.Deals {
			require.Zero(t, d.Unended(), d.Id)
			deals[fmt.Sprint("relayed ", d.Relayer != "")]++
			deals[fmt.Sprint("voucher ", d.Voucher != "")]++
			deals[fmt.Sprint("sponsor ", d.Sponsor != "")]++
			deals[fmt.Sprint("app order ", d.AppOrder != "")]++
			deals[fmt.Sprint("part ", d.Size_ != d.Bag)]++
		}
		for _, id := range w.asked {
			r, err := w.FindRequest(w.ctx, id)
			require.NoError(t, err)
			require.False(t, r.Waits(), "request %s waits for ever", id)
			if awaited := len(r.Job.Awaits()) > 0; awaited && (r.Status == types.REQUEST_STATUS_SKIPPED || r.Status == types.REQUEST_STATUS_MATCHED) {
				deals[fmt.Sprint("waited ", r.Status)]++
			}
		}
		vouchers, err := w.vouchers.ExportGenesis(w.ctx)
		require.NoError(t, err)
		for _, v := range vouchers.Vouchers {
			require.True(t, v.Expired)
		}
		held, owed = w.solvency()
		require.Zero(t, owed)
		require.Zero(t, held, "coins are left with nobody to have them")
		require.EqualValues(t, len(people)*funds, w.total()+w.destroyed())
	}, func() bool { return len(deals) == 12 }) // the sequences must reach every kind of deal to mean something
	t.Log("deals:", deals)
}

// destroyed is what tasks have paid in premiums.
func (w *world) destroyed() (sum uint64) {
	g, err := w.dealing.ExportGenesis(w.ctx)
	require.NoError(w, err)
	for _, d := range g.Deals {
		sum += d.Premiums
	}
	return sum
}
