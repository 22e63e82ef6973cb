package keeper_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// whole is a block of transactions of every kind, of which none needs another of them: what the proposer may order as it
// likes.
func whole(f *fixture) (txs []func()) {
	add := func(tx func()) { txs = append(txs, tx) }
	v := f.issue("iss", 1, "ann", 9_000, 90)
	j := job()
	f.rest("cyd", 1, func() types.Job { j := j; j.Pool = "second"; return j }(), 80)
	taken := f.rest("cyd", 2, func() types.Job { j := j; j.Category = "xs"; return j }(), 80)
	f.presign(requestOrder("dan", 1, j))
	f.offer("open", 50, 900, 0)
	f.offer("open", 51, 25, 0)
	f.next()
	for i := range uint64(3) { // scarce, of one price
		add(func() { f.offer("open", i, 20, 2) })
		add(func() { f.offer("second", i, 20, 1) })
	}
	add(func() { f.place(appOrder("studio/ray:v1", 1, 7, 2)) })
	add(func() { f.place(appOrder("studio/ray:v1", 2, 7, 3)) })
	add(func() { f.place(datasetOrder("data/aa:v1", 1, 1, 2)) })
	add(func() { f.presign(f.poolOrder("open", 20, 1, 0)) })
	for i, n := range []string{"ann", "bob", "cyd", "dan", "eve"} {
		j := job()
		j.Size_, j.Partial = uint64(1+i%3), i%2 == 0
		if i == 1 {
			j.Datasets = []string{"data/aa:v1"}
		}
		add(func() { f.rest(n, 10, j, 40) })
		add(func() { f.submit(n, 11, job()) })
	}
	add(func() { f.submit("ann", 12, func() types.Job { j := job(); j.Voucher = v; return j }()) })
	for i, relayer := range []string{"r1", "r2", "r3"} { // the second and third want the same request
		request := requestOrder([]string{"ann", "dan", "dan"}[i], []uint64{30, 1, 1}[i], job())
		add(func() {
			_, err := f.matchErr(types.MsgMatchOrders{Relayer: addr(relayer), Pool: f.sign(f.poolOrder("open", 60, 30, 2)), Request: f.sign(request)})
			require.NoError(f, err)
		})
	}
	add(func() { require.NoError(f, f.cancel("cyd", taken)) })
	add(func() { require.NoError(f, f.cancelNonce("acme", kindPool, 50)) })
	add(func() { require.NoError(f, f.cancelNonce("bolt", kindPool, 99)) })
	add(func() { require.NoError(f, f.cancelBelow("data", kindDataset, 1)) })
	add(func() { f.issue("iss", 2, "bob", 100, 90) })
	add(func() { require.NoError(f, f.topUp("iss", v, 50, 0)) })
	return txs
}

// Every order of the transactions of one block gives the same deals, fills, refunds and state, to the last byte of the
// export, and the same tasks opened in the same order.
func TestOrderOfTransactionsDecidesNothing(t *testing.T) {
	run := func(order []int) string {
		f := newFixture(t)
		for _, n := range []string{"ann", "bob", "cyd", "dan", "eve", "iss"} {
			f.fund(n, 20_000)
		}
		f.setParams(func(p *types.Params) { p.MatchesPerBlock = 8 })
		txs := whole(f)
		require.Len(t, txs, 30)
		if order == nil {
			for i := range txs {
				order = append(order, i)
			}
		}
		for _, i := range order {
			txs[i]()
		}
		for range 6 {
			f.next()
		}
		g, err := f.ExportGenesis(f.ctx)
		require.NoError(t, err)
		out := string(jsonCodec.MustMarshalJSON(g))
		for _, n := range []string{"ann", "bob", "cyd", "dan", "eve", "iss"} {
			out += addr(n) + string(rune(f.balance(n)))
		}
		for _, o := range f.tasks.opened {
			out += o
		}
		return out
	}
	want := run(nil)
	numbers := make([]int, 30)
	for i := range numbers {
		numbers[i] = i
	}
	reversed := slices.Clone(numbers)
	slices.Reverse(reversed)
	require.True(t, want == run(reversed), "in the reversed order")
	for seed := range uint64(20) {
		order := slices.Clone(numbers)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		require.True(t, want == run(order), "in the order %v", order)
	}
}

// No two transactions of different accounts write one key, or the chain would run them one after the other; but those
// that fill one voucher or order.
func TestMessagesOfTransactionsShareNoKey(t *testing.T) {
	f := newFixture(t)
	for _, n := range []string{"ann", "bob", "cyd", "dan", "eve", "iss"} {
		f.fund(n, 20_000)
	}
	writer := map[string]int{}
	for i, tx := range whole(f) {
		before := f.dump()
		tx()
		after := f.dump()
		for k := range before {
			if _, there := after[k]; !there {
				after[k] = "deleted"
			}
		}
		wrote := false
		for k, v := range after {
			if before[k] == v {
				continue
			}
			wrote = true
			if other, shared := writer[k]; shared {
				require.True(t, sameAccount(k), "key %x is written by transactions %d and %d", k, other, i)
			}
			writer[k] = i
		}
		require.True(t, wrote, "transaction %d", i)
	}
}

// sameAccount says that a key is one that an account's own transactions share: its number of orders on the book, or its
// voucher.
func sameAccount(key string) bool {
	return strings.HasPrefix(key, types.StoreKey+"/"+string(types.RestingPrefix.Bytes())) ||
		strings.HasPrefix(key, voucherstypes.StoreKey+"/"+string(voucherstypes.VouchersPrefix.Bytes()))
}
