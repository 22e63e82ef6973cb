package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/x/market/types"
)

// Whatever the sequence of placing, cancelling, submitting, failing and settling: every coin is in somebody's account
// or owed, and the counter is the sum of the escrows after every block (endBlock checks it). When all has ended, the
// module holds nothing.
func TestConservation(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(t)
		params := types.DefaultParams()
		params.MatchesPerBlock, params.OpensPerBlock = 2, 4
		require.NoError(t, f.Params.Set(f.ctx, params))
		people := []string{"ann", "bob"}
		for _, n := range people {
			f.fund(n, 20_000)
		}
		f.addApp("studio/bomb:v1", 10)
		f.tasks.fail = func(_ types.Deal, index uint64) error {
			if index == 3 {
				panic("injected")
			}
			return nil
		}
		bomb := func(armed bool) {
			a := f.apps["studio/bomb:v1"]
			a.app.Description = map[bool]string{true: "panics"}[armed]
			f.apps["studio/bomb:v1"] = a
		}
		nonce := uint64(0)
		var offers, requests []string
		owner := map[string]string{}
		live := map[string]uint64{} // deal -> tasks opened and not ended

		step := map[string]func(*rapid.T){
			"place": func(rt *rapid.T) {
				nonce++
				pool := rapid.SampledFrom([]string{"open", "second"}).Draw(rt, "pool")
				id, err := f.placeErr(types.MsgPlaceOffer{Owner: addr(f.pools[pool].Operator), Nonce: nonce, Pool: pool,
					Price: rapid.Uint64Range(0, 60).Draw(rt, "price"), MaxFuel: rapid.SampledFrom([]uint64{1, 1e9}).Draw(rt, "fuel"),
					Volume: rapid.Uint64Range(0, 9).Draw(rt, "volume")})
				if err == nil {
					offers = append(offers, id)
					owner[id] = addr(f.pools[pool].Operator)
				}
			},
			"cancel offer": func(rt *rapid.T) {
				if len(offers) > 0 {
					id := rapid.SampledFrom(offers).Draw(rt, "offer")
					_ = f.CancelOffer(f.ctx, owner[id], id) // filled or gone: refused
				}
			},
			"submit": func(rt *rapid.T) {
				nonce++
				j := job()
				j.App = rapid.SampledFrom([]string{"studio/ray:v1", "studio/ray:v1", "studio/bomb:v1"}).Draw(rt, "app")
				j.MaxPrice, j.Size_ = rapid.Uint64Range(10, 300).Draw(rt, "max_price"), rapid.Uint64Range(1, 12).Draw(rt, "size")
				j.Policy = rapid.SampledFrom([]string{"", "court"}).Draw(rt, "policy")
				n := rapid.SampledFrom(people).Draw(rt, "requester")
				if id, err := f.submitErr(n, nonce, j); err == nil {
					requests = append(requests, id)
					owner[id] = n
				}
			},
			"cancel request": func(rt *rapid.T) {
				if len(requests) > 0 {
					id := rapid.SampledFrom(requests).Draw(rt, "request")
					_ = f.cancel(owner[id], id)
				}
			},
			"block": func(*rapid.T) {
				f.tasks.opened = nil
				bomb(true)
				f.next()
				bomb(false)
				for _, o := range f.tasks.opened {
					live[o[:64]]++
				}
			},
			"settle": func(rt *rapid.T) {
				for _, id := range requests {
					deal := f.request(id).Deal
					if deal == "" || live[deal] == 0 {
						continue
					}
					d := f.deal(id)
					each, err := d.Terms.Escrow()
					require.NoError(t, err)
					pays, left := []types.EscrowPay{}, each
					for _, to := range []string{"studio", "w1", "blocked"} {
						_, raw := account(to)
						amount := rapid.Uint64Range(0, left).Draw(rt, to)
						pays, left = append(pays, types.EscrowPay{To: raw, Amount: amount}), left-amount
					}
					require.NoError(t, f.Settle(f.ctx, deal, "t", pays, left, rapid.Bool().Draw(rt, "accepted")))
					live[deal]--
				}
			},
		}
		step[""] = func(rt *rapid.T) {
			total := uint64(0)
			for _, n := range []string{"ann", "bob", "studio", "w1", "blocked", "acme", "bolt"} {
				total += f.balance(n)
			}
			require.LessOrEqual(t, total, uint64(40_000))
		}
		rt.Repeat(step)

		for range 60 { // let everything end
			step["block"](rt)
		}
		for i := 0; i < 1_000 && anyLive(live); i++ {
			step["settle"](rt)
		}
		f.endBlock()
		balance, owed, err := f.Solvency(f.ctx)
		require.NoError(t, err)
		require.True(t, owed.IsZero(), "owed %s", owed)
		require.True(t, balance.IsZero(), "coins %s are left with nobody to have them", balance)
		total := uint64(0)
		for _, n := range []string{"ann", "bob", "studio", "w1", "blocked", "acme", "bolt"} {
			total += f.balance(n)
		}
		require.EqualValues(t, 40_000, total)
	})
}

func anyLive(live map[string]uint64) bool {
	for _, n := range live {
		if n > 0 {
			return true
		}
	}
	return false
}
