package keeper_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/types"
)

func TestMatchPinsEverything(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	offer := f.place("open", 1, 100, 5_000_000, 9)
	j := job()
	j.Size_, j.MinReplicas, j.Value, j.FuelLimit = 2, 3, 7, 101
	j.Inputs = []*types.Input{{Name: "scenes/teapot.json", Digest: digest, Size_: 3, Locators: []string{"http://127.0.0.1:1"}}}
	id := f.submit("ann", 1, j)
	params := types.DefaultParams()
	params.FuelPerBlock, params.MaxFuel = 100, 1_000
	require.NoError(t, f.Params.Set(f.ctx, params))
	f.next()

	d := f.deal(id)
	require.Equal(t, types.Terms{
		Policy: "credence", Trust: 10_000, AppPrice: 10, Price: 100, Stake: 500, Value: 910, CourtFee: 100,
		InformerBps: 2_000, MinReplicas: 3, MaxSeats: 9, FuelLimit: 101,
		CommitBlocks: 42, RevealBlocks: 20, CourtBlocks: 42, CourtRevealBlocks: 20, WaitBlocks: 60, RetryBlocks: 5, MaxAttempts: 5,
	}, d.Terms)
	rid, err := types.ParseID(id)
	require.NoError(t, err)
	require.Equal(t, types.FormatID(poco.DealID(rid, 0)), d.Id)
	require.Equal(t, []any{id, offer, "open", addr("ann"), "studio/ray", "v1", addr("studio"), "studio", digest, "wasm", uint64(2), int64(2), int64(1_700_000_000)},
		[]any{d.Request, d.Offer, d.Pool, d.Requester, d.App, d.AppVersion, d.AppOwner, d.AppOrganisation, d.Digest, d.Runtime, d.Size_, d.Height, d.Time})
	require.Equal(t, j.Inputs, d.Inputs)
	require.Equal(t, j.Args, d.Args)
	require.EqualValues(t, 2*910, d.Escrow)
	require.EqualValues(t, 10_000-2*910, f.balance("ann"), "what the seats cannot cost comes back at once")
	require.Equal(t, []string{d.Id + "/0", d.Id + "/1"}, f.tasks.opened)
	o, err := f.GetOffer(f.ctx, offer)
	require.NoError(t, err)
	require.EqualValues(t, 2, o.Filled)
	r := f.request(id)
	require.Equal(t, types.REQUEST_STATUS_MATCHED, r.Status)
	require.Zero(t, r.Escrow)

	terms := types.TermsToPoco(chainID, d)
	require.NoError(t, terms.Validate())
	require.Equal(t, chainID, terms.ChainID)
	require.Equal(t, addr("ann"), terms.Requester)
	require.Equal(t, addr("studio"), terms.AppOwner)
}

// Terms are pinned: a change of price or parameters after the match leaves the deal alone.
func TestMatchTakesThePriceOfItsBlock(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	f.place("open", 1, 100, 5_000_000, 0)
	id := f.submit("ann", 1, job())
	f.addApp("studio/ray:v1", 20)
	f.next()
	before := f.deal(id)
	require.EqualValues(t, 20, before.Terms.AppPrice, "the price at the match, within max_price")
	f.addApp("studio/ray:v1", 900)
	params := types.DefaultParams()
	params.RevealBlocks = 99
	require.NoError(t, f.Params.Set(f.ctx, params))
	f.next()
	require.Equal(t, before, f.deal(id))
}

func TestMatchChooses(t *testing.T) {
	type offer struct {
		pool                   string
		price, maxFuel, volume uint64
	}
	for _, tc := range []struct {
		name     string
		offers   []offer // one per block, the oldest first
		malleate func(f *fixture, j *types.Job)
		exp      int // index of the offer met; -1: none
		expErr   error
		reason   string
	}{
		{"cheapest", []offer{{"open", 30, 1e9, 0}, {"open", 20, 1e9, 0}, {"open", 25, 1e9, 0}}, nil, 1, nil, ""},
		{"of equal prices the oldest", []offer{{"second", 20, 1e9, 0}, {"open", 20, 1e9, 0}}, nil, 0, nil, ""},
		{"cheapest with the fuel", []offer{{"open", 20, 10, 0}, {"open", 30, 1e9, 0}}, nil, 1, nil, ""},
		{"cheapest with the volume", []offer{{"open", 20, 1e9, 1}, {"open", 30, 1e9, 2}}, func(_ *fixture, j *types.Job) { j.Size_ = 2 }, 1, nil, ""},
		{"of the pool asked for", []offer{{"open", 20, 1e9, 0}, {"second", 30, 1e9, 0}}, func(_ *fixture, j *types.Job) { j.Pool = "second" }, 1, nil, ""},
		{"not of a revoked operator", []offer{{"open", 20, 1e9, 0}, {"second", 30, 1e9, 0}}, func(f *fixture, _ *types.Job) { f.orgs.revoked["acme"] = true }, 1, nil, ""},
		{"a free offer pays every seat", []offer{{"open", 0, 1e9, 0}}, nil, 0, nil, ""},
		{"one seat does for the court", []offer{{"open", 900, 1e9, 0}}, func(_ *fixture, j *types.Job) { j.Policy = "court" }, 0, nil, ""},
		{"two seats do", []offer{{"open", 495, 1e9, 0}}, nil, 0, nil, ""},
		{"empty book", nil, nil, -1, types.ErrNoOffer, "no offers for runtime wasm"},
		{"none of the pool", []offer{{"open", 20, 1e9, 0}}, func(_ *fixture, j *types.Job) { j.Pool = "second" }, -1, types.ErrNoOffer, "of pool second"},
		{"none of an active operator", []offer{{"open", 20, 1e9, 0}}, func(f *fixture, _ *types.Job) { f.orgs.revoked["acme"] = true }, -1, types.ErrNoOffer, "no offers"},
		{"one seat only", []offer{{"open", 496, 1e9, 0}}, nil, -1, types.ErrUnaffordable, "got 1000, which pays the app's price 10 and 1 replicas at the best price 496; expected at least 1002 for 2 replicas"},
		{"min_replicas beyond max_price", []offer{{"open", 100, 1e9, 0}}, func(_ *fixture, j *types.Job) { j.MinReplicas = 10 }, -1, types.ErrUnaffordable, "9 replicas at the best price 100; expected at least 1010"},
		{"no seat for the court", []offer{{"open", 991, 1e9, 0}}, func(_ *fixture, j *types.Job) { j.Policy = "court" }, -1, types.ErrUnaffordable, "0 replicas"},
		{"fuel over every offer", []offer{{"open", 20, 10, 0}, {"open", 30, 20, 0}}, nil, -1, types.ErrFuel, "expected at most 20"},
		{"bag over every volume", []offer{{"open", 20, 1e9, 3}}, func(_ *fixture, j *types.Job) { j.Size_ = 4 }, -1, types.ErrNoOffer, "expected at most 3 tasks"},
		{"app deprecated meanwhile", []offer{{"open", 20, 1e9, 0}}, func(f *fixture, j *types.Job) {
			a := f.apps[j.App]
			a.app.Deprecated = true
			f.apps[j.App] = a
		}, -1, types.ErrDeprecated, "no new requests"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.fund("ann", 1_000_000)
			var ids []string
			for i, o := range tc.offers {
				ids = append(ids, f.place(o.pool, uint64(i), o.price, o.maxFuel, o.volume))
				f.next()
			}
			j := job()
			if tc.malleate != nil && tc.expErr != types.ErrDeprecated {
				tc.malleate(f, &j)
			}
			id := f.submit("ann", 1, j)
			if tc.expErr == types.ErrDeprecated {
				tc.malleate(f, &j)
			}
			_, previewed := f.Preview(f.ctx, addr("ann"), j)
			f.next()
			r := f.request(id)
			if tc.exp >= 0 {
				require.NoError(t, previewed)
				require.Equal(t, types.REQUEST_STATUS_MATCHED, r.Status, r.Reason)
				require.Equal(t, ids[tc.exp], f.deal(id).Offer)
				return
			}
			require.ErrorIs(t, previewed, tc.expErr, "a preview says what matching will")
			require.Equal(t, types.REQUEST_STATUS_UNMATCHED, r.Status)
			require.Contains(t, r.Reason, tc.reason)
			require.Contains(t, r.Reason, tc.expErr.Error())
			require.EqualValues(t, 1_000_000, f.balance("ann"))
		})
	}
}

func TestMatchTakesStaleOffersOffTheBook(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	id := f.place("open", 1, 20, 1e9, 0)
	f.orgs.revoked["acme"] = true
	f.submit("ann", 1, job())
	f.next()
	_, err := f.GetOffer(f.ctx, id)
	require.ErrorIs(t, err, types.ErrNotFound)
	f.orgs.revoked["acme"] = false
	_, err = f.placeErr(types.MsgPlaceOffer{Owner: addr("acme"), Nonce: 1, Pool: "open", MaxFuel: 1})
	require.ErrorIs(t, err, types.ErrNonce)
}

func TestPreview(t *testing.T) {
	f := newFixture(t)
	_, raw := account("ann")
	f.orgs.of[string(raw)] = "anns"
	f.place("open", 1, 20, 1e9, 0)
	j := job()
	j.MaxPrice = 0 // no bound
	p, err := f.Preview(f.ctx, addr("ann"), j)
	require.NoError(t, err)
	require.Equal(t, "anns", p.Organisation)
	require.Equal(t, "studio/ray", p.App.Id)
	require.Equal(t, "v1", p.Version.Version)
	require.Equal(t, "open", p.Pool.Id)
	require.EqualValues(t, 25, p.Terms.MaxSeats)
	require.EqualValues(t, 10+25*20, p.Terms.Value)

	_, err = f.Preview(f.ctx, "nobody", j)
	require.ErrorIs(t, err, types.ErrRequester)
	j.MaxPrice, j.Size_ = math.MaxUint64, 2
	_, err = f.Preview(f.ctx, addr("ann"), j)
	require.ErrorIs(t, err, types.ErrPrice)
	j = job()
	j.Trust = 0
	_, err = f.Preview(f.ctx, addr("ann"), j)
	require.ErrorIs(t, err, types.ErrTrust)
}

func TestMatchIsCappedAndCarriedOver(t *testing.T) {
	f := newFixture(t)
	params := types.DefaultParams()
	params.MatchesPerBlock = 2
	require.NoError(t, f.Params.Set(f.ctx, params))
	f.fund("ann", 1_000_000)
	f.place("open", 1, 50, 1e9, 0)
	var old, young []string
	for i := range 5 {
		old = append(old, f.submit("ann", uint64(i), job()))
	}
	f.next() // 2 of the old
	for i := range 2 {
		young = append(young, f.submit("ann", uint64(10+i), job()))
	}
	matched := func(ids []string) (n int) {
		for _, id := range ids {
			if f.request(id).Status == types.REQUEST_STATUS_MATCHED {
				n++
			}
		}
		return n
	}
	for _, want := range [][2]int{{2, 0}, {4, 0}, {5, 1}, {5, 2}, {5, 2}} {
		require.Equal(t, want, [2]int{matched(old), matched(young)})
		f.next()
	}
}

// The order of the transactions in a block decides nothing: whatever it is, the same requests meet the same offers.
func TestMatchIgnoresTheOrderOfTransactions(t *testing.T) {
	names := []string{"ann", "bob", "cyd", "dan", "eve", "fay"}
	run := func(t testing.TB, order []int) (met []string) {
		f := newFixture(t)
		f.place("open", 1, 20, 1e9, 2) // the volumes are scarce: somebody gets the dear one, somebody none
		f.place("second", 2, 30, 1e9, 3)
		for _, n := range names {
			f.fund(n, 1_000)
		}
		ids := make([]string, len(names))
		for _, i := range order {
			ids[i] = f.submit(names[i], 1, job())
		}
		f.next()
		for i, id := range ids {
			r := f.request(id)
			what := r.Status.String() + r.Reason
			if r.Deal != "" {
				what = f.deal(id).Offer
			}
			met = append(met, fmt.Sprint(names[i], " ", what, " ", f.balance(names[i])))
		}
		return append(met, f.tasks.opened...)
	}
	want := run(t, []int{0, 1, 2, 3, 4, 5})
	var dear, none int
	for _, m := range want[:len(names)] {
		if strings.Contains(m, "UNMATCHED") {
			none++
		} else {
			dear++
		}
	}
	require.Equal(t, []int{5, 1}, []int{dear, none})
	rapid.Check(t, func(rt *rapid.T) {
		order := rapid.Permutation([]int{0, 1, 2, 3, 4, 5}).Draw(rt, "order")
		if got := run(t, order); !slices.Equal(want, got) {
			rt.Fatalf("order %v:\n%v\nwant\n%v", order, got, want)
		}
	})
}

// Who comes first is decided by the seed of the block after, which nobody knew when it chose its nonce.
func TestMatchFollowsTheSeed(t *testing.T) {
	first := map[string]bool{}
	for height := int64(1); height <= 12; height++ {
		f := newFixture(t)
		f.ctx = f.ctx.WithBlockHeight(height)
		f.place("open", 1, 20, 1e9, 1) // for one only
		ids := map[string]string{}
		for _, n := range []string{"ann", "bob", "cyd"} {
			f.fund(n, 1_000)
			ids[n] = f.submit(n, 1, job())
		}
		f.next()
		seed, err := beacon{}.Seed(f.ctx)
		require.NoError(t, err)
		best, rank := "", []byte(nil)
		for n, id := range ids {
			raw, err := types.ParseID(id)
			require.NoError(t, err)
			if r := sha256.Sum256(slices.Concat(seed, raw[:])); best == "" || bytes.Compare(r[:], rank) < 0 {
				best, rank = n, r[:]
			}
		}
		for n, id := range ids {
			require.Equal(t, n == best, f.request(id).Deal != "", "height %d, %s", height, n)
		}
		first[best] = true
	}
	require.Len(t, first, 3, "the same requests, in another block, take another order")
}

// A panic in one request's matching leaves the others whole, and its money goes back.
func TestMatchIsolatesEachRequest(t *testing.T) {
	f := newFixture(t)
	f.addApp("studio/bomb:v1", 10)
	f.place("open", 1, 50, 1e9, 0)
	var good []string
	var bad string
	for i, n := range []string{"ann", "bob", "cyd"} {
		f.fund(n, 1_000)
		j := job()
		if i == 1 {
			j.App = "studio/bomb:v1"
			bad = f.submit(n, 1, j)
			continue
		}
		good = append(good, f.submit(n, 1, j))
	}
	a := f.apps["studio/bomb:v1"]
	a.app.Description = "panics"
	f.apps["studio/bomb:v1"] = a
	f.next()
	for _, id := range good {
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status)
	}
	r := f.request(bad)
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, r.Status)
	require.Equal(t, "the chain failed to process it", r.Reason, "fixed text: what a panic says differs from node to node")
	require.Zero(t, r.Escrow)
	require.EqualValues(t, 1_000, f.balance("bob"))
	f.next()
}
